#pragma once

#include "options.hpp"

namespace katafix::cli {

/// Runs the command and returns the exit status. Throws nothing but what is a bug.
[[nodiscard]] int run(const Options& options);

}  // namespace katafix::cli
