#pragma once

#include "katafix/store/runs.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// All bytes of a file before a run, and after it.
struct Texts {
  std::string before;
  std::string after;
};

/// The edits of a file with the bytes that they remove from it.
[[nodiscard]] std::vector<RunEdit> run_edits(std::string_view before,
                                             const std::vector<Edit>& edits);

/// The texts of a file by the bytes of its backup. Throws Error (Code::bad_backup) naming `path`,
/// the backup's, when these have not the size and checksum that the file had, or not what was
/// removed from it.
[[nodiscard]] Texts texts_of(const RunFile& file, std::string backup, const std::string& path);

}  // namespace katafix
