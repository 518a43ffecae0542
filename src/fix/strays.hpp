#pragma once

#include "katafix/toml/document.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace katafix {

/// An entry of a template that belongs to one table or another, as a block decides: the header that
/// it stands under is in a block, and the entry behind that block.
struct Stray {
  std::string name;  ///< the entry's, decoded
  Span key;
  std::vector<std::size_t> headers;  ///< where the headers begin that it may belong to
};

/// All strays of a document; none for plain TOML.
[[nodiscard]] std::vector<Stray> find_strays(const Document& document);

}  // namespace katafix
