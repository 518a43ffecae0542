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

/// The columns that a text takes, one for each character.
[[nodiscard]] std::size_t columns(std::string_view text);

/// The text in lines broken at blanks, for that many columns; `first` of them are taken in the
/// first line, and `rest` in each other. What has no blank, and a command that is to be copied,
/// stays in one piece, however long.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width,
                                               std::size_t first = 0, std::size_t rest = 0);

/// A paragraph on that screen: the lines of `text`, each behind `indentation` blanks.
[[nodiscard]] std::string paragraph(std::string_view text, std::size_t indentation,
                                    const Screen& screen);

/// What a column does on a screen that is too narrow: it keeps its width, its cells lose their
/// middle, or they are wrapped.
enum class Fit { whole, cut, wrap };

struct Cell {
  std::string text;
  Style style = Style::plain;
  Fit fit = Fit::whole;    ///< in the first row: of the column
  std::string brief = {};  ///< what is shown where the whole row does not fit; empty for the text
};

inline constexpr std::size_t kColumns = 5;
using Row = std::array<Cell, kColumns>;

/// Rows as lines whose columns stand below each other, and an empty line.
[[nodiscard]] std::string render(std::vector<Row> rows, const Screen& screen);

}  // namespace katafix
