#pragma once

#include "katafix/store/runs.hpp"

#include <string>
#include <string_view>

namespace katafix {

/// The manifest of a run as JSON.
[[nodiscard]] std::string to_manifest(const Run& run);

/// The inverse. Throws Error (Code::bad_backup) naming `path` when the text is no manifest.
[[nodiscard]] Run from_manifest(std::string_view text, const std::string& name,
                                const std::string& path);

}  // namespace katafix
