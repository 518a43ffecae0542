#pragma once

#include "katafix/text/source.hpp"

#include <cstddef>
#include <optional>

namespace katafix {

/// The most segments that a key, a header, or a key with all keys of the inline tables around it
/// may have: toml++ 3.3 recurses once for each and overflows the stack at about 140,000, and so
/// does whoever walks such a tree.
inline constexpr std::size_t kMaxKeySegments = 1000;

/// The most bytes of a segment, as written: what is said of a key names it.
inline constexpr std::size_t kMaxKeyLength = 512;

/// The most tables without a header of their own (dotted keys make them, and headers of tables
/// below them) and elements of arrays of tables: toml++ 3.3 walks lists of them.
inline constexpr std::size_t kMaxLooseTables = 1000;

/// Throws Error for what no TOML file may hold whatever else is in it: more than kMaxFileSize
/// bytes, NUL, a carriage return without a line feed, bytes that are not UTF-8.
void check_bytes(const Source& source);

/// The most keys, headers and elements of arrays, roughly: each takes much more memory than text.
inline constexpr std::size_t kMaxParts = 300'000;

/// What TOML has none of, and toml++ takes or explains badly: where each is first, outside quotes
/// and comments.
struct Excess {
  std::optional<std::size_t> plus_in_key;
  std::optional<std::size_t> hexadecimal_fraction;  ///< 0x1.8p1; drafts of TOML 1.1 had both
  std::optional<std::size_t> not_ascii;             ///< a character of a bare key, or of no value
  std::optional<std::size_t> jinja;                 ///< {%
};

/// Walks the statements of a text, which may be no TOML. Throws Error for keys that toml++ must not
/// see: more than those limits allow.
Excess check_keys(const Source& source);

}  // namespace katafix
