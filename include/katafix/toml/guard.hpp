#pragma once

#include "katafix/text/source.hpp"

namespace katafix {

/// The most segments that a dotted key or a header may have: toml++ 3.3 recurses once for each
/// and overflows the stack at about 140,000.
inline constexpr std::size_t kMaxKeySegments = 1000;

/// Throws Error for what no TOML file may hold whatever else is in it: more than kMaxFileSize
/// bytes, NUL, a carriage return without a line feed, bytes that are not UTF-8.
void check_bytes(const Source& source);

/// Throws Error for what toml++ must not see: a key of more than kMaxKeySegments segments, and
/// characters outside ASCII in a bare key, which it takes although TOML has none.
void check_keys(const Source& source);

}  // namespace katafix
