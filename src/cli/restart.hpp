#pragma once

#include "katafix/report/report.hpp"

namespace katafix::cli {

/// Restarts the units of the report through systemctl, and notes that it did. What could not be
/// restarted becomes an error; the result says whether all were.
bool restart_units(Report& report);

}  // namespace katafix::cli
