#include "lexer.hpp"

#include <algorithm>

namespace katafix {

namespace {

// More are rare in a config of an engine.
constexpr std::size_t kUsualSegments = 8;

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

std::size_t quotes_at(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  return rest.starts_with(R"(""")") || rest.starts_with("'''") ? 3
         : rest.starts_with('"') || rest.starts_with('\'')     ? 1
                                                               : 0;
}

std::size_t skip_string(std::string_view text, std::size_t at) {
  const std::string_view quotes = text.substr(at, quotes_at(text, at));
  const bool is_multi_line = quotes.size() == 3;
  for (at += quotes.size(); at < text.size(); ++at) {
    if (text[at] == quotes[0] && text.substr(at).starts_with(quotes)) {
      at += quotes.size();
      // Up to two quotes may stand directly before the closing three.
      const std::string_view more = text.substr(at, is_multi_line ? 2 : 0);
      return at + std::min(more.find_first_not_of(quotes[0]), more.size());
    }
    if (text[at] == '\n' && !is_multi_line) {
      return at;
    }
    const bool escapes = text[at] == '\\' && quotes[0] == '"';
    at += escapes && (is_multi_line || text.substr(at + 1, 1) != "\n") ? 1 : 0;
  }
  return text.size();
}

std::size_t skip_blanks_back(std::string_view text, std::size_t end) {
  return text.substr(0, end).find_last_not_of(" \t") + 1;
}

std::vector<Span> key_segments_before(std::string_view text, std::size_t end) {
  std::vector<Span> segments;
  segments.reserve(kUsualSegments);
  while (true) {
    const std::size_t begin = segment_begin(text, end);
    segments.push_back({begin, end});
    const std::size_t dot = skip_blanks_back(text, begin);
    if (dot == 0 || text[dot - 1] != '.') {
      break;
    }
    end = skip_blanks_back(text, dot - 1);
  }
  std::reverse(segments.begin(), segments.end());
  return segments;
}

std::vector<Span> header_segments(std::string_view text, Span header) {
  const std::size_t brackets = text.substr(header.begin).starts_with("[[") ? 2 : 1;
  return key_segments_before(text, skip_blanks_back(text, header.end - brackets));
}

}  // namespace katafix
