#include "quote.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace katafix {

namespace {

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// Of a sequence that is UTF-8.
std::uint32_t decoded(std::string_view code_point) {
  constexpr std::array<std::uint32_t, 5> bits = {0, 0x7FU, 0x1FU, 0x0FU, 0x07U};
  std::uint32_t value = byte_at(code_point, 0) & bits.at(code_point.size());
  for (std::size_t at = 1; at < code_point.size(); ++at) {
    value = value << 6U | (byte_at(code_point, at) & 0x3FU);
  }
  return value;
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Unicode 16's format characters and separators of lines and paragraphs (Cf, Zl, Zp), with what
// is not assigned between them. Some turn the text around them, some do not show.
constexpr std::array kFormat = {
    Range{0xAD, 0xAD},       Range{0x600, 0x605},     Range{0x61C, 0x61C},
    Range{0x6DD, 0x6DD},     Range{0x70F, 0x70F},     Range{0x890, 0x891},
    Range{0x8E2, 0x8E2},     Range{0x180E, 0x180E},   Range{0x200B, 0x200F},
    Range{0x2028, 0x202E},   Range{0x2060, 0x206F},   Range{0xFEFF, 0xFEFF},
    Range{0xFFF0, 0xFFFB},   Range{0x110BD, 0x110BD}, Range{0x110CD, 0x110CD},
    Range{0x13430, 0x1343F}, Range{0x1BCA0, 0x1BCA3}, Range{0x1D173, 0x1D17A},
    Range{0xE0000, 0xE007F}};

bool is_format(std::uint32_t character) {
  return std::any_of(kFormat.begin(), kFormat.end(), [&](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

void append_named(std::string& out, std::uint32_t character) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "\\u{%X}", character);
  out.append(text.data());
}

void append_hex(std::string& out, char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  out.append("\\x");
  out.push_back(digits[value >> 4U]);
  out.push_back(digits[value & 0x0FU]);
}

enum class Unprintable { stays, is_escaped };

bool is_control(std::uint32_t character) {
  return character < 0x20U || (character >= 0x7FU && character < 0xA0U);
}

/// Copies what is UTF-8, but for what does not print where that is not to stay, and escapes the
/// other bytes.
std::string escaped(std::string_view text, Unprintable unprintable) {
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
    const bool is_judged = length != 0 && unprintable == Unprintable::is_escaped;
    const std::uint32_t character = is_judged ? decoded(head) : 0;
    if (is_judged && is_format(character)) {
      append_named(out, character);
    } else if (length == 0 || (is_judged && is_control(character))) {
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

std::string printable(std::string_view text) { return escaped(text, Unprintable::is_escaped); }

std::string valid_utf8(std::string_view text) { return escaped(text, Unprintable::stays); }

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

std::string percent_encoded(std::string_view text, bool (*is_special)(char)) {
  std::string out;
  for (const char byte : text) {
    std::array<char, 4> hex{byte};
    if (is_special(byte)) {
      std::snprintf(hex.data(), hex.size(), "%%%02X", static_cast<unsigned char>(byte));
    }
    out.append(hex.data());
  }
  return out;
}

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char byte : word) {
    quoted.append(byte == '\'' ? "'\\''" : std::string(1, byte));
  }
  return quoted + '\'';
}

}  // namespace katafix
