#pragma once

#include "options.hpp"

namespace katafix::cli {

/// Runs the command on the node below each of the roots that the options name, several at once, and
/// prints a line of JSON for each, in their order. What is wrong with one is in its line and does
/// not stop the rest. The result is the worst exit status. Throws UsageError when the file of roots
/// cannot be read. A signal to end lets those at work come to their end.
[[nodiscard]] int run_on_roots(Options options);

}  // namespace katafix::cli
