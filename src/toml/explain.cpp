#include "explain.hpp"

#include "lexer.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace katafix {

namespace {

/// The parser stands inside or behind what is wrong; people look at its beginning.
enum class Place { parser, key, word };

struct Explanation {
  std::string_view reason;  // a part of the parser's wording; the first that fits counts
  std::string_view message;
  std::string_view advice;
  Place place = Place::parser;
};

constexpr std::array<Explanation, 38> kExplanations = {{
    {"as table", "this header goes through a key that is no table", "remove the key or the header"},
    {"cannot redefine existing table", "this table is defined a second time",
     "keep one of the two and move its keys there"},
    {"cannot redefine", "this key is set a second time", "keep one of the two", Place::key},
    {"into existing inline table", "an inline table cannot be extended",
     "write the key between its braces"},
    {"expected 'true'", "this is no value", "write true in lower case", Place::word},
    {"expected 'false'", "this is no value", "write false in lower case", Place::word},
    {"expected a comment or whitespace", "something follows the end of the value or header",
     "put each key on a line of its own, and strings in quotes"},
    {"expected '='", "a key without a value", "write it as key = value"},
    {"expected value,", "a key without a value", "write it as key = value"},
    {"multi-line strings are prohibited", "a multi-line string cannot be a key",
     "write the key with one pair of quotes"},
    {"expected bare key", "this is no key",
     "use ASCII letters, digits, - and _, or put the key in quotes"},
    {"expected keys, tables", "this is no key",
     "use ASCII letters, digits, - and _, or put the key in quotes"},
    {"blank bare keys", "a header without a name", "write the table's name in the brackets"},
    {"[[array-of-table]]", "the brackets of [[ and ]] must touch", ""},
    {"expected ']'", "a header that is not closed", "close it with ]"},
    {"comma or closing ']'", "an array that is not closed",
     "put commas between its values and ] at its end"},
    {"closing ']'", "two commas with no value between them", "remove one"},
    {"comma or closing '}'", "an inline table that is not closed",
     "put commas between its keys and } at its end"},
    {"closing '}'", "an inline table with a missing key", "write it as { key = value }"},
    {"control character", "a control character",
     "remove it, or write it as an escape in a string with double quotes"},
    {"vertical tab", "a control character", "remove it"},
    {"escape sequence", "an unknown escape in a string",
     "write \\\\ for a backslash, or use single quotes"},
    {"surrogate", "an escape that is no Unicode character", ""},
    {"U+10FFFF", "an escape that is no Unicode character", ""},
    {"hex digit", "an incomplete escape in a string", "\\u takes 4 hex digits, \\U takes 8"},
    {"line-ending backslash", "text behind a backslash that ends the line", ""},
    {"leading zero", "a number with leading zeros", "remove them", Place::word},
    {"underscores m", "an underscore in a number must be between digits", ""},
    {"64 bits", "a number that does not fit into 64 bits", "", Place::word},
    {"nested value depth", "values are nested too deeply", ""},
    {"encountered end-of-file", "the file ends in the middle of a value, key or header",
     "close the quote or bracket that is open"},
    {"parsing date", "this is no date or time", "write it as 2026-01-31T09:00:00Z"},
    {"parsing time", "this is no date or time", "write it as 2026-01-31T09:00:00Z"},
    {"parsing local", "this is no date or time", "write it as 2026-01-31T09:00:00Z"},
    {"integer", "this is no number", "put strings in quotes", Place::word},
    {"float", "this is no number", "put strings in quotes", Place::word},
    {"value", "this is no value", "put strings in quotes; write true and false in lower case",
     Place::word},
    {"", "this is not TOML", ""},
}};

constexpr Explanation kOpenString = {"", "a string that is not closed",
                                     "close it with a quote on the same line"};

bool has(std::string_view reason, std::string_view part) {
  return reason.find(part) != std::string_view::npos;
}

const Explanation* find_explanation(std::string_view reason) {
  return std::find_if(
      kExplanations.begin(), kExplanations.end(),
      [&](const Explanation& explanation) { return has(reason, explanation.reason); });
}

/// The header on this line, or the last one above it.
std::size_t header_at(std::string_view text, std::size_t offset) {
  for (std::size_t end = text.find('\n', offset);;) {
    const std::size_t begin = text.substr(0, end).rfind('\n') + 1;
    const std::size_t first = text.find_first_not_of(" \t\xEF\xBB\xBF", begin);
    if (text.substr(std::min(first, text.size())).starts_with('[')) {
      return first;
    }
    if (begin == 0) {
      return offset;
    }
    end = begin - 1;
  }
}

/// The key of the value that begins here, or here.
std::size_t key_at(std::string_view text, std::size_t offset) {
  const std::size_t behind = skip_blanks_back(text, offset);
  if (!text.substr(0, behind).ends_with('=')) {
    return offset;
  }
  return key_segments_before(text, skip_blanks_back(text, behind - 1)).front().begin;
}

std::size_t place_of(const Explanation& found, std::string_view text, std::size_t offset,
                     std::string_view reason) {
  if (has(reason, "parsing table header") && has(reason, "cannot")) {
    return header_at(text, offset);
  }
  if (found.place == Place::key) {
    return key_at(text, offset);
  }
  return found.place == Place::word ? text.substr(0, offset).find_last_of(" \t\r\n=,[]{}#") + 1
                                    : offset;
}

/// What the bytes there show that the parser does not say.
const Explanation* improve(const Explanation* found, std::string_view here) {
  if (found->message == "a control character" && here.find_first_not_of("\r\n") != 0) {
    return &kOpenString;
  }
  if (found->message == "an inline table with a missing key" && here == "[") {
    return find_explanation("comma or closing '}'");
  }
  const bool numeric = here.find_first_of("+-0123456789.") == 0;
  return found->message == "this is no number" && !numeric ? find_explanation("value") : found;
}

}  // namespace

Error explain(const Source& source, const Source& parsed, std::size_t offset,
              std::string_view reason) {
  const Explanation* found = find_explanation(reason);
  const std::size_t at = place_of(*found, parsed.bytes(), offset, reason);
  found = improve(found, parsed.bytes().substr(at, 1));
  if (&source == &parsed) {
    return {Code::invalid_toml, source, at, std::string(found->message),
            std::string(found->advice)};
  }
  return {
      Code::invalid_toml, source, at,
      "without its directives this template is not TOML: " + std::string(found->message),
      "set privileged_without_host_devices = true by hand in each Kata handler of the template"};
}

}  // namespace katafix
