#pragma once

#include "katafix/engine/release.hpp"
#include "katafix/text/finding.hpp"

#include "knowledge.hpp"
#include "plan.hpp"

#include <set>
#include <vector>

namespace katafix {

class NodeFiles;
struct EngineTree;

/// What leaves Kata handlers of a tree's template without effect once it is rendered, as
/// tree_warnings() tells of what is loaded. `releases` are those that are considered; nothing is
/// told where a directive may say the config's version.
[[nodiscard]] std::vector<Finding> template_warnings(NodeFiles& files, const EngineTree& tree,
                                                     const PlannedFile& planned,
                                                     const std::vector<Release>& releases,
                                                     const Selection& selection);

}  // namespace katafix
