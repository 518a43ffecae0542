#include "katafix/text/quote.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace katafix {

namespace {

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

void append_hex(std::string& out, char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  out.append("\\x");
  out.push_back(digits[value >> 4U]);
  out.push_back(digits[value & 0x0FU]);
}

/// Copies what is UTF-8 and not `is_unwanted`, and escapes the other bytes.
template <class Unwanted>
std::string escaped(std::string_view text, Unwanted is_unwanted) {
  std::string out;
  out.reserve(text.size());
  // Nearly always that is all of it.
  const auto* const plain = std::find_if_not(text.begin(), text.end(),
                                             [](char byte) { return byte >= 0x20 && byte < 0x7F; });
  out.append(text.begin(), plain);
  text.remove_prefix(out.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view head = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0 || is_unwanted(head)) {
      for (const char byte : head) {
        append_hex(out, byte);
      }
    } else {
      out.append(head);
    }
    text.remove_prefix(head.size());
  }
  return out;
}

bool is_control(std::string_view code_point) {
  const std::uint32_t first = byte_at(code_point, 0);
  return first < 0x20U || first == 0x7FU || (first == 0xC2U && byte_at(code_point, 1) < 0xA0U);
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const std::uint32_t first = byte_at(text, 0);
  if (first < 0x80U) {
    return 1;
  }
  const std::size_t length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || text.size() < length) {
    return 0;
  }
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte_at(text, at) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  // Overlong forms, surrogates, and what is above U+10FFFF show in the second byte.
  const std::uint32_t second = byte_at(text, 1);
  const bool bad = (first == 0xE0U && second < 0xA0U) || (first == 0xEDU && second > 0x9FU) ||
                   (first == 0xF0U && second < 0x90U) || (first == 0xF4U && second > 0x8FU);
  return bad ? 0 : length;
}

std::string printable(std::string_view text) { return escaped(text, is_control); }

std::string valid_utf8(std::string_view text) {
  return escaped(text, [](std::string_view) { return false; });
}

std::string git_quoted(std::string_view path) {
  constexpr std::string_view escapes = "abtnvfr";  // \a is 7 ... \r is 13
  bool quoted = false;
  std::string out;
  for (const char byte : path) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      out.append({'\\', byte});
    } else if (value >= 7 && value <= 13) {
      out.append({'\\', escapes[value - 7U]});
    } else if (value < 0x20 || value >= 0x7F) {
      const std::array<char, 4> octal{'\\', static_cast<char>('0' + (value >> 6U)),
                                      static_cast<char>('0' + ((value >> 3U) & 7U)),
                                      static_cast<char>('0' + (value & 7U))};
      out.append(octal.data(), octal.size());
    } else {
      out.push_back(byte);
      continue;
    }
    quoted = true;
  }
  return quoted ? '"' + out + '"' : out;
}

}  // namespace katafix
