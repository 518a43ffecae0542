#include "katafix/toml/guard.hpp"

#include "katafix/text/finding.hpp"
#include "katafix/text/quote.hpp"
#include "katafix/toml/lexer.hpp"

#include "loose_tables.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace katafix {

namespace {

// Most bytes are names and blanks: one look at a table passes them.
constexpr std::array<bool, 256> kMatters = [] {
  std::array<bool, 256> matters{};
  for (const char byte : std::string_view("\"'#\n,.={[}]+x")) {
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
      around_.push_back({outside_, byte == '{'});
      outside_ += own_;
      own_ = 1;
    } else if (byte == ',' || byte == '\n') {
      own_ = 1;
    } else if (is_in_brackets()) {
      outside_ = around_.back().segments;
      around_.pop_back();
      own_ = 1;
    }
  }
  [[nodiscard]] bool is_in_brackets() const { return !around_.empty(); }
  [[nodiscard]] bool is_in_braces() const { return is_in_brackets() && around_.back().is_brace; }
  [[nodiscard]] std::size_t segments() const { return outside_ + own_; }

 private:
  struct Bracket {
    std::size_t segments = 0;  // outside it
    bool is_brace = false;
  };

  std::vector<Bracket> around_;  // those that are open
  std::size_t outside_ = 0;
  std::size_t own_ = 1;
};

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

/// Is a text so short, has it so few dots and brackets and such short lines that no key can be too
/// deep or long, nor tables or values too many?
bool is_shallow(const Source& source) {
  const std::string_view bytes = source.bytes();
  std::size_t count = 0;
  const auto add = [&count](std::size_t) { return ++count < kMaxKeySegments; };
  return bytes.size() <= kMaxParts && source.longest_line() <= kMaxKeyLength &&
         each(bytes, '.', add) && each(bytes, '[', add) && each(bytes, '{', add);
}

/// Does its line alone tell that a byte is in a basic string? For a text with none of several
/// lines.
bool is_in_string(std::string_view bytes, std::size_t at) {
  const std::size_t line = bytes.rfind('\n', at) + 1;
  const std::string_view before = bytes.substr(line, at - line);
  return before.find_first_of("'\\") == std::string_view::npos &&
         std::count(before.begin(), before.end(), '"') % 2 == 1;
}

/// Does a glance tell that there is nothing to find? In most configs it does. (The lines are short
/// then: to look at one again for each byte in it costs little.)
bool is_plain(const Source& source) {
  const std::string_view bytes = source.bytes();
  const auto is_no_plus = [bytes](std::size_t at) { return is_in_string(bytes, at); };
  const auto is_no_hexadecimal = [bytes](std::size_t at) {
    return at == 0 || bytes[at - 1] != '0' || is_in_string(bytes, at);
  };
  return is_shallow(source) && bytes.find(R"(""")") == std::string_view::npos &&
         each(bytes, '+', is_no_plus) && each(bytes, 'x', is_no_hexadecimal);
}

[[noreturn]] void fail_as_too_deep(const Source& source, std::size_t at) {
  throw Error(Code::key_too_deep, source, at,
              "keys of more than " + std::to_string(kMaxKeySegments) + " segments in all",
              "no container engine needs that; check what the file is");
}

/// Looks at every key of a text.
class Scan {
 public:
  explicit Scan(const Source& source) : source_(source), bytes_(source.bytes()), tables_(source) {}

  Bare run() {
    for (std::size_t at = source_.bom_size(); at < bytes_.size(); ++at) {
      const char byte = bytes_[at];
      if (byte == '"' || byte == '\'') {
        is_line_begin_ = false;
        at = skip_string(bytes_, at) - 1;
      } else if (byte == '#') {
        at = skip_comment(bytes_, at) - 1;
      } else if (kMatters[static_cast<unsigned char>(byte)]) {
        take(byte, at);
      } else {
        is_line_begin_ = is_line_begin_ && (byte == ' ' || byte == '\t');
      }
    }
    return bare_;
  }

 private:
  void take(char byte, std::size_t at) {
    if ((byte == '=' || byte == ',' || byte == '[' || byte == '{') && ++parts_ > kMaxParts) {
      throw Error(Code::too_large, source_, at,
                  "more than " + std::to_string(kMaxParts) + " keys and values",
                  "no container engine needs that; check what the file is");
    }
    if (byte == '+') {
      bare_.has_plus = true;
    } else if (byte == 'x') {
      bare_.has_hexadecimal = bare_.has_hexadecimal || (at > 0 && bytes_[at - 1] == '0');
    } else if (byte == '=') {
      tables_.end_key(at);
    } else if (byte == '[' && is_line_begin_) {
      is_in_header_ = true;
      tables_.begin_header(at);
      return;
    } else if (byte == ']' && is_in_header_) {
      tables_.end_header(at);
      is_in_header_ = false;
    } else {
      take_depth(byte, at);
      return;
    }
    is_line_begin_ = false;
  }

  void take_depth(char byte, std::size_t at) {
    depth_.add(byte);
    if (depth_.segments() > kMaxKeySegments) {
      fail_as_too_deep(source_, at);
    }
    is_line_begin_ = byte == '\n' && !depth_.is_in_brackets();
    is_in_header_ = is_in_header_ && byte != '\n';
    if (byte == '.') {
      tables_.dot(at);
    } else if (is_line_begin_) {
      tables_.begin_key(at + 1);
    } else if (depth_.is_in_braces()) {
      tables_.begin_nested_key(at + 1, byte == '{');
    } else if (depth_.is_in_brackets()) {
      tables_.leave_key();
    }
  }

  const Source& source_;
  std::string_view bytes_;
  LooseTables tables_;
  Depth depth_;
  Bare bare_;
  std::size_t parts_ = 0;
  bool is_line_begin_ = true;  // but for blanks and, in a header, its brackets
  bool is_in_header_ = false;
};

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

Bare check_keys(const Source& source) { return is_plain(source) ? Bare() : Scan(source).run(); }

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
