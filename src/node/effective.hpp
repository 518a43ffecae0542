#pragma once

#include "katafix/text/finding.hpp"

#include "engine/view.hpp"
#include "files.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace katafix {

struct EngineTree;

/// What releases of an engine make of a tree's files. It looks into the files' documents, and is
/// valid as long as those.
struct Effective : View {
  Engine engine = Engine::containerd;
  std::string main;                ///< the tree's main file
  std::vector<Release> releases;   ///< all that see this; their rules come to the same
  std::optional<Finding> refusal;  ///< why the engine refuses to start with these files
  std::vector<std::string> files;  ///< what it loads, in its order

  [[nodiscard]] bool accepted() const { return !refusal; }
  /// The refusal as one line, `file:line: message`; empty when there is none.
  [[nodiscard]] std::string reason() const;
};

/// Flags that count as true, whatever the files say: their paths, which outlive this, by the files
/// that they are in.
using SetFlags = std::map<FileId, const std::vector<KeyPath>*>;

/// What each of these releases makes of a tree's files, in order; those whose rules are the same
/// are one element. Nothing for a tree that no engine is asked about.
[[nodiscard]] std::vector<Effective> view_tree(NodeFiles& files, const EngineTree& tree,
                                               const std::vector<Release>& releases,
                                               const SetFlags& flags = {});

/// What each of these releases sees, in order, as `view` tells of one of them; those whose rules
/// are the same are one element.
[[nodiscard]] std::vector<Effective> views_by_rules(
    const std::vector<Release>& releases, const std::function<Effective(const Release&)>& view);

/// Makes those of a tree's views one that are the same.
void join_same(std::vector<Effective>& views);

}  // namespace katafix
