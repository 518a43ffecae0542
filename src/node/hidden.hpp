#pragma once

#include "katafix/text/source.hpp"

#include "block_plan.hpp"
#include "files.hpp"
#include "tree_plan.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace katafix {

/// Text that is written in another way inside a file, and has to do with what handlers run.
struct Hidden {
  std::size_t begin = 0;  ///< its first byte in the file
  std::string way;        ///< how it is written, such as "base64"
  std::string text;       ///< decoded; empty where that needs another program
  std::string command;    ///< takes it out of the file, or of standard input, for `FILE` of ""
};

/// Finds strings with `\n` (JSON, YAML, shells) or that begin inside a line, lines in quotes or
/// that go on behind a backslash, base64, data URLs with `%0A`, and gzip in base64 where the file
/// names an engine. `file` is what the commands read, as a shell takes it.
[[nodiscard]] std::vector<Hidden> find_hidden(const Source& source, const std::string& file);

/// Adds to the plan of a file what is hidden in it: its handlers, which are not edited, and a
/// finding for each Kata handler among them that needs the flag.
void plan_hidden(NodeFiles& files, const LoadedFile& file, const std::string& whole,
                 const BlockOptions& options, PlannedFile& planned);

}  // namespace katafix
