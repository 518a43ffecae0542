#pragma once

#include "report.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

enum class Style { plain, bold, dim, red, green, yellow, cyan };

/// The text between the terminal's codes for a style, or as it is without colour.
[[nodiscard]] std::string styled(std::string_view text, Style style, Color color);

struct Cell {
  std::string text;
  Style style = Style::plain;
};

inline constexpr std::size_t kColumns = 5;
using Row = std::array<Cell, kColumns>;

/// Rows as lines whose columns stand below each other, and an empty line.
[[nodiscard]] std::string render(const std::vector<Row>& rows, Color color);

}  // namespace katafix
