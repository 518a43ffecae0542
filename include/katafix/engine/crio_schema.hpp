#pragma once

#include "katafix/engine/crio_release.hpp"
#include "katafix/toml/document.hpp"

namespace katafix {

/// Throws Error for the first value whose type this release cannot decode: it refuses to start
/// then. Keys that it does not know may hold anything.
void check_crio_types(const Document& document, const CrioRelease& release);

}  // namespace katafix
