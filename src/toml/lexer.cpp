#include "katafix/toml/lexer.hpp"

#include <algorithm>
#include <array>

namespace katafix {

namespace {

constexpr std::array<bool, 256> kBareKey = [] {
  std::array<bool, 256> is_bare{};
  for (const char byte :
       std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")) {
    is_bare[static_cast<unsigned char>(byte)] = true;
  }
  return is_bare;
}();

// More are rare in a config of an engine.
constexpr std::size_t kUsualSegments = 8;

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

constexpr std::string_view kMultiLine = R"(""")";
constexpr std::string_view kMultiLineLiteral = "'''";

/// Behind the quote that ends what began before `at`, or the end of the line.
std::size_t skip_one_line(std::string_view text, std::size_t at, char quote) {
  for (; at < text.size(); ++at) {
    const char byte = text[at];
    if (byte == quote) {
      return at + 1;
    }
    if (byte == '\n') {
      return at;
    }
    const bool escapes = byte == '\\' && quote == '"' && at + 1 < text.size();
    at += escapes && text[at + 1] != '\n' ? 1 : 0;
  }
  return text.size();
}

/// Behind the quotes that end what began before `at`, or the end of the text.
std::size_t skip_multi_line(std::string_view text, std::size_t at, char quote) {
  const std::string_view quotes = quote == '"' ? kMultiLine : kMultiLineLiteral;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (text[at] == quote && text.substr(at).starts_with(quotes)) {
      at += quotes.size();
      // Up to two quotes may stand directly before the closing three.
      for (std::size_t more = 0; more < 2 && at < text.size() && text[at] == quote; ++more) {
        ++at;
      }
      return at;
    }
  }
  return text.size();
}

}  // namespace

bool is_bare_key_character(char byte) { return kBareKey[static_cast<unsigned char>(byte)]; }

std::size_t skip_comment(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size());
}

std::size_t skip_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool is_multi_line =
      text.substr(at).starts_with(quote == '"' ? kMultiLine : kMultiLineLiteral);
  return is_multi_line ? skip_multi_line(text, at + 3, quote) : skip_one_line(text, at + 1, quote);
}

std::vector<Span> key_segments_before(std::string_view text, std::size_t end) {
  std::vector<Span> segments;
  segments.reserve(kUsualSegments);
  segments.push_back({segment_begin(text, end), end});
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
