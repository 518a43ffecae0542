#include "katafix/toml/guard.hpp"

#include "katafix/text/finding.hpp"
#include "katafix/text/quote.hpp"
#include "katafix/toml/lexer.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace katafix {

namespace {

// Most bytes are names and blanks: one look at a table passes them.
constexpr std::array<bool, 256> kMatters = [] {
  std::array<bool, 256> matters{};
  for (const char byte : std::string_view("\"'#\n,.{[}]+x")) {
    matters[static_cast<unsigned char>(byte)] = true;
  }
  return matters;
}();

/// Counts the segments of a key, with those of the keys around it.
class Depth {
 public:
  void add(char byte) {
    if (byte == '.') {
      ++own_;
    } else if (byte == '{' || byte == '[') {
      around_.push_back(outside_);
      outside_ += own_;
      own_ = 1;
    } else if (byte == ',' || byte == '\n') {
      own_ = 1;
    } else if (is_in_brackets()) {
      outside_ = around_.back();
      around_.pop_back();
      own_ = 1;
    }
  }
  [[nodiscard]] bool is_in_brackets() const { return !around_.empty(); }
  [[nodiscard]] std::size_t segments() const { return outside_ + own_; }

 private:
  std::vector<std::size_t> around_;  // the segments outside each open bracket
  std::size_t outside_ = 0;
  std::size_t own_ = 1;
};

/// Is a bracket one of those that open a header?
bool begins_header(std::string_view bytes, std::size_t line_begin, std::size_t at) {
  return bytes.find_first_not_of(" \t[", line_begin) >= at;
}

/// Calls `visit` with the place of each occurrence, until that returns false; the last result.
template <class Visit>
bool each(std::string_view bytes, char byte, Visit visit) {
  for (std::size_t at = bytes.find(byte); at != std::string_view::npos;
       at = bytes.find(byte, at + 1)) {
    if (!visit(at)) {
      return false;
    }
  }
  return true;
}

/// Has a text so few dots and brackets that no key can be too deep?
bool is_shallow(std::string_view bytes) {
  std::size_t count = 0;
  const auto add = [&count](std::size_t) { return ++count < kMaxKeySegments; };
  return each(bytes, '.', add) && each(bytes, '[', add) && each(bytes, '{', add);
}

/// Does its line alone tell that a byte is in a basic string? For a text with none of several
/// lines.
bool is_in_string(std::string_view bytes, std::size_t at) {
  const std::size_t line = bytes.rfind('\n', at) + 1;
  const std::string_view before = bytes.substr(line, at - line);
  return before.find_first_of("'\\") == std::string_view::npos &&
         std::count(before.begin(), before.end(), '"') % 2 == 1;
}

/// Does a glance tell that there is nothing to find? In most configs it does.
bool is_plain(std::string_view bytes) {
  const auto is_no_plus = [bytes](std::size_t at) { return is_in_string(bytes, at); };
  const auto is_no_hexadecimal = [bytes](std::size_t at) {
    return at == 0 || bytes[at - 1] != '0' || is_in_string(bytes, at);
  };
  return is_shallow(bytes) && bytes.find(R"(""")") == std::string_view::npos &&
         each(bytes, '+', is_no_plus) && each(bytes, 'x', is_no_hexadecimal);
}

[[noreturn]] void fail_as_too_deep(const Source& source, std::size_t at) {
  throw Error(Code::key_too_deep, source, at,
              "keys of more than " + std::to_string(kMaxKeySegments) + " segments in all",
              "no container engine needs that; check what the file is");
}

}  // namespace

void check_bytes(const Source& source) {
  const std::string_view bytes = source.bytes();
  if (bytes.size() > kMaxFileSize) {
    throw Error(Code::too_large, source.path(), "the file is larger than 16 MiB",
                "no container engine needs a config of that size; check what the file is");
  }
  if (source.is_ascii() && bytes.find('\0') == std::string_view::npos &&
      bytes.find('\r') == std::string_view::npos) {
    return;  // as nearly all are
  }
  for (std::size_t at = 0; at < bytes.size();) {
    const char byte = bytes[at];
    if (byte == '\0') {
      throw Error(Code::invalid_encoding, source, at, "a NUL byte",
                  "this is no text file, or one saved as UTF-16: save it as UTF-8");
    }
    if (byte == '\r' && (at + 1 == bytes.size() || bytes[at + 1] != '\n')) {
      throw Error(Code::invalid_encoding, source, at, "a carriage return without a line feed",
                  "end lines with LF or CR LF");
    }
    const std::size_t length =
        static_cast<unsigned char>(byte) < 0x80 ? 1 : utf8_length(bytes.substr(at));
    if (length == 0) {
      throw Error(Code::invalid_encoding, source, at, "a byte that is not UTF-8",
                  "save the file as UTF-8");
    }
    at += length;
  }
}

Bare check_depth(const Source& source) {
  const std::string_view bytes = source.bytes();
  Bare bare;
  if (is_plain(bytes)) {
    return bare;
  }
  Depth depth;
  std::size_t line_begin = source.bom_size();
  for (std::size_t at = line_begin; at < bytes.size(); ++at) {
    const char byte = bytes[at];
    if (!kMatters[static_cast<unsigned char>(byte)]) {
      continue;
    }
    if (byte == '"' || byte == '\'') {
      at = skip_string(bytes, at) - 1;
    } else if (byte == '#') {
      at = skip_comment(bytes, at) - 1;
    } else if (byte == '+') {
      bare.has_plus = true;
    } else if (byte == 'x') {
      bare.has_hexadecimal = bare.has_hexadecimal || (at > 0 && bytes[at - 1] == '0');
    } else if (byte != '[' || depth.is_in_brackets() || !begins_header(bytes, line_begin, at)) {
      depth.add(byte);
      line_begin = byte == '\n' ? at + 1 : line_begin;
    }
    if (depth.segments() > kMaxKeySegments) {
      fail_as_too_deep(source, at);
    }
  }
  return bare;
}

std::size_t find_bare_non_ascii(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char byte = text[at];
    if (byte == '"' || byte == '\'' || byte == '#') {
      at = byte == '#' ? skip_comment(text, at) : skip_string(text, at);
    } else if (static_cast<unsigned char>(byte) >= 0x80) {
      return at;
    } else {
      ++at;
    }
  }
  return std::string_view::npos;
}

}  // namespace katafix
