#include "katafix/toml/guard.hpp"

#include "katafix/text/finding.hpp"
#include "katafix/text/quote.hpp"
#include "katafix/toml/lexer.hpp"

#include <string>
#include <vector>

namespace katafix {

void check_bytes(const Source& source) {
  const std::string_view bytes = source.bytes();
  if (bytes.size() > kMaxFileSize) {
    throw Error(Code::too_large, source.path(), "the file is larger than 16 MiB",
                "no container engine needs a config of that size; check what the file is");
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

void check_depth(const Source& source) {
  const std::string_view bytes = source.bytes();
  std::vector<std::size_t> around;  // the segments outside each open bracket
  std::size_t outside = 0;
  std::size_t segments = 1;
  bool begins_line = true;
  for (std::size_t at = source.bom_size(); at < bytes.size();) {
    const char byte = bytes[at];
    if (byte == '"' || byte == '\'' || byte == '#') {
      begins_line = false;
      at = byte == '#' ? skip_comment(bytes, at) : skip_string(bytes, at);
      continue;
    }
    const bool is_header = begins_line && byte == '[' && around.empty();
    begins_line = byte == '\n' || is_header || (begins_line && (byte == ' ' || byte == '\t'));
    if (byte == '.') {
      ++segments;
    } else if ((byte == '{' || byte == '[') && !is_header) {
      around.push_back(outside);
      outside += segments;
      segments = 1;
    } else if ((byte == '}' || byte == ']') && !around.empty()) {
      outside = around.back();
      around.pop_back();
      segments = 1;
    } else if (byte == ',' || byte == '\n') {
      segments = 1;
    }
    if (outside + segments > kMaxKeySegments) {
      throw Error(Code::key_too_deep, source, at,
                  "keys of more than " + std::to_string(kMaxKeySegments) + " segments in all",
                  "no container engine needs that; check what the file is");
    }
    ++at;
  }
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
