#pragma once

#include "report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// All that a reviewer is to see at its place: the findings, and as one each handler that still
/// lacks the flag. By file and place.
[[nodiscard]] std::vector<Finding> annotations(const Report& report);

/// "error", "warning" or "note", as compilers have them.
[[nodiscard]] std::string_view level_name(Severity severity);

/// What a code means and what to do, as the manual says it: made from packaging/man/katafix.1.
[[nodiscard]] std::string_view code_help(Code code);

/// The line that tells of a finding, or lines on a screen that is too narrow: `file:line:column:
/// level: message [code]`. `count` is how many such findings it stands for.
[[nodiscard]] std::string headline(const Finding& finding, const Screen& screen,
                                   std::size_t count = 1);

}  // namespace katafix
