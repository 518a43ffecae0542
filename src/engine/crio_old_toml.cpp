#include "crio_old_toml.hpp"

#include "crio_value.hpp"

#include <algorithm>
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
bool takes_date_time(std::string_view token) {
  const bool has_time = token.size() > 10;
  return token[2] != ':' && (!has_time || token[10] == 'T') && !token.ends_with('z');
}

/// All elements must be of one type.
bool takes_list(const Document& document, const Node& list) {
  const std::vector<Node> elements = list.elements();
  return std::all_of(elements.begin(), elements.end(), [&](const Node& element) {
    return crio_kind(document, element) == crio_kind(document, elements.front());
  });
}

}  // namespace

bool old_toml_takes(const Document& document, const Node& value) {
  switch (crio_kind(document, value)) {
    case CrioKind::table:
    case CrioKind::boolean:
      return true;
    case CrioKind::array:
      return takes_list(document, value);
    case CrioKind::string:
      return takes_string(crio_token(document, value));
    case CrioKind::date_time:
      return takes_date_time(crio_token(document, value));
    case CrioKind::integer:
    case CrioKind::floating:
      break;
  }
  // Neither 0x1F, 0o17 and 0b11 nor inf and nan.
  return crio_token(document, value).find_first_of("xobn") == std::string_view::npos;
}

}  // namespace katafix
