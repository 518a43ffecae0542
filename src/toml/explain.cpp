#include "explain.hpp"

#include <array>

namespace katafix {

namespace {

struct Explanation {
  std::string_view reason;  // a part of the parser's wording; the first that fits counts
  std::string_view message;
  std::string_view advice;
};

constexpr std::array kExplanations = {
    Explanation{"cannot redefine existing table", "this table is defined a second time",
                "keep one of the two headers and move the keys together"},
    Explanation{"cannot redefine", "this key is set a second time", "keep one of the two"},
    Explanation{"into existing inline table", "an inline table cannot be extended",
                "write the key between its braces"},
    Explanation{"expected 'true'", "this is no value", "write true in lower case"},
    Explanation{"expected 'false'", "this is no value", "write false in lower case"},
    Explanation{"expected a comment or whitespace",
                "something follows the end of the value or header",
                "put each key on a line of its own, and strings in quotes"},
    Explanation{"expected '='", "a key without a value", "write it as key = value"},
    Explanation{"expected value,", "a key without a value", "write it as key = value"},
    Explanation{"multi-line strings are prohibited", "a multi-line string cannot be a key",
                "write the key with one pair of quotes"},
    Explanation{"expected bare key", "this is no key",
                "use ASCII letters, digits, - and _, or put the key in quotes"},
    Explanation{"expected keys, tables", "this is no key",
                "use ASCII letters, digits, - and _, or put the key in quotes"},
    Explanation{"blank bare keys", "a header without a name",
                "write the table's name in the brackets"},
    Explanation{"[[array-of-table]]", "the brackets of [[ and ]] must touch", ""},
    Explanation{"expected ']'", "a header that is not closed", "close it with ]"},
    Explanation{"comma or closing ']'", "an array that is not closed",
                "put commas between its values and ] at its end"},
    Explanation{"closing ']'", "two commas with no value between them", "remove one"},
    Explanation{"comma or closing '}'", "an inline table that is not closed",
                "put commas between its keys and } at its end"},
    Explanation{"closing '}'", "an inline table with a missing key", "write it as { key = value }"},
    Explanation{"control character", "a control character",
                "remove it, or write it as an escape in a string with double quotes"},
    Explanation{"vertical tab", "a control character", "remove it"},
    Explanation{"escape sequence", "an unknown escape in a string",
                "write \\\\ for a backslash, or use single quotes"},
    Explanation{"surrogate", "an escape that is no Unicode character", ""},
    Explanation{"U+10FFFF", "an escape that is no Unicode character", ""},
    Explanation{"hex digit", "an incomplete escape in a string",
                "\\u takes 4 hex digits, \\U takes 8"},
    Explanation{"line-ending backslash", "text behind a backslash that ends the line", ""},
    Explanation{"leading zero", "a number with leading zeros", "remove them"},
    Explanation{"underscores may only", "an underscore in a number must be between digits", ""},
    Explanation{"underscores must be", "an underscore in a number must be between digits", ""},
    Explanation{"64 bits", "a number that does not fit into 64 bits", ""},
    Explanation{"nested value depth", "values are nested too deeply", ""},
    Explanation{"encountered end-of-file", "the file ends in the middle of a value, key or header",
                "close the quote or bracket that is open"},
    Explanation{"parsing date", "this is no date or time", "write it as 2026-01-31T09:00:00Z"},
    Explanation{"parsing time", "this is no date or time", "write it as 2026-01-31T09:00:00Z"},
    Explanation{"parsing local", "this is no date or time", "write it as 2026-01-31T09:00:00Z"},
    Explanation{"integer", "this is no number", "put strings in quotes"},
    Explanation{"float", "this is no number", "put strings in quotes"},
    Explanation{"value", "this is no value",
                "put strings in quotes; write true and false in lower case"},
};

}  // namespace

Error explain(const Source& source, std::size_t offset, std::string_view reason, bool is_template) {
  const std::size_t jinja = source.bytes().find("{%");
  if (jinja != std::string_view::npos) {
    return {
        Code::jinja_template, source, jinja, "this is a Jinja template, not TOML",
        "render it first and run katafix on the result, or set the flag in the template by hand"};
  }
  std::string message = "this is not TOML";
  std::string advice;
  for (const Explanation& explanation : kExplanations) {
    if (reason.find(explanation.reason) != std::string_view::npos) {
      message = explanation.message;
      advice = explanation.advice;
      break;
    }
  }
  if (is_template) {
    message = "without its directives this template is not TOML: " + message;
    advice =
        "set privileged_without_host_devices = true by hand in each Kata handler of the template";
  }
  return {Code::invalid_toml, source, offset, message, advice};
}

}  // namespace katafix
