#include "explain.hpp"

#include "katafix/toml/lexer.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace katafix {

namespace {

struct Explanation {
  std::string_view reason;  // a part of the parser's wording; the first that fits counts
  std::string_view message;
  std::string_view advice;
};

constexpr std::array kExplanations = {
    Explanation{"as table", "this header goes through a key that is no table",
                "remove the key or the header"},
    Explanation{"cannot redefine existing table", "this table is defined a second time",
                "keep one of the two and move its keys there"},
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

/// The parser stands inside or behind what is wrong; people look at its beginning.
class Locator {
 public:
  Locator(std::string_view text, std::size_t offset) : text_(text), offset_(offset) {}

  /// The key of the value that begins here, or here.
  [[nodiscard]] std::size_t key() const {
    std::size_t end = before_blanks(offset_);
    if (end == 0 || text_[end - 1] != '=') {
      return offset_;
    }
    end = before_blanks(end - 1);
    return key_segments_before(text_, end).front().begin;
  }

  /// The header on this line, or the last one above it.
  [[nodiscard]] std::size_t header() const {
    for (std::size_t end = text_.find('\n', offset_);;) {
      const std::size_t begin = end == 0 ? 0 : text_.rfind('\n', end == npos ? npos : end - 1) + 1;
      const std::size_t first = text_.find_first_not_of(" \t\xEF\xBB\xBF", begin);
      if (first != npos && text_[first] == '[') {
        return first;
      }
      if (begin == 0) {
        return offset_;
      }
      end = begin - 1;
    }
  }

  /// The first byte of the bare word that this is in.
  [[nodiscard]] std::size_t word() const {
    std::size_t begin = offset_;
    while (begin > 0 && std::string_view(" \t\r\n=,[]{}#").find(text_[begin - 1]) == npos) {
      --begin;
    }
    return begin;
  }

  [[nodiscard]] bool at_line_end() const {
    return offset_ == text_.size() || text_[offset_] == '\n' || text_[offset_] == '\r';
  }

  [[nodiscard]] bool at(char byte) const {
    return offset_ < text_.size() && text_[offset_] == byte;
  }

 private:
  static constexpr std::size_t npos = std::string_view::npos;

  [[nodiscard]] std::size_t before_blanks(std::size_t end) const {
    return text_.find_last_not_of(" \t", end == 0 ? npos : end - 1) + 1;
  }

  std::string_view text_;
  std::size_t offset_;
};

const Explanation& find_explanation(std::string_view reason) {
  static constexpr Explanation unknown{"", "this is not TOML", ""};
  const auto* const found =
      std::find_if(kExplanations.begin(), kExplanations.end(), [&](const Explanation& explanation) {
        return reason.find(explanation.reason) != std::string_view::npos;
      });
  return found == kExplanations.end() ? unknown : *found;
}

/// The first `{%` that is neither in a string nor in a comment.
std::size_t find_jinja(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"' || text[at] == '\'' || text[at] == '#') {
      at = text[at] == '#' ? skip_comment(text, at) : skip_string(text, at);
    } else if (text.substr(at).starts_with("{%")) {
      return at;
    } else {
      ++at;
    }
  }
  return std::string_view::npos;
}

struct Diagnosis {
  std::size_t offset = 0;
  Explanation explanation;
};

Diagnosis diagnose(std::string_view text, std::size_t offset, std::string_view reason) {
  const Locator locator(text, offset);
  const Explanation found = find_explanation(reason);
  if (found.message == "a control character" && locator.at_line_end()) {
    return {offset, {"", "a string that is not closed", "close it with a quote on the same line"}};
  }
  if (found.message == "an inline table with a missing key" && locator.at('[')) {
    return {offset, find_explanation("comma or closing '}'")};
  }
  if (reason.find("parsing table header") != std::string_view::npos &&
      (reason.find("cannot") != std::string_view::npos)) {
    return {locator.header(), found};
  }
  if (found.message == "this key is set a second time") {
    return {locator.key(), found};
  }
  if (found.message == "this is no number" || found.message == "this is no value" ||
      found.message == "a number with leading zeros" ||
      found.message == "a number that does not fit into 64 bits") {
    const std::size_t word = locator.word();
    const bool numeric = word < text.size() && std::string_view("+-0123456789.").find(text[word]) !=
                                                   std::string_view::npos;
    const bool is_word = found.message == "this is no number" && !numeric;
    return {word, is_word ? find_explanation("value") : found};
  }
  return {offset, found};
}

}  // namespace

Error explain(const Source& source, const Source& parsed, std::size_t offset,
              std::string_view reason) {
  const std::size_t jinja = find_jinja(source.bytes());
  if (jinja != std::string_view::npos) {
    return {
        Code::jinja_template, source, jinja, "this is a Jinja template, not TOML",
        "render it first and run katafix on the result, or set the flag in the template by hand"};
  }
  const Diagnosis diagnosis = diagnose(parsed.bytes(), offset, reason);
  if (&source != &parsed) {
    return {
        Code::invalid_toml, source, diagnosis.offset,
        "without its directives this template is not TOML: " +
            std::string(diagnosis.explanation.message),
        "set privileged_without_host_devices = true by hand in each Kata handler of the template"};
  }
  return {Code::invalid_toml, source, diagnosis.offset, std::string(diagnosis.explanation.message),
          std::string(diagnosis.explanation.advice)};
}

}  // namespace katafix
