#pragma once

#include "daemon/running.hpp"
#include "node/discovery.hpp"
#include "node/files.hpp"
#include "node/tree_plan.hpp"
#include "options.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace katafix::cli {

/// What a run found and planned.
struct Survey {
  std::vector<EngineTree> trees;   ///< those that the files are of; none for standard input
  std::vector<Daemon> daemons;     ///< of the trees, in their order; none where nobody is asked
  std::vector<PlannedFile> files;  ///< each once
  std::size_t others = 0;          ///< files below a directory that hold no handler
  std::vector<Effective> effective;
  std::vector<Running> running;    ///< what the daemons say, where they were asked
  std::vector<std::string> units;  ///< systemd units to restart once the files are changed
  std::vector<Finding> findings;   ///< all but those in the files' plans

  [[nodiscard]] std::vector<const PlannedFile*> changed() const;
  [[nodiscard]] bool has_errors() const;
};

/// Reads and plans every file that the options name, or all that the node's engines load. Errors
/// become findings. The plans refer to `files`, which outlives them.
[[nodiscard]] Survey survey(const Options& options, const RootReader& reader, NodeFiles& files);

/// Adds a unit to those that are to be restarted, once.
void add_unit(std::vector<std::string>& units, const std::string& unit);

}  // namespace katafix::cli
