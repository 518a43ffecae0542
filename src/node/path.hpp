#pragma once

#include <string>
#include <vector>

namespace katafix {

/// A path without `.`, doubled slashes and, as far as the text alone tells, `..`.
[[nodiscard]] std::string clean_path(const std::string& path);

/// The cleaned path from the node's root: relative paths count from the root where one is given,
/// otherwise from the working directory.
[[nodiscard]] std::string absolute_path(const std::string& path, const std::string& root);

/// Throws Error when there is none any more.
[[nodiscard]] std::string working_directory();

/// "/a/b" for {"a", "b"}; empty for no parts.
[[nodiscard]] std::string joined(const std::vector<std::string>& parts);

}  // namespace katafix
