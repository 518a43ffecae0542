#include "old_values.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace katafix {

namespace {

/// No quotes directly before the closing three, and no blanks behind a backslash that ends a line.
bool takes_string(std::string_view string) {
  const std::string_view quotes = string.substr(0, 3);
  if (string.size() < 6 || (quotes != R"(""")" && quotes != "'''")) {
    return true;
  }
  for (std::size_t at = quotes.size(); at < string.size(); ++at) {
    if (string[at] == '\\' && quotes[0] == '"') {
      ++at;
      if (string[at] == ' ' || string[at] == '\t') {
        return false;
      }
    } else if (string.substr(at).starts_with(quotes)) {
      return at + quotes.size() == string.size();
    }
  }
  return true;
}

/// No local time, and only T and Z around the time of day.
bool takes_time(std::string_view written) {
  const bool has_time = written.size() > 10;
  return written[2] != ':' && (!has_time || written[10] == 'T') && !written.ends_with('z');
}

/// All elements must be of one type.
bool takes_array(const Node& array) {
  const std::vector<Node> elements = array.elements();
  return std::all_of(elements.begin(), elements.end(), [&](const Node& element) {
    return element.kind() == elements.front().kind();
  });
}

bool takes(const Node& value, std::string_view written) {
  switch (value.kind()) {
    case Kind::table:
    case Kind::boolean:
      return true;
    case Kind::array:
      return takes_array(value);
    case Kind::string:
      return takes_string(written);
    case Kind::time:
      return takes_time(written);
    case Kind::integer:
    case Kind::floating:
      break;
  }
  // Neither 0x1F, 0o17 and 0b11 nor inf and nan.
  return written.find_first_of("xobn") == std::string_view::npos;
}

void walk(const Node& value, std::string_view text, std::optional<Objection>& first) {
  const Span span = value.span();
  const bool is_first = !first || span.begin < first->offset;
  if (is_first && !takes(value, text.substr(span.begin, span.size()))) {
    first = Objection{span.begin, "a way of writing a value that is newer than TOML 0.4"};
  }
  for (const Entry& entry : value.entries()) {
    walk(entry.value, text, first);
  }
  for (const Node& element : value.elements()) {
    walk(element, text, first);
  }
}

}  // namespace

std::optional<Objection> old_value_conflict(const Document& document) {
  std::optional<Objection> first;
  walk(document.root(), document.text(), first);
  return first;
}

}  // namespace katafix
