#pragma once

#include "katafix/node/discovery.hpp"
#include "katafix/node/files.hpp"
#include "katafix/node/plan.hpp"
#include "katafix/report/report.hpp"

#include "options.hpp"

#include <string>
#include <vector>

namespace katafix::cli {

/// All files of a run: the report so far, and the plans.
struct Survey {
  Report report;
  std::vector<PlannedFile> files;  ///< their handlers and findings are in the report
  std::vector<EngineTree> trees;   ///< those that the files are of; none for standard input
  bool trouble = false;

  [[nodiscard]] bool needs_fix() const;
};

/// Reads and plans every file that the options name, or all that the node's engines load. Errors
/// become findings. The plans refer to `files`, which outlives them.
[[nodiscard]] Survey survey(const Options& options, const RootReader& reader, NodeFiles& files);

/// Adds a unit to those that are to be restarted, once.
void add_unit(Report& report, const std::string& unit);

/// The path in a diff's labels: from the root, of the file itself where the path is a link.
[[nodiscard]] std::string diff_path(const PlannedFile& planned, const Options& options);

}  // namespace katafix::cli
