#include "columns.hpp"

#include <algorithm>
#include <string_view>

namespace katafix {

namespace {

// A longer cell moves the rest of its own row, not all rows.
constexpr std::size_t kWidest = 160;

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

std::string render(const std::vector<Row>& rows, Color color) {
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      widths.at(column) =
          std::max(widths.at(column), std::min(width(row.at(column).text), kWidest));
    }
  }
  std::string out;
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      const Cell& cell = row.at(column);
      out += styled(cell.text, cell.style, color);
      if (column + 1 < kColumns) {
        const std::size_t own = width(cell.text);
        out.append(widths.at(column) - std::min(own, widths.at(column)) + 2, ' ');
      }
    }
    out.push_back('\n');
  }
  out.push_back('\n');
  return out;
}

}  // namespace katafix
