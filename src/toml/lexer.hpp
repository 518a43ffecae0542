#pragma once

#include "katafix/text/span.hpp"

#include <string_view>
#include <vector>

namespace katafix {

/// The offset behind the comment that begins at `at`: its line end, or the end of the text.
[[nodiscard]] std::size_t skip_comment(std::string_view text, std::size_t at);

/// How many quotes the string that begins at `at` begins with: 0 when none does.
[[nodiscard]] std::size_t quotes_at(std::string_view text, std::size_t at);

/// The offset behind the string (of any of TOML's four kinds) that begins at `at`. A one-line
/// string that is not closed ends with its line, a multi-line string with the text.
[[nodiscard]] std::size_t skip_string(std::string_view text, std::size_t at);

/// The offset behind the last byte before `end` that is no blank.
[[nodiscard]] std::size_t skip_blanks_back(std::string_view text, std::size_t end);

/// The segments of the dotted key whose last segment ends at `end`, in the order of the text, with
/// their quotes. The text must be valid TOML; then reading it backwards is unambiguous.
[[nodiscard]] std::vector<Span> key_segments_before(std::string_view text, std::size_t end);

/// The segments of the header `[...]` or `[[...]]` at `header`.
[[nodiscard]] std::vector<Span> header_segments(std::string_view text, Span header);

/// Is this a character of a bare key?
[[nodiscard]] bool is_bare_key_character(char byte);

}  // namespace katafix
