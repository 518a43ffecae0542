#pragma once

#include "katafix/toml/document.hpp"

#include <vector>

namespace katafix::fuzz {

/// Compares two trees entry by entry, through Node and Entry alone: is `after` the tree `before`
/// with exactly the values at `planned` true? A second opinion to Document::becomes.
bool is_tree_plus(const Document& before, const Document& after,
                  const std::vector<KeyPath>& planned);

}  // namespace katafix::fuzz
