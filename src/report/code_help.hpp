#pragma once

#include "katafix/text/finding.hpp"

#include <string_view>

namespace katafix {

/// What a code means and what to do, as the manual says it: made from packaging/man/katafix.1.
[[nodiscard]] std::string_view code_help(Code code);

}  // namespace katafix
