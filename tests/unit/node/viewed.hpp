#pragma once

#include "node/discovery.hpp"
#include "node/effective.hpp"

#include <memory>
#include <string>

namespace katafix::test {

/// What a release makes of a tree, and the files that it looks into.
struct Viewed : Effective {
  std::shared_ptr<NodeFiles> kept;
};

inline Viewed viewed(const FileReader& reader, EngineTree tree, const std::string& version) {
  Viewed found;
  found.kept = std::make_shared<NodeFiles>(reader);
  tree.is_viewed = true;
  static_cast<Effective&>(found) =
      view_tree(*found.kept, tree, {parse_release(tree.engine, version).value()}).front();
  return found;
}

}  // namespace katafix::test
