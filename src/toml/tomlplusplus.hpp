#pragma once

// toml++ 3.3 asserts on some invalid input, and under clang turns asserts into assumptions when
// NDEBUG is set. With the check and NDEBUG gone it reports a parse error in each such case.
// NOLINTBEGIN(cppcoreguidelines-macro-usage): how toml++ is configured.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 1
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
#define TOML_ENABLE_UNRELEASED_FEATURES 1
// NOLINTEND(cppcoreguidelines-macro-usage)
#include <toml++/toml.h>
