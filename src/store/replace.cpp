#include "katafix/store/replace.hpp"

#include "pending.hpp"

#include <cerrno>

namespace katafix {

namespace {

constexpr mode_t kSpecialBits = S_ISUID | S_ISGID | S_ISVTX;

/// Puts the first `count` files back. The result tells what could not be put back.
std::string roll_back(System& system, const std::vector<Replacement>& replacements,
                      const std::vector<Metadata>& metadata, std::size_t count) {
  std::string trouble;
  while (count-- > 0) {
    const Replacement& done = replacements[count];
    const Replacement undo{done.path, done.target, done.after, done.before, metadata[count]};
    try {
      Pending pending(system, undo);
      pending.commit();
      pending.sync_directories();
    } catch (const Error& error) {
      trouble += "; " + done.path + " is new: " + error.what();
    }
  }
  return trouble;
}

}  // namespace

TargetFile read_target(System& system, const std::string& target, const std::string& shown) {
  // Non-blocking, so that a FIFO in its place does not hang the run.
  const File file(system, AT_FDCWD, target, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, shown);
  const struct stat info = file.info();
  if (!S_ISREG(info.st_mode)) {
    throw Error(Code::unsafe_target, shown, "it is not a regular file any more");
  }
  return {info, file.read_all()};
}

Metadata examine(System& system, const Replacement& replacement) {
  const std::string& shown = replacement.path;
  const auto [info, bytes] = read_target(system, replacement.target, shown);
  if (info.st_nlink > 1) {
    throw Error(Code::unsafe_target, shown,
                "it has more than one hard link, and replacing it would part them",
                "remove the other links, or replace them by symbolic links");
  }
  if ((info.st_mode & kSpecialBits) != 0) {
    throw Error(Code::unsafe_target, shown, "it has set-user-ID, set-group-ID or sticky bits",
                "no config file needs them; remove them with chmod a-s,-t");
  }
  if (bytes != replacement.before) {
    throw Error(Code::conflict, shown, "it was changed by someone else in the meantime",
                "run katafix again");
  }
  return {info.st_mode & 0777U, info.st_uid, info.st_gid, info.st_mtim};
}

void replace_all(System& system, const std::vector<Replacement>& replacements) {
  std::vector<Metadata> metadata;
  std::vector<Pending> pending;
  metadata.reserve(replacements.size());
  pending.reserve(replacements.size());
  for (const Replacement& replacement : replacements) {
    metadata.push_back(examine(system, replacement));
    pending.emplace_back(system, replacement);
  }
  std::size_t done = 0;
  try {
    for (Pending& one : pending) {
      one.commit();
      ++done;
      one.sync_directories();
    }
  } catch (const Error& error) {
    if (done == 0) {
      throw;
    }
    const std::string left = roll_back(system, replacements, metadata, done);
    throw Error(Code::partly_written, error.finding().file,
                std::string(error.what()) +
                    (left.empty() ? "; all files were put back as they were" : left),
                left.empty() ? "mend the cause and run katafix again"
                             : "mend the cause and run katafix restore");
  }
}

}  // namespace katafix
