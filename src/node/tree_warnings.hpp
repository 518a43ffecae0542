#pragma once

#include "katafix/node/discovery.hpp"
#include "katafix/node/effective.hpp"
#include "katafix/text/finding.hpp"

#include "knowledge.hpp"

#include <map>
#include <string>
#include <vector>

namespace katafix {

class NodeFiles;

/// What leaves a Kata handler of the tree without effect, or will: tables that a release ignores,
/// files that win over others or erase their handlers, files that are loaded by accident or not at
/// all. `before` and `after` are the views now and once the planned edits are made.
[[nodiscard]] std::vector<Finding> tree_warnings(NodeFiles& files, const EngineTree& tree,
                                                 const std::map<std::string, OwnEvidence>& own,
                                                 const std::vector<Effective>& before,
                                                 const std::vector<Effective>& after);

}  // namespace katafix
