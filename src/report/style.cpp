#include "style.hpp"

#include <array>

namespace katafix {

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

}  // namespace katafix
