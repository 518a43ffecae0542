#pragma once

#include <compare>
#include <cstddef>

namespace katafix {

/// Bytes [begin, end) of a file, the byte order mark included.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  [[nodiscard]] std::size_t size() const { return end - begin; }
  [[nodiscard]] bool contains(std::size_t offset) const { return begin <= offset && offset < end; }
  [[nodiscard]] bool overlaps(Span other) const { return begin < other.end && other.begin < end; }

  friend auto operator<=>(const Span&, const Span&) = default;
};

/// A place in a file as people count it: 1-based line, and column in code points.
/// A byte order mark has no column. Line 0 means the file as a whole.
struct Position {
  std::size_t line = 0;
  std::size_t column = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

}  // namespace katafix
