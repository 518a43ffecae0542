#pragma once

#include "node/discovery.hpp"
#include "node/files.hpp"
#include "node/plan.hpp"

#include <string>
#include <vector>

namespace katafix {

/// Runs a command for each tree that is to change, on a private copy of its files with the new text
/// in it. What the command has against one is an error. `command` are words with %s (with_path).
[[nodiscard]] std::vector<Finding> validate(const std::vector<EngineTree>& trees,
                                            const std::vector<PlannedFile>& planned,
                                            const std::vector<std::string>& command,
                                            NodeFiles& files);

}  // namespace katafix
