#pragma once

#include "katafix/engine/crio_release.hpp"
#include "katafix/toml/document.hpp"

namespace katafix {

/// Throws Error for what a Document may hold but this release's TOML parser refuses: Go templates,
/// and what came to TOML later than that parser.
void check_crio_syntax(const Document& document, const CrioRelease& release);

}  // namespace katafix
