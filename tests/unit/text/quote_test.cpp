#include "text/quote.hpp"

#include "support.hpp"

#include <cstdint>

namespace katafix {
namespace {

/// UTF-8 by its definition (RFC 3629), for any number.
std::string encoded(std::uint32_t code_point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (code_point < 0x80) {
    return {byte(code_point)};
  }
  if (code_point < 0x800) {
    return {byte(0xC0U | code_point >> 6U), byte(0x80U | (code_point & 0x3FU))};
  }
  if (code_point < 0x10000) {
    return {byte(0xE0U | code_point >> 12U), byte(0x80U | (code_point >> 6U & 0x3FU)),
            byte(0x80U | (code_point & 0x3FU))};
  }
  return {byte(0xF0U | code_point >> 18U), byte(0x80U | (code_point >> 12U & 0x3FU)),
          byte(0x80U | (code_point >> 6U & 0x3FU)), byte(0x80U | (code_point & 0x3FU))};
}

TEST_CASE("Every code point is UTF-8 except for surrogates", "[text]") {
  for (std::uint32_t code_point = 0; code_point < 0x110000; ++code_point) {
    const std::string text = encoded(code_point);
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (utf8_length(text + "x") != (surrogate ? 0 : text.size())) {
      CAPTURE(code_point);
      FAIL("wrong length");
    }
  }
}

TEST_CASE("Overlong and too high and cut sequences are not UTF-8", "[text]") {
  for (const char* text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3x", "\xE0\x9F\xBF", "\xE2\x82",
        "\xE2\x82x", "\xE2x\x82", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9D\x84",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF"}) {
    CAPTURE(text);
    CHECK(utf8_length(text) == 0);
  }
}

TEST_CASE("Control characters are escaped for a terminal", "[text]") {
  CHECK(printable("plain text é€𝄞") == "plain text é€𝄞");
  CHECK(printable("\x1b[31mred\x07") == "\\x1b[31mred\\x07");
  CHECK(printable("a\tb\nc\r") == "a\\x09b\\x0ac\\x0d");
  CHECK(printable("\x7F") == "\\x7f");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\xc2\\x9b31m");
  CHECK(printable("\xC2\x9F\xC2\xA0") == "\\xc2\\x9f\xC2\xA0");
  CHECK(printable(std::string_view("\0", 1)) == "\\x00");
  CHECK(printable("").empty());
}

TEST_CASE("What turns text around, breaks it or does not show is named for a terminal", "[text]") {
  using Shown = std::pair<std::string_view, std::string_view>;
  for (const auto& [text, shown] :
       {Shown("\u202A\u202E", "\\u{202A}\\u{202E}"), Shown("\u2066\u2069", "\\u{2066}\\u{2069}"),
        Shown("\u200E\u200F\u061C", "\\u{200E}\\u{200F}\\u{61C}"),
        Shown("\u200B\u200D\u2060", "\\u{200B}\\u{200D}\\u{2060}"),
        Shown("\u2028\u2029", "\\u{2028}\\u{2029}"), Shown("\u00AD\uFEFF", "\\u{AD}\\u{FEFF}"),
        Shown("\u0600\u06DD\u070F\u180E", "\\u{600}\\u{6DD}\\u{70F}\\u{180E}"),
        Shown("\uFFF9\uFFFB", "\\u{FFF9}\\u{FFFB}"),
        Shown("\U000E0001\U000E0020\U000E007F", "\\u{E0001}\\u{E0020}\\u{E007F}"),
        Shown("\U0001D173\U000110BD", "\\u{1D173}\\u{110BD}")}) {
    CHECK(printable(text) == shown);
    CHECK(valid_utf8(text) == text);
  }
}

TEST_CASE("Letters, blanks and signs beside those stay as they are", "[text]") {
  for (const std::string_view text :
       {"\u00AC\u00AE", "\u200A", "\u2010\u2027\u202F", "\u205F\u2070", "\u0606\u061B\u061D",
        "\uFFFC\uFFFD", "\uFE0F", "\U000E0100", "\u05E9\u05DC", "\u0633\u0644", "\u65E5"}) {
    CHECK(printable(text) == text);
  }
}

TEST_CASE("Bytes that are not UTF-8 are escaped one by one", "[text]") {
  CHECK(printable("a\xFF\xC3"
                  "b\xE2\x82") == "a\\xff\\xc3b\\xe2\\x82");
  CHECK(valid_utf8("a\xFF\xC3"
                   "b\xE2\x82") == "a\\xff\\xc3b\\xe2\\x82");
  CHECK(valid_utf8("\xED\xA0\x80é") == "\\xed\\xa0\\x80é");
}

TEST_CASE("JSON is left to escape control characters itself", "[text]") {
  CHECK(valid_utf8("a\tb\n\x1b é\x7F") == "a\tb\n\x1b é\x7F");
}

TEST_CASE("A path without special bytes is printed as it is", "[text]") {
  CHECK(git_quoted("a/etc/containerd/config.toml") == "a/etc/containerd/config.toml");
  CHECK(git_quoted("a/with blank's %$;") == "a/with blank's %$;");
}

TEST_CASE("A path with special bytes is printed as git prints it", "[text]") {
  CHECK(git_quoted("a\"b") == R"("a\"b")");
  CHECK(git_quoted("a\\b") == R"("a\\b")");
  CHECK(git_quoted("\a\b\t\n\v\f\r") == R"("\a\b\t\n\v\f\r")");
  CHECK(git_quoted("\x01\x1f\x7f") == R"("\001\037\177")");
  CHECK(git_quoted("é") == R"("\303\251")");
  CHECK(git_quoted("\xFF") == R"("\377")");
}

}  // namespace
}  // namespace katafix
