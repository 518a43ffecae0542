#pragma once

#include "reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// Does a name match a pattern as in Go's filepath.Match, which knows no special leading dot?
/// Nothing when the pattern is malformed.
[[nodiscard]] std::optional<bool> go_match(std::string_view pattern, std::string_view name);

/// The most parts of a pattern's path, and the most directories that they may match in all: links
/// can make any number of a few.
inline constexpr std::size_t kMaxGlobParts = 64;
inline constexpr std::size_t kMaxGlobDirectories = 300;
inline constexpr std::size_t kMaxGlobMatches = 100'000;

/// The paths that a pattern matches, as Go's filepath.Glob lists them: directory by directory, each
/// in byte order. A relative pattern counts from the root directory. Nothing when the pattern is
/// malformed. Throws Error where a directory cannot be listed: filepath.Glob passes over it, but
/// what is closed to us may be open to the engine. And for a pattern that is over the limits.
[[nodiscard]] std::optional<std::vector<std::string>> go_glob(const FileReader& reader,
                                                              const std::string& pattern);

/// A path as Go's filepath.Clean makes it.
[[nodiscard]] std::string go_clean(const std::string& path);

}  // namespace katafix
