#pragma once

#include "katafix/text/finding.hpp"

#include "discovery.hpp"
#include "effective.hpp"

#include <vector>

namespace katafix {

class NodeFiles;

/// What keeps releases from serving with a tree, now and once the planned edits are made (`after`,
/// in the same order). Trouble only when no release would serve, not even then.
[[nodiscard]] std::vector<Finding> refusals(NodeFiles& files, const EngineTree& tree,
                                            const std::vector<Effective>& views,
                                            const std::vector<Effective>& after);

}  // namespace katafix
