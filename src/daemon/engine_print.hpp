#pragma once

#include "katafix/engine/kata_rules.hpp"
#include "katafix/text/finding.hpp"

#include "node/discovery.hpp"
#include "node/effective.hpp"
#include "private_copy.hpp"

#include <set>
#include <string>
#include <vector>

namespace katafix {

/// What is to become of a tree of this machine.
struct PlannedTree {
  const EngineTree& tree;
  const PrivateCopy& after;             ///< its files with the edits made
  const std::string& changed;           ///< the first of them that is edited
  std::set<std::string> fixed;          ///< the handlers that get the flag
  std::vector<const Effective*> views;  ///< its files as they are
};

/// Is the engine of a tree here to be asked? What is found out is told in the log.
[[nodiscard]] bool can_print(const EngineTree& tree);

/// Has the engine of a tree print its config from private copies, as it is and as it is planned.
/// In the second each Kata handler must have the flag, and nothing else may differ
/// (Code::validation_failed). An engine that refuses both is a warning (Code::engine_refuses), and
/// so is a handler of which the first says something else than our views (Code::view_differs).
/// Throws Error where a copy cannot be made.
[[nodiscard]] std::vector<Finding> hear_engine(const PlannedTree& planned, NodeFiles& files,
                                               const Selection& selection);

}  // namespace katafix
