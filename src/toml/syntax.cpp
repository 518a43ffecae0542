#include "syntax.hpp"

#include "katafix/toml/lexer.hpp"

#include <algorithm>
#include <utility>

namespace katafix {

namespace {

bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }

bool is_line_end(char byte) { return byte == '\n' || byte == '\r'; }

/// Walks a text that toml++ takes, so it never checks what must come next.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t begin) : text_(text), at_(begin) {
    if (begin > 0) {
      found(Trait::byte_order_mark, 0);
    }
  }

  Syntax run() && {
    for (skip_space(); at_ < text_.size(); skip_space()) {
      if (text_[at_] == '[') {
        header();
      } else {
        syntax_.statements.push_back({Statement::Kind::assignment, key(false)});
        value();
      }
    }
    return std::move(syntax_);
  }

 private:
  void found(Trait trait, std::size_t offset) { syntax_.traits.push_back({trait, offset}); }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    while (is_blank(peek())) {
      ++at_;
    }
  }

  /// Skips blanks, comments and line ends; is there a line end among them?
  bool skip_space() {
    bool line_end = false;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '#') {
        at_ = skip_comment(text_, at_);
      }
      if (at_ == text_.size() || !(is_blank(text_[at_]) || is_line_end(text_[at_]))) {
        break;
      }
      line_end = line_end || is_line_end(text_[at_]);
    }
    return line_end;
  }

  void header() {
    const bool is_array = text_.substr(at_).starts_with("[[");
    at_ += is_array ? 2 : 1;
    skip_blanks();
    syntax_.statements.push_back(
        {is_array ? Statement::Kind::array_header : Statement::Kind::header, key(true)});
    at_ += is_array ? 2 : 1;
  }

  /// Reads a dotted key and the blanks behind it.
  std::vector<Span> key(bool in_header) {
    std::vector<Span> segments;
    while (true) {
      segments.push_back(segment(in_header));
      const bool blank_before = is_blank(peek());
      skip_blanks();
      if (peek() != '.') {
        return segments;
      }
      const std::size_t dot = at_++;
      if (peek() == '\t') {
        found(Trait::tab_after_dot, dot);
      }
      if (!in_header && is_blank(peek()) && !blank_before) {
        found(Trait::lone_blank_after_dot, dot);
      }
      if (!in_header) {
        found(Trait::dotted_key, dot);
      }
      skip_blanks();
    }
  }

  Span segment(bool in_header) {
    const std::size_t begin = at_;
    if (peek() == '"' || peek() == '\'') {
      at_ = skip_string(text_, at_);
      inspect_string({begin, at_}, true);
      const std::string_view written = text_.substr(begin, at_ - begin);
      if (in_header && written.find_first_of("[]") != std::string_view::npos) {
        found(Trait::bracket_in_header, begin);
      }
    } else {
      for (; is_bare_key_character(peek()) || peek() == '+'; ++at_) {
        if (peek() == '+' && !syntax_.plus_in_key) {
          syntax_.plus_in_key = at_;
        }
      }
    }
    return {begin, at_};
  }

  void inspect_string(Span span, bool is_key) {
    const std::string_view string = text_.substr(span.begin, span.size());
    const std::string_view three = string.substr(0, 3);
    if (string.size() >= 7 && (three == R"(""")" || three == "'''") &&
        string[string.size() - 4] == string.front() && string[string.size() - 5] != '\\') {
      found(Trait::extra_quotes, span.begin);
    }
    if (string.front() == '\'') {
      return;
    }
    for (std::size_t at = 0; at + 1 < string.size(); ++at) {
      if (string[at] == '\\') {
        ++at;
        if (string[at] == 'e' || string[at] == 'x') {
          found(string[at] == 'e' ? Trait::escape_e : Trait::escape_x, span.begin + at - 1);
        } else if (string[at] == '"' && is_key) {
          found(Trait::quote_in_key, span.begin);
        }
      }
    }
  }

  /// Reads a value; in front of it there may be blanks, and behind a key the `=`.
  void value() {
    while (is_blank(peek()) || peek() == '=') {
      ++at_;
    }
    const std::size_t begin = at_;
    switch (peek()) {
      case '"':
      case '\'':
        at_ = skip_string(text_, at_);
        inspect_string({begin, at_}, false);
        break;
      case '[':
        array();
        break;
      case '{':
        inline_table();
        break;
      default:
        at_ = std::min(text_.find_first_of(",]}#\r\n", at_), text_.size());
        inspect_scalar(begin);
        break;
    }
  }

  void inspect_scalar(std::size_t begin) {
    const std::string_view scalar = text_.substr(begin, at_ - begin);
    const bool is_date = scalar.size() >= 10 && scalar[4] == '-' && scalar[7] == '-';
    if (is_date && scalar.size() == 10) {
      found(Trait::bare_date, begin);
    }
    if (is_date && scalar.find_first_of("tz") != std::string_view::npos) {
      found(Trait::small_date_letter, begin);
    }
    const std::size_t colon = scalar.find(':');
    if (colon != std::string_view::npos && scalar.substr(colon + 3, 1) != ":") {
      found(Trait::no_seconds, begin);
    }
    const bool is_hex = scalar.substr(scalar.find_first_not_of("+-")).starts_with("0x");
    if (is_hex && scalar.find_first_of(".pP") != std::string_view::npos && !syntax_.hex_float) {
      syntax_.hex_float = begin;
    }
    if (scalar.starts_with("0e") || scalar.starts_with("0E")) {
      found(Trait::zero_exponent, begin);
    }
  }

  void array() {
    ++at_;
    for (skip_space(); peek() != ']'; skip_space()) {
      value();
      skip_space();
      if (peek() == ',') {
        ++at_;
      }
    }
    ++at_;
  }

  void inline_table() {
    std::size_t comma = 0;
    for (++at_; inline_space(), peek() != '}';) {
      key(false);
      value();
      comma = 0;
      const std::size_t end = at_;
      const bool broken = inline_space();
      if (peek() == ',') {
        if (broken) {
          found(Trait::line_break_before_comma, end);
        }
        comma = at_++;
      }
    }
    if (comma != 0) {
      found(Trait::trailing_comma, comma);
    }
    ++at_;
  }

  bool inline_space() {
    const std::size_t begin = at_;
    const bool broken = skip_space();
    if (broken) {
      found(Trait::line_break_in_inline_table, begin);
    }
    return broken;
  }

  std::string_view text_;
  std::size_t at_;
  Syntax syntax_;
};

}  // namespace

Syntax scan_syntax(std::string_view text, std::size_t begin) { return Scanner(text, begin).run(); }

}  // namespace katafix
