#pragma once

#include "node/staging.hpp"
#include "store/signals.hpp"
#include "store/stage.hpp"
#include "store/system.hpp"

#include <set>
#include <string>

namespace katafix {

/// What a tree's engine loads, in a private directory: where it is told to read it instead of what
/// the node has. It goes at the end of the scope, and before a signal that would end katafix.
class PrivateCopy {
 public:
  /// Throws Error (Code::write_failed).
  PrivateCopy(NodeFiles& files, const EngineTree& tree);
  /// Of a text alone, as /config.toml: its imports are those of this machine.
  explicit PrivateCopy(const std::string& text);

  /// Where a path of the node is in it.
  [[nodiscard]] std::string path_of(const std::string& on_node) const {
    return stage_.path() + on_node;
  }
  [[nodiscard]] bool holds(FileId file) const { return files_.contains(file); }

  /// What a program says of the copy, as if it had looked at the node.
  [[nodiscard]] std::string about_the_node(std::string text) const;

 private:
  HeldSignals until_it_is_gone_;
  System system_;
  Stage stage_{system_};
  std::set<FileId> files_;
};

}  // namespace katafix
