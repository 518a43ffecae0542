#pragma once

#include "katafix/report/report.hpp"

#include <string>

namespace katafix::cli {

/// Sets up standard error. `verbose` lets debug() and findings of severity info through.
void start_log(bool verbose);

/// What is being done, for -v.
void debug(const std::string& text);

/// A finding, on standard error.
void tell(const Finding& finding, Color color);

}  // namespace katafix::cli
