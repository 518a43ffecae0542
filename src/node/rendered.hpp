#pragma once

#include "discovery.hpp"
#include "effective.hpp"
#include "plan.hpp"

#include <set>
#include <string>
#include <vector>

namespace katafix {

/// For the files of a tree that are not edited: a handler that lacks the flag there, and has it by
/// another file in the end (a template that the file is rendered from, or one that is merged over
/// it), is no trouble, and a finding tells so. The rest becomes an error. The names that were told
/// of go to `explained`. `after` are the views once the planned edits are made.
[[nodiscard]] std::vector<Finding> explain_left_alone(const EngineTree& tree,
                                                      std::vector<PlannedFile>& files,
                                                      const std::vector<Effective>& after,
                                                      std::set<HandlerId>& explained);

}  // namespace katafix
