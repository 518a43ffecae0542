#pragma once

#include "katafix/report/report.hpp"

#include <string>
#include <string_view>

namespace katafix {

enum class Style { plain, bold, dim, red, green, yellow, cyan };

/// The text between the terminal's codes for a style, or as it is without colour.
[[nodiscard]] std::string styled(std::string_view text, Style style, Color color);

}  // namespace katafix
