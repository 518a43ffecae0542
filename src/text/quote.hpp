#pragma once

#include <string>
#include <string_view>

namespace katafix {

/// For a terminal: control characters (C0, DEL, C1) and bytes that are not UTF-8 become \xNN; what
/// turns text around, breaks lines or does not show (bidirectional marks, separators of lines,
/// blanks without width, tags) becomes \u{NNNN}.
[[nodiscard]] std::string printable(std::string_view text);

/// For JSON, which escapes control characters itself: only bytes that are not UTF-8 become \xNN.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// A path as git prints it: in double quotes with C escapes when it holds a control character,
/// a quote, a backslash or a byte outside ASCII; otherwise as it is.
[[nodiscard]] std::string git_quoted(std::string_view path);

/// A word as a shell takes it: in single quotes where it holds anything but letters, digits and
/// `_-+=:,./@%`.
[[nodiscard]] std::string shell_quoted(std::string_view word);

/// The text with `%` and two digits, as in a URI, for each byte that is special.
[[nodiscard]] std::string percent_encoded(std::string_view text, bool (*is_special)(char));

/// The length of the UTF-8 sequence at the beginning of `text`, 0 when it is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

}  // namespace katafix
