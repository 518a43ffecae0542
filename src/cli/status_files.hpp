#pragma once

#include "katafix/report/report.hpp"

#include "options.hpp"

namespace katafix::cli {

/// Leaves what --metrics and --summary ask for. A file that cannot be written is a finding.
/// The result is the exit status of the command, which was `status` before.
[[nodiscard]] int leave_status_files(const Options& options, Report& report, int status);

}  // namespace katafix::cli
