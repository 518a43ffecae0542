#pragma once

#include "katafix/fix/fix.hpp"
#include "katafix/toml/document.hpp"

namespace katafix {

/// The proof: parses `fix.fixed` again and throws Error unless its tree is the old one with exactly
/// the values at `fix.paths` set to true.
void verify(const Document& before, const Fix& fix);

}  // namespace katafix
