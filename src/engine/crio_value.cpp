#include "crio_value.hpp"

namespace katafix {

std::string_view crio_token(const Document& document, const Node& value) {
  const Span span = value.span();
  return document.text().substr(span.begin, span.size());
}

CrioKind crio_kind(const Document& document, const Node& value) {
  if (value.is_table() || value.is_array()) {
    return value.is_table() ? CrioKind::table : CrioKind::array;
  }
  if (value.string()) {
    return CrioKind::string;
  }
  const std::string_view token = crio_token(document, value);
  if (token == "true" || token == "false") {
    return CrioKind::boolean;
  }
  const bool is_date = token.size() == 10 && token[4] == '-' && token[7] == '-';
  if (is_date || token.find(':') != std::string_view::npos) {
    return CrioKind::date_time;
  }
  if (token.starts_with("0x")) {
    return CrioKind::integer;
  }
  const bool has_fraction = token.find_first_of(".eE") != std::string_view::npos;
  return has_fraction || token.ends_with("inf") || token.ends_with("nan") ? CrioKind::floating
                                                                          : CrioKind::integer;
}

std::string_view crio_kind_name(CrioKind kind) {
  switch (kind) {
    case CrioKind::table:
      return "a table";
    case CrioKind::array:
      return "a list";
    case CrioKind::string:
      return "a string";
    case CrioKind::boolean:
      return "a boolean";
    case CrioKind::integer:
      return "an integer";
    case CrioKind::floating:
      return "a fraction";
    case CrioKind::date_time:
      break;
  }
  return "a date or time";
}

}  // namespace katafix
