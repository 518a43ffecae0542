#pragma once

#include "katafix/engine/crio_release.hpp"
#include "katafix/toml/document.hpp"

#include <string_view>

namespace katafix {

/// CRI-O finds a setting by its name in any case (BurntSushi/toml decode.go unifyStruct); only the
/// names of handlers are exact.
[[nodiscard]] bool same_crio_key(std::string_view left, std::string_view right);

/// Throws Error for the first value whose type this release cannot decode: it refuses to start
/// then. Keys that it does not know may hold anything.
void check_crio_types(const Document& document, const CrioRelease& release);

}  // namespace katafix
