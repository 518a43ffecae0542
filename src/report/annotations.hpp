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

/// The line that tells of a finding: `file:line:column: level: message [code]`.
[[nodiscard]] std::string headline(const Finding& finding, Color color);

}  // namespace katafix
