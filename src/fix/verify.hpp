#pragma once

#include "katafix/fix/fix.hpp"
#include "katafix/toml/document.hpp"

#include <memory>
#include <string>
#include <vector>

namespace katafix {

/// The proof: parses the new bytes, and throws Error unless their tree is the old one with exactly
/// the values at `paths` set to true.
[[nodiscard]] std::shared_ptr<const Source> verify(const Document& before, std::string bytes,
                                                   const std::vector<KeyPath>& paths);

}  // namespace katafix
