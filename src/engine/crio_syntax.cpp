#include "katafix/engine/crio_syntax.hpp"

#include "katafix/text/finding.hpp"
#include "katafix/toml/dialect.hpp"
#include "katafix/toml/lexer.hpp"

#include "crio_old_toml.hpp"
#include "crio_value.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

namespace {

using Place = std::optional<std::size_t>;

/// The first escape in a string's text that only TOML 1.1 has: \e or \xHH.
Place new_escape(std::string_view string) {
  if (string.starts_with('\'')) {
    return std::nullopt;
  }
  for (std::size_t at = 0; at + 1 < string.size(); ++at) {
    if (string[at] == '\\') {
      ++at;
      if (string[at] == 'e' || string[at] == 'x') {
        return at;
      }
    }
  }
  return std::nullopt;
}

/// The first place where a text takes what only TOML 1.1 has: an escape, or an inline table with a
/// line break or, unless the parser has always taken that, with a comma behind its last value.
Place new_syntax(std::string_view text, bool takes_comma) {
  std::vector<char> open;
  bool after_comma = false;
  for (std::size_t at = 0; at < text.size();) {
    const char byte = text[at];
    std::size_t next = at + 1;
    if (byte == '"' || byte == '\'') {
      next = skip_string(text, at);
      if (const Place escape = new_escape(text.substr(at, next - at))) {
        return at + *escape;
      }
    } else if (byte == '#') {
      next = skip_comment(text, at);
    } else if (byte == '{' || byte == '[') {
      open.push_back(byte);
    } else if ((byte == '}' || byte == ']') && !open.empty()) {
      if (byte == '}' && after_comma && !takes_comma) {
        return at;
      }
      open.pop_back();
    } else if (byte == '\n' && !open.empty() && open.back() == '{') {
      return at;
    }
    if (byte != ' ' && byte != '\t') {
      after_comma = byte == ',';
    }
    at = next;
  }
  return std::nullopt;
}

/// Is it a time without seconds, which only TOML 1.1 has?
bool is_new_time(std::string_view token) {
  const std::size_t colon = token.find(':');
  return colon != std::string_view::npos && !token.substr(colon + 3).starts_with(':');
}

/// What the release's parser refuses, the first such place in the file.
class SyntaxCheck {
 public:
  SyntaxCheck(const Document& document, const CrioRelease& release)
      : document_(document), release_(release) {}

  void run() {
    const Source& source = document_.source();
    if (document_.go_template() != nullptr) {
      refuse(std::min(source.bytes().find("{{"), source.bytes().size()),
             "this is a Go template, and CRI-O renders none");
    }
    // BurntSushi/toml 0.3.1 @v1.21, 1.2.1 @v1.26, 1.3.2 @v1.28, 1.6.0 @v1.36.
    if (source.bom_size() != 0 && !release_.since(28)) {
      refuse(0, release_.name() + " takes no byte order mark; 1.28 and later do");
    }
    if (release_.since(22)) {
      if (const auto conflict = objection(document_, TomlLibrary::burntsushi_1)) {
        refuse(conflict->offset, conflict->message + ": " + release_.name() + " refuses that");
      }
    }
    if (release_.since(36)) {
      return;
    }
    if (const Place at = new_syntax(document_.text(), !release_.since(22))) {
      refuse(*at, "this is TOML 1.1, which " + release_.name() + " does not take");
    }
    walk(document_.root());
  }

 private:
  void walk(const Node& node) const {
    value(node);
    for (const Entry& entry : node.entries()) {
      const bool is_own =
          entry.value.is_table() ? entry.value.form() == Form::inline_table : !entry.is_structure();
      if (is_own) {
        key(entry.key());
      }
      walk(entry.value);
    }
    for (const Node& element : node.elements()) {
      walk(element);
    }
  }

  void key(Span key) const {
    if (!release_.since(22) && key_segments_before(document_.text(), key.end).size() > 1) {
      refuse(key.begin, release_.name() + " takes no dotted keys; 1.22 and later do");
    }
  }

  void value(const Node& node) const {
    const CrioKind kind = crio_kind(document_, node);
    if (kind == CrioKind::date_time && is_new_time(crio_token(document_, node))) {
      refuse(node.span().begin, "this is TOML 1.1, which " + release_.name() + " does not take");
    }
    if (!release_.since(22) && !old_toml_takes(document_, node)) {
      refuse(node.span().begin,
             release_.name() + " does not take this way of writing a value; 1.22 and later do");
    }
  }

  [[noreturn]] void refuse(std::size_t at, const std::string& message) const {
    throw Error(Code::refused, document_.source(), at, message);
  }

  const Document& document_;
  const CrioRelease& release_;
};

}  // namespace

void check_crio_syntax(const Document& document, const CrioRelease& release) {
  SyntaxCheck(document, release).run();
}

}  // namespace katafix
