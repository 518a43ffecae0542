#pragma once

#include "katafix/text/finding.hpp"

#include "files.hpp"
#include "plan.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace katafix {

/// The largest file that is looked at below a directory, in bytes.
inline constexpr std::size_t kMaxFileBelow = std::size_t{1} << 20U;

/// What a directory that is named as a FILE stands for.
struct FilesBelow {
  std::vector<std::string> candidates;  ///< that may hold a handler, in byte order
  std::size_t others = 0;               ///< text files that hold none
  std::vector<Error> unread;
};

/// Looks at all files below a directory, named as it is. Not in `.git`, and not at links, what they
/// lead to being elsewhere or found by its own name; nor at what is binary, which is a NUL byte in
/// the first 8 KiB, or larger than kMaxFileBelow.
[[nodiscard]] FilesBelow look_below(NodeFiles& files, const std::string& directory);

/// Has a file that holds no handler to do with Kata all the same? Then what is wrong with it
/// counts, although it may be another program's.
[[nodiscard]] bool has_to_do_with_kata(const PlannedFile& planned);

/// Is there a `.git` in a directory above a file? `path` is absolute, from the node's root.
[[nodiscard]] bool is_in_repository(const FileReader& reader, std::string path);

}  // namespace katafix
