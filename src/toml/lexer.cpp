#include "katafix/toml/lexer.hpp"

#include <algorithm>

namespace katafix {

namespace {

std::size_t skip_blanks_back(std::string_view text, std::size_t end) {
  while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t')) {
    --end;
  }
  return end;
}

/// Where the key segment that ends at `end` begins. An inner quote of a basic string has a
/// backslash before it, and before the opening quote there never is one.
std::size_t segment_begin(std::string_view text, std::size_t end) {
  const char last = text[end - 1];
  std::size_t begin = end - 1;
  if (last == '"' || last == '\'') {
    do {
      begin = text.rfind(last, begin - 1);
    } while (last == '"' && begin > 0 && text[begin - 1] == '\\');
    return begin;
  }
  while (begin > 0 && is_bare_key_character(text[begin - 1])) {
    --begin;
  }
  return begin;
}

}  // namespace

bool is_bare_key_character(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

std::size_t skip_comment(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size());
}

std::size_t skip_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string_view multi_line_quotes = quote == '"' ? R"(""")" : "'''";
  const bool multi_line = text.substr(at).starts_with(multi_line_quotes);
  const std::size_t quotes = multi_line ? 3 : 1;
  for (at += quotes; at < text.size(); ++at) {
    const bool escapes = text[at] == '\\' && quote == '"' && at + 1 < text.size();
    if (escapes && (multi_line || text[at + 1] != '\n')) {
      ++at;
    } else if (text[at] == '\n' && !multi_line) {
      return at;
    } else if (text[at] == quote &&
               (!multi_line || text.substr(at).starts_with(multi_line_quotes))) {
      at += quotes;
      // Up to two quotes may stand directly before the closing three.
      for (std::size_t more = 0; multi_line && more < 2 && at < text.size() && text[at] == quote;
           ++more) {
        ++at;
      }
      return at;
    }
  }
  return text.size();
}

std::vector<Span> key_segments_before(std::string_view text, std::size_t end) {
  std::vector<Span> segments{{segment_begin(text, end), end}};
  while (true) {
    const std::size_t dot = skip_blanks_back(text, segments.back().begin);
    if (dot == 0 || text[dot - 1] != '.') {
      break;
    }
    const std::size_t before = skip_blanks_back(text, dot - 1);
    segments.push_back({segment_begin(text, before), before});
  }
  std::reverse(segments.begin(), segments.end());
  return segments;
}

std::vector<Span> header_segments(std::string_view text, Span header) {
  const std::size_t brackets = text.substr(header.begin).starts_with("[[") ? 2 : 1;
  return key_segments_before(text, skip_blanks_back(text, header.end - brackets));
}

}  // namespace katafix
