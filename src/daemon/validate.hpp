#pragma once

#include "katafix/engine/kata_rules.hpp"

#include "node/discovery.hpp"
#include "node/effective.hpp"
#include "node/files.hpp"
#include "node/plan.hpp"

#include <string>
#include <vector>

namespace katafix {

/// What is planned for the trees of a run.
struct Plans {
  const std::vector<EngineTree>& trees;
  const std::vector<PlannedFile>& files;
  const std::vector<Effective>& views;  ///< of all trees, before any edit
  const Selection& selection;
};

/// Runs a command for each tree that is to change, on a private copy of its files with the new text
/// in it. What the command has against one is an error. `command` are words with %s (with_path).
[[nodiscard]] std::vector<Finding> validate(const Plans& plans,
                                            const std::vector<std::string>& command,
                                            NodeFiles& files);

/// Has the engine of each tree of this machine that is to change judge it by its own config print,
/// where that engine is installed and nobody but root may change it: see hear_engine().
[[nodiscard]] std::vector<Finding> ask_engines(const Plans& plans, NodeFiles& files);

}  // namespace katafix
