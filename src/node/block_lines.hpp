#pragma once

#include "katafix/text/source.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace katafix {

/// What a line of a text would be in TOML.
enum class LineKind {
  blank,
  comment,
  header,
  entry,  ///< the first line of one
  gap,    ///< controls a template, or stands for lines that are left out (`...`)
  other,
};

/// One line, looked at by itself.
struct Line {
  LineKind kind = LineKind::other;
  std::string_view indentation;
  bool leads_to_handlers = false;  ///< a header or an entry, by the first name in it
  bool holds_entry = false;        ///< an entry, or a gap with one on its line

  [[nodiscard]] bool is_statement() const {
    return kind == LineKind::header || kind == LineKind::entry;
  }
};

[[nodiscard]] Line read_line(const Source& source, std::size_t number);

/// The last line of the entry that begins on a line; nothing when its brackets are not closed, or
/// when there are too many.
[[nodiscard]] std::optional<std::size_t> last_line_of_entry(const Source& source,
                                                            std::size_t number);

}  // namespace katafix
