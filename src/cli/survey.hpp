#pragma once

#include "katafix/fix/fix.hpp"
#include "katafix/node/reader.hpp"
#include "katafix/node/role.hpp"
#include "katafix/report/report.hpp"

#include "options.hpp"

#include <memory>
#include <string>
#include <vector>

namespace katafix::cli {

/// A file that was read and understood, and its plan.
struct PlannedFile {
  std::string path;
  Place place;
  std::unique_ptr<Source> source;
  Fix fix;
};

/// All files of a run: the report so far, and the plans.
struct Survey {
  Report report;
  std::vector<PlannedFile> files;
  bool trouble = false;

  [[nodiscard]] bool needs_fix() const;
};

/// Reads and plans every file that the options name. Errors become findings.
[[nodiscard]] Survey survey(const Options& options, const RootReader& reader);

/// The path in a diff's labels: from the root, of the file itself where the path is a link.
[[nodiscard]] std::string diff_path(const std::string& path, const Options& options,
                                    const RootReader& reader);

}  // namespace katafix::cli
