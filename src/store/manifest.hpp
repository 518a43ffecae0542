#pragma once

#include "runs.hpp"

#include <string>
#include <string_view>

namespace katafix {

/// The manifest of a run as JSON: all but its state, which may change.
[[nodiscard]] std::string to_manifest(const Run& run);

/// The inverse, of a run that is prepared. Throws Error (Code::bad_backup) naming `path` when the
/// text is no manifest.
[[nodiscard]] Run from_manifest(std::string_view text, const std::string& name,
                                const std::string& path);

}  // namespace katafix
