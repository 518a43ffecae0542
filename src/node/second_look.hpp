#pragma once

#include "katafix/engine/kata_rules.hpp"
#include "katafix/node/effective.hpp"
#include "katafix/text/finding.hpp"

#include <set>
#include <string>
#include <vector>

namespace katafix {

class NodeFiles;

/// Looks at a tree as it would be once the planned edits are made: each Kata handler that an engine
/// sees must have the flag, and no other handler may gain it. Says nothing of the handlers in
/// `explained`, for which another finding says why they lack it.
[[nodiscard]] std::vector<Finding> second_look(NodeFiles& files,
                                               const std::vector<Effective>& before,
                                               const std::vector<Effective>& after,
                                               const std::set<std::string>& explained,
                                               const Selection& selection);

}  // namespace katafix
