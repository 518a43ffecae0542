#pragma once

#include "style.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace katafix {

struct Cell {
  std::string text;
  Style style = Style::plain;
};

inline constexpr std::size_t kColumns = 5;
using Row = std::array<Cell, kColumns>;

/// Rows as lines whose columns stand below each other, and an empty line.
[[nodiscard]] std::string render(const std::vector<Row>& rows, Color color);

}  // namespace katafix
