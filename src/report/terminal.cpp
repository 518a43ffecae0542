#include "terminal.hpp"

#include <algorithm>

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

std::string styled(std::string_view text, Style style, Color color) {
  constexpr std::array<std::string_view, 7> codes = {"", "1", "2", "31", "32", "33", "36"};
  if (color == Color::no || style == Style::plain) {
    return std::string(text);
  }
  return "\x1b[" + std::string(codes.at(static_cast<std::size_t>(style))) + "m" +
         std::string(text) + "\x1b[0m";
}

std::string colored_diff(const std::string& diff, Color color) {
  if (color == Color::no) {
    return diff;
  }
  std::string out;
  for (std::size_t at = 0; at < diff.size();) {
    const std::size_t end = std::min(diff.find('\n', at), diff.size());
    const std::string_view line = std::string_view(diff).substr(at, end - at);
    Style style = Style::plain;
    if (line.starts_with("--- ") || line.starts_with("+++ ")) {
      style = Style::bold;
    } else if (line.starts_with("@@")) {
      style = Style::cyan;
    } else if (line.starts_with("+")) {
      style = Style::green;
    } else if (line.starts_with("-")) {
      style = Style::red;
    }
    out.append(styled(line, style, color)).push_back('\n');
    at = end + 1;
  }
  return out;
}

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
