#include "terminal.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace katafix {

namespace {

// A longer cell moves the rest of its own row, not all rows.
constexpr std::size_t kWidest = 160;
// A narrower column tells nothing.
constexpr std::size_t kNarrowest = 10;
constexpr std::size_t kGap = 2;
constexpr std::string_view kLeftOut = "...";

using Widths = std::array<std::size_t, kColumns>;

bool is_first_byte(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

/// The end of the first `count` characters.
std::size_t end_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && (!is_first_byte(text[at]) || count-- > 0)) {
    ++at;
  }
  return at;
}

/// A text that loses its middle: of a path the last part stays as long as it can.
std::string cut(const std::string& text, std::size_t width) {
  const std::size_t length = columns(text);
  if (length <= width) {
    return text;
  }
  const std::size_t room = width - kLeftOut.size();
  const std::size_t last_part =
      columns(std::string_view(text).substr(std::min(text.rfind('/'), text.size())));
  const std::size_t tail = last_part > 0 && last_part <= room ? last_part : room - room / 4;
  return text.substr(0, end_of(text, room - tail)).append(kLeftOut) +
         text.substr(end_of(text, length - tail));
}

bool is_command(std::string_view text) {
  constexpr std::array<std::string_view, 9> beginnings = {
      "katafix check",   "katafix diff", "katafix apply",
      "katafix restore", "katafix help", "systemctl ",
      "snap ",           "chattr ",      "cp "};
  return std::ranges::any_of(
      beginnings, [&](std::string_view beginning) { return text.starts_with(beginning); });
}

/// The length of what is not to be broken at the beginning of a text: a word, or a command and all
/// that there is before a comma or the like.
std::size_t piece(std::string_view text) {
  constexpr std::string_view stops = ",;:";
  std::size_t end = std::min(text.find(' '), text.size());
  if (is_command(text)) {
    while (end < text.size() && stops.find(text[end - 1]) == std::string_view::npos) {
      end = std::min(text.find(' ', end + 1), text.size());
    }
  }
  return end;
}

Widths widths_of(const std::vector<Row>& rows) {
  Widths widths{};
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      widths.at(column) =
          std::max(widths.at(column), std::min(columns(row.at(column).text), kWidest));
    }
  }
  return widths;
}

std::size_t total(const Widths& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (kColumns - 1));
}

/// Takes what is too much from the widest of the columns that may lose it.
void narrow(Widths& widths, const Row& header, std::size_t width) {
  for (std::size_t all = total(widths); all > width; --all) {
    std::size_t* widest = nullptr;
    for (std::size_t column = 0; column < kColumns; ++column) {
      std::size_t& own = widths.at(column);
      if (header.at(column).fit != Fit::whole && own > kNarrowest &&
          (widest == nullptr || own >= *widest)) {
        widest = &own;
      }
    }
    if (widest == nullptr) {
      return;
    }
    --*widest;
  }
}

/// The widths on that screen, for which cells are shortened if need be.
Widths fitted(std::vector<Row>& rows, std::size_t width) {
  Widths widths = widths_of(rows);
  if (width == kEndless || total(widths) <= width) {
    return widths;
  }
  for (Row& row : rows) {
    for (Cell& cell : row) {
      cell.text = cell.brief.empty() ? cell.text : cell.brief;
    }
  }
  widths = widths_of(rows);
  narrow(widths, rows.front(), width);
  for (Row& row : rows) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      if (rows.front().at(column).fit == Fit::cut) {
        row.at(column).text = cut(row.at(column).text, widths.at(column));
      }
    }
  }
  return widths;
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

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, is_first_byte));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t first,
                                 std::size_t rest) {
  if (width == kEndless) {
    return {std::string(text)};
  }
  std::vector<std::string> lines(1);
  for (std::size_t length = first; !text.empty();) {
    const std::string_view next = text.substr(0, piece(text));
    const std::size_t blank = lines.back().empty() ? 0 : 1;
    if (length + blank + columns(next) > width && length > rest) {
      lines.emplace_back(next);
      length = rest + columns(next);
    } else {
      lines.back().append(blank, ' ').append(next);
      length += blank + columns(next);
    }
    text.remove_prefix(std::min(next.size() + 1, text.size()));
  }
  return lines;
}

std::string paragraph(std::string_view text, std::size_t indentation, const Screen& screen) {
  std::string out;
  for (const std::string& line : wrapped(text, screen.width, indentation, indentation)) {
    out.append(indentation, ' ').append(line).push_back('\n');
  }
  return out;
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

std::string render(std::vector<Row> rows, const Screen& screen) {
  const Widths widths = fitted(rows, screen.width);
  std::string out;
  for (const Row& row : rows) {
    std::array<std::vector<std::string>, kColumns> cells;
    std::size_t height = 1;
    for (std::size_t column = 0; column < kColumns; ++column) {
      const bool wraps = rows.front().at(column).fit == Fit::wrap;
      cells.at(column) = wrapped(row.at(column).text,
                                 wraps && screen.width != kEndless ? widths.at(column) : kEndless);
      height = std::max(height, cells.at(column).size());
    }
    for (std::size_t line = 0; line < height; ++line) {
      std::size_t blanks = 0;
      for (std::size_t column = 0; column < kColumns; ++column) {
        const std::vector<std::string>& lines = cells.at(column);
        const std::string text = line < lines.size() ? lines[line] : "";
        if (!text.empty()) {
          out.append(std::exchange(blanks, 0), ' ');
          out += styled(text, row.at(column).style, screen.color);
        }
        blanks += widths.at(column) - std::min(columns(text), widths.at(column)) + kGap;
      }
      out.push_back('\n');
    }
  }
  out.push_back('\n');
  return out;
}

}  // namespace katafix
