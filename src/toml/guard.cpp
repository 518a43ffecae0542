#include "guard.hpp"

#include "katafix/text/finding.hpp"

#include "lexer.hpp"
#include "loose_tables.hpp"
#include "text/quote.hpp"

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
  std::fill(matters.begin() + 0x80, matters.end(), true);
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

/// Where the hexadecimal number that has this x begins, if it has a fraction or an exponent.
std::optional<std::size_t> hexadecimal_fraction(std::string_view bytes, std::size_t x) {
  if (!bytes.substr(0, x).ends_with('0')) {
    return std::nullopt;
  }
  const std::size_t begin = bytes.substr(0, x - 1).find_last_not_of("+-") + 1;
  const std::size_t end = bytes.find_first_not_of("0123456789abcdefABCDEF_", x + 1);
  const bool is_value =
      begin > 0 && std::string_view(" \t\n=,[").find(bytes[begin - 1]) != std::string_view::npos;
  const bool goes_on = end != std::string_view::npos &&
                       std::string_view(".pP").find(bytes[end]) != std::string_view::npos;
  return is_value && goes_on ? std::optional(begin) : std::nullopt;
}

/// The one walk over the statements of a text.
class Scan {
 public:
  explicit Scan(const Source& source) : source_(source), bytes_(source.bytes()), tables_(source) {}

  Excess run() {
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
    return excess_;
  }

 private:
  void take(char byte, std::size_t at) {
    if ((byte == '=' || byte == ',' || byte == '[' || byte == '{') && ++parts_ > kMaxParts) {
      fail_as_needless(source_, at, "more than " + std::to_string(kMaxParts) + " keys and values");
    }
    if (byte == '{' && !excess_.jinja && bytes_.substr(at).starts_with("{%")) {
      excess_.jinja = at;
    }
    if (byte == '+' || byte == 'x' || static_cast<unsigned char>(byte) >= 0x80) {
      take_excess(byte, at);
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

  void take_excess(char byte, std::size_t at) {
    if (static_cast<unsigned char>(byte) >= 0x80) {
      excess_.not_ascii = excess_.not_ascii.value_or(at);
    } else if (byte == '+' && tables_.is_in_key()) {
      excess_.plus_in_key = excess_.plus_in_key.value_or(at);
    } else if (byte == 'x' && !tables_.is_in_key() && !excess_.hexadecimal_fraction) {
      excess_.hexadecimal_fraction = hexadecimal_fraction(bytes_, at);
    }
  }

  void take_depth(char byte, std::size_t at) {
    depth_.add(byte);
    if (depth_.segments() > kMaxKeySegments) {
      fail_as_needless(source_, at,
                       "keys of more than " + std::to_string(kMaxKeySegments) + " segments in all",
                       Code::key_too_deep);
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
  Excess excess_;
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

Excess check_keys(const Source& source) { return Scan(source).run(); }

}  // namespace katafix
