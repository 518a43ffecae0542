#include "block_lines.hpp"

#include "engine/tables.hpp"
#include "text/part.hpp"
#include "toml/lexer.hpp"
#include "toml/template.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace katafix {

namespace {

// Nobody nests more; each is one more to look for the end of.
constexpr std::size_t kMaxNesting = 32;

/// How a language of templates begins and ends its directives. Go's come in values, too.
struct Directive {
  std::string_view begin;
  std::string_view end;
  bool is_text;  ///< it may stand for a part of a key or a value
};

// The first that fits counts: Jinja, ERB (and what prints in it), Terraform, Go and Jinja.
constexpr std::array kDirectives = {
    Directive{"{%", "%}", false}, Directive{"{#", "#}", false}, Directive{"<%=", "%>", true},
    Directive{"<%", "%>", false}, Directive{"%{", "}", false},  Directive{"{{", "}}", true},
};

/// A line's text without its directives, but for an x where one stands for text.
struct Bare {
  std::string text;
  bool is_controlled = false;  ///< does one of them begin the line that controls what is there?
};

Bare without_directives(std::string_view text) {
  Bare bare;
  while (!text.empty()) {
    const auto* const found = std::ranges::find_if(
        kDirectives, [&](const Directive& one) { return text.starts_with(one.begin); });
    if (found == kDirectives.end()) {
      const std::size_t plain = std::min(text.find_first_of("{<%", 1), text.size());
      bare.text += text.substr(0, plain);
      text.remove_prefix(plain);
      continue;
    }
    const std::size_t end = text.find(found->end, found->begin.size());
    const std::string_view whole =
        text.substr(0, end == std::string_view::npos ? end : end + found->end.size());
    const bool is_text = found->is_text && !(found->begin == "{{" && whole.ends_with("}}") &&
                                             Template::is_control(whole));
    bare.is_controlled = bare.is_controlled || (bare.text.empty() && !is_text);
    bare.text.append(is_text ? 1 : 0, 'x');
    text.remove_prefix(whole.size());
  }
  return bare;
}

/// The offset behind the key segment that begins at `at`; `at` when none does.
std::size_t segment_end(std::string_view text, std::size_t at) {
  if (quotes_at(text, at) == 1) {
    return skip_string(text, at);
  }
  while (at < text.size() && is_bare_key_character(text[at])) {
    ++at;
  }
  return at;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t", at), text.size());
}

/// Is this a key and its `=`?
bool is_entry(std::string_view text) {
  for (std::size_t at = 0;;) {
    const std::size_t end = segment_end(text, at);
    const std::size_t next = skip_blanks(text, end);
    if (end == at || next == text.size() || (text[next] != '.' && text[next] != '=')) {
      return false;
    }
    if (text[next] == '=') {
      return true;
    }
    at = skip_blanks(text, next + 1);
  }
}

/// Is this a header, or one that is not closed? Behind others, and behind links of Markdown, there
/// is more.
bool is_header(std::string_view text) {
  const std::size_t close = text.rfind(']');
  const std::string_view rest =
      close == std::string_view::npos ? std::string_view() : trimmed(text.substr(close + 1));
  return text.starts_with('[') && (rest.empty() || rest.starts_with('#'));
}

/// Is the first name of a header or a key one that an engine's way to its handlers begins with? A
/// key of one name must have braces as its value.
bool leads_to_handlers(std::string_view text) {
  std::size_t at = std::min(text.find_first_not_of("[ \t"), text.size());
  std::size_t end = segment_end(text, at);
  if (quotes_at(text, at) == 1) {
    ++at;
    end = std::max(end - 1, at);
  }
  const std::size_t value = text.find('=', end);
  const bool goes_on = text.starts_with('[') || text.find('.', end) < value ||
                       text.find('{', end) != std::string_view::npos;
  return goes_on && level_below(Level::root, text.substr(at, end - at), Engine::containerd) !=
                        Level::elsewhere;
}

LineKind kind_of(std::string_view text, const Bare& bare) {
  const std::string_view rest = trimmed(bare.text);
  if (bare.is_controlled ||
      (!text.empty() && text.find_first_not_of('.') == std::string_view::npos)) {
    return LineKind::gap;
  }
  if (text.starts_with('#')) {  // a template's engine does not know it for a comment
    const std::string_view behind =
        trimmed(text.substr(std::min(text.find_first_not_of('#'), text.size())));
    return without_directives(behind).is_controlled ? LineKind::gap : LineKind::comment;
  }
  if (text.empty() || (text.starts_with("{{") && rest == "x")) {
    return LineKind::blank;
  }
  return is_header(rest) ? LineKind::header : is_entry(rest) ? LineKind::entry : LineKind::other;
}

}  // namespace

Line read_line(const Source& source, std::size_t number) {
  const std::string_view whole = source.text(source.line(number));
  Line line;
  line.indentation = indentation(whole);
  const std::string_view text = trimmed(whole.substr(line.indentation.size()));
  const Bare bare = without_directives(text);
  line.kind = kind_of(text, bare);
  line.leads_to_handlers = line.is_statement() && leads_to_handlers(text);
  line.holds_entry =
      line.kind == LineKind::entry || (line.kind == LineKind::gap && is_entry(trimmed(bare.text)));
  return line;
}

std::optional<std::size_t> last_line_of_entry(const Source& source, std::size_t number) {
  const std::string_view bytes = source.bytes();
  std::size_t depth = 0;
  for (std::size_t at = source.line(number).begin; at < bytes.size();) {
    const char byte = bytes[at];
    if (byte == '"' || byte == '\'') {
      at = skip_string(bytes, at);
      continue;
    }
    if (byte == '#') {
      at = skip_comment(bytes, at);
      continue;
    }
    if (byte == '\n' && depth == 0) {
      return source.line_of(at);
    }
    if (byte == '[' || byte == '{') {
      ++depth;
    } else if (byte == ']' || byte == '}') {
      depth -= std::min<std::size_t>(depth, 1);
    }
    if (depth > kMaxNesting) {
      return std::nullopt;
    }
    ++at;
  }
  return depth == 0 ? std::optional(source.last_line()) : std::nullopt;
}

}  // namespace katafix
