#pragma once

#include "katafix/store/system.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace katafix {

/// Who may do what with a file, and since when.
struct Metadata {
  mode_t mode = 0;
  uid_t user = 0;
  gid_t group = 0;
  struct timespec modified {};
};

/// A file that is to be replaced.
struct Replacement {
  std::string path;    ///< as people know it
  std::string target;  ///< the file on this machine: links resolved
  std::string before;  ///< the bytes that it must still hold
  std::string after;
  std::optional<Metadata> metadata;  ///< set these instead of keeping the file's own
  std::string unit = {};             ///< the systemd unit that reads it; empty when unknown
};

/// Looks at the file that a replacement is for, and throws Error where replacing it would do harm:
/// no regular file, more than one hard link, special mode bits (Code::unsafe_target), or bytes
/// other than `before` (Code::conflict).
[[nodiscard]] Metadata examine(System& system, const Replacement& replacement);

/// Where the temporary file for a target goes: beside it, but never into a directory that an
/// engine loads whole (CRI-O loads every file below crio.conf.d, whatever its name).
[[nodiscard]] std::string temporary_directory(const std::string& target);

/// Replaces files, all or none. Each is at every instant wholly old or wholly new, and durable when
/// this returns. Owner, mode and extended attributes stay, unless the replacement has its own.
/// Throws Error; once a file had been replaced with Code::rolled_back, or, when a file could not be
/// put back, Code::partly_written, which tells what became of each.
void replace_all(System& system, const std::vector<Replacement>& replacements);

}  // namespace katafix
