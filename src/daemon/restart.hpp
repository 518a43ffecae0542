#pragma once

#include "katafix/text/finding.hpp"

#include "node/discovery.hpp"
#include "node/files.hpp"
#include "running.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace katafix {

/// What came of a restart.
struct Restart {
  std::vector<Running> running;  ///< what the daemons said last
  std::vector<Finding>
      failures;                  ///< errors (Code::restart_failed): not restarted, or not in effect
  std::vector<Finding> unasked;  ///< warnings (Code::not_asked): restarted, and nobody knows more
};

/// Is there a systemctl that katafix runs? Without it nothing is restarted.
[[nodiscard]] bool can_restart();

/// Is the engine of a tree to be restarted for what its files say already? So it is where its
/// daemon lacks a flag, and where that cannot tell, and the engine is older than a file.
[[nodiscard]] bool is_stale(const Daemon& daemon, const EngineTree& tree, NodeFiles& files);

/// Restarts units, each with the daemons of its name, and waits until those serve pods with the
/// flag for all that are `flagged`; no longer than the limit for each. What did not come up is told
/// with what the journal has of it since.
[[nodiscard]] Restart restart_units(const std::vector<std::string>& units,
                                    const std::vector<Daemon>& daemons, std::chrono::seconds limit);

}  // namespace katafix
