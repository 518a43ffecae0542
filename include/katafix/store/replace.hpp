#pragma once

#include "katafix/store/system.hpp"

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
  bool in_place = false;       ///< may be overwritten where it cannot be replaced: a mount point
  std::string temporary = {};  ///< the name of its temporary file; a random one when empty
};

/// A file as it is before it is replaced.
struct Original {
  Metadata metadata;
  bool in_place = false;  ///< it can only be overwritten
};

/// Looks at the file that a replacement is for, and throws Error where replacing it would do harm
/// or cannot be done: no regular file, special mode bits, more than one hard link or a mount point
/// without `in_place` (Code::unsafe_target), marked immutable (Code::write_failed), or bytes other
/// than `before` (Code::conflict).
[[nodiscard]] Original examine(System& system, const Replacement& replacement);

/// Where the temporary file for a target goes: beside it, but never into a directory that an
/// engine loads whole (CRI-O loads every file below crio.conf.d, whatever its name).
[[nodiscard]] std::string temporary_directory(const std::string& target);

/// Replaces files, all or none. Each is at every instant wholly old or wholly new, and durable when
/// this returns. Owner, mode and extended attributes stay, unless the replacement has its own.
/// Throws Error, and all files are as they were; once one had been replaced, with
/// Code::rolled_back; when one could not be put back, with Code::partly_written, which tells what
/// became of each; with Code::not_durable, when all are replaced and a power cut may undo it.
/// A file that has to be overwritten in place may be torn by a crash: Runs mends that.
void replace_all(System& system, const std::vector<Replacement>& replacements);

}  // namespace katafix
