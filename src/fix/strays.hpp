#pragma once

#include "katafix/toml/document.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace katafix {

/// The entries of a template that belong to one table or another, as a block decides: the header
/// that such a stray stands under is in a block, and the entry behind that block. None in plain
/// TOML.
class Strays {
 public:
  explicit Strays(const Document& document);

  /// May one belong to the table of the header that begins there?
  [[nodiscard]] bool belong_to(std::size_t header) const { return is_in(any_, header); }
  /// May one that tells what a handler runs?
  [[nodiscard]] bool tell_what_runs(std::size_t header) const { return is_in(shims_, header); }

 private:
  class Finder;

  [[nodiscard]] static bool is_in(const std::vector<Span>& spans, std::size_t header);

  // Where the headers are that one may belong to. In order, none overlaps another.
  std::vector<Span> any_;
  std::vector<Span> shims_;
};

}  // namespace katafix
