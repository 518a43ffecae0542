#include "katafix/engine/crio_syntax.hpp"

#include "katafix/text/finding.hpp"
#include "katafix/toml/lexer.hpp"

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
/// line break or with a comma behind its last value.
Place new_syntax(std::string_view text) {
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
      if (byte == '}' && after_comma) {
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

/// The places of all values, those in tables and arrays included, that pass a test.
class Values {
 public:
  explicit Values(const Document& document) : document_(document) {}

  [[nodiscard]] std::string_view text(Span span) const {
    return document_.text().substr(span.begin, span.size());
  }

  /// Calls `visit(entry)` for each key that has a value of its own.
  template <class Visit>
  void each_key(const Node& table, const Visit& visit) const {
    for (const Entry& entry : table.entries()) {
      if (entry.is_structure()) {
        each_key(entry.value, visit);
        for (const Node& element : entry.value.elements()) {
          each_key(element, visit);
        }
      } else {
        visit(entry);
        each_key_in_value(entry.value, visit);
      }
    }
  }

 private:
  template <class Visit>
  void each_key_in_value(const Node& value, const Visit& visit) const {
    each_key(value, visit);
    for (const Node& element : value.elements()) {
      each_key_in_value(element, visit);
    }
  }

  const Document& document_;
};

Place dotted_key(const Document& document) {
  Place found;
  Values(document).each_key(document.root(), [&](const Entry& entry) {
    const Span key = entry.key();
    if ((!found || key.begin < *found) &&
        key_segments_before(document.text(), key.end).size() > 1) {
      found = key.begin;
    }
  });
  return found;
}

[[noreturn]] void refuse(const Document& document, std::size_t at, const std::string& message) {
  throw Error(Code::refused, document.source(), at, message);
}

}  // namespace

void check_crio_syntax(const Document& document, const CrioRelease& release) {
  const Source& source = document.source();
  if (document.go_template() != nullptr) {
    refuse(document, std::min(source.bytes().find("{{"), source.bytes().size()),
           "this is a Go template, and CRI-O renders none");
  }
  // BurntSushi/toml 0.3.1 @v1.21, 1.2.1 @v1.26, 1.3.2 @v1.28, 1.6.0 @v1.36.
  if (source.bom_size() != 0 && !release.since(28)) {
    refuse(document, 0, release.name() + " takes no byte order mark; 1.28 and later do");
  }
  if (!release.since(36)) {
    if (const Place at = new_syntax(document.text())) {
      refuse(document, *at, "this is TOML 1.1, which " + release.name() + " does not take");
    }
  }
  if (!release.since(22)) {
    if (const Place at = dotted_key(document)) {
      refuse(document, *at, release.name() + " takes no dotted keys; 1.22 and later do");
    }
  }
}

}  // namespace katafix
