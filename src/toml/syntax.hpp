#pragma once

#include "katafix/text/span.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace katafix {

/// A habit of writing that some TOML library does not know.
enum class Trait {
  byte_order_mark,
  line_break_in_inline_table,
  line_break_before_comma,  ///< in an inline table; the one above is found there, too
  trailing_comma,           ///< in an inline table
  escape_e,
  escape_x,
  quote_in_key,       ///< an escaped quote in a quoted key
  bracket_in_header,  ///< [ or ] in a quoted key of a header
  tab_after_dot,
  lone_blank_after_dot,  ///< in a key that is no header, with no blank before the dot
  dotted_key,            ///< that is no header
  extra_quotes,          ///< a quote directly before the three that close a string
  bare_date,             ///< a date without a time that no blank follows
  no_seconds,            ///< a time of day of hours and minutes
  small_date_letter,     ///< t or z in a date with a time
  zero_exponent,         ///< 0e1
};

struct FoundTrait {
  Trait trait = Trait::byte_order_mark;
  std::size_t offset = 0;
};

/// A header or an assignment outside inline tables.
struct Statement {
  enum class Kind { header, array_header, assignment };
  Kind kind = Kind::assignment;
  std::vector<Span> key;  ///< its segments, quotes included
};

/// How a text is written, as far as libraries differ.
struct Syntax {
  std::vector<FoundTrait> traits;
  std::vector<Statement> statements;
  // No TOML at all: drafts of 1.1 had it, and toml++ still has. Where it is first.
  std::optional<std::size_t> plus_in_key;  ///< outside quotes
  std::optional<std::size_t> hex_float;    ///< 0x1.8p1
};

/// Scans a text that toml++ takes.
[[nodiscard]] Syntax scan_syntax(std::string_view text, std::size_t begin);

}  // namespace katafix
