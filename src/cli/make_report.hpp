#pragma once

#include "options.hpp"
#include "report/report.hpp"
#include "survey.hpp"

#include <optional>
#include <string>
#include <vector>

namespace katafix::cli {

/// What became of the plans.
struct Applied {
  int status = 0;
  std::vector<const PlannedFile*> changed;  ///< or would be, where the command writes nothing
  bool is_done = false;                     ///< all of them were written
  std::optional<std::string> run;           ///< that has their backups
  std::vector<std::string> backups;         ///< of the changed files, in their order
  bool restarted = false;
  std::vector<Finding> findings;
};

/// The report of a command that has nothing to tell yet.
[[nodiscard]] Report new_report(const Options& options);

/// The report of a command that came to an early end.
[[nodiscard]] Report failed(const Options& options, const Error& error);

/// The report of check, diff or apply. `applied.changed` are files of the survey.
[[nodiscard]] Report make_report(const Options& options, Survey survey, Applied applied);

}  // namespace katafix::cli
