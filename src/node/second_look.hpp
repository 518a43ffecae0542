#pragma once

#include "katafix/engine/kata_rules.hpp"
#include "katafix/text/finding.hpp"

#include "effective.hpp"

#include <set>
#include <vector>

namespace katafix {

class NodeFiles;

/// The handlers that would gain the flag by the planned edits, and that every release which sees
/// them finds to run something else than Kata once all files are merged. `before` and `after` are
/// the views now and once the edits are made, in the same order.
[[nodiscard]] std::set<HandlerId> conflicting_handlers(const std::vector<Effective>& before,
                                                       const std::vector<Effective>& after,
                                                       const Selection& selection);

/// Looks at a tree as it would be once the planned edits are made: each Kata handler that an engine
/// sees must have the flag. Says nothing of the handlers in `explained`, for which another finding
/// says why they lack it.
[[nodiscard]] std::vector<Finding> second_look(NodeFiles& files,
                                               const std::vector<Effective>& after,
                                               const std::set<HandlerId>& explained,
                                               const Selection& selection);

}  // namespace katafix
