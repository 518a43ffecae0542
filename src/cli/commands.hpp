#pragma once

#include "katafix/report/report.hpp"

#include "options.hpp"

#include <string>

namespace katafix::cli {

/// What a command did, before anything is said of it.
struct Result {
  int status = 0;
  Report report;
  std::string diffs;
};

/// Checks, shows, fixes or undoes on one node. Several may be at work at once, on nodes of their
/// own.
[[nodiscard]] Result carry_out(const Options& options);

/// Runs the command, prints what it has to say, and returns the exit status. Throws nothing but
/// what is a bug.
[[nodiscard]] int run(const Options& options);

}  // namespace katafix::cli
