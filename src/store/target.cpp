#include "target.hpp"

#include "attributes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace katafix {

namespace {

constexpr mode_t kSpecialBits = S_ISUID | S_ISGID | S_ISVTX;
constexpr std::string_view kUndo = ".undo";

// Non-blocking, so that a FIFO in its place does not hang the run.
constexpr int kReadTarget = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/// What a target is; it must be a regular file.
struct stat regular_info(const File& file, const std::string& shown) {
  const struct stat info = file.info();
  if (!S_ISREG(info.st_mode)) {
    throw Error(Code::unsafe_target, shown, "it is not a regular file any more");
  }
  return info;
}

/// The descriptor, or -1 and errno.
int open_to_read(System& system, const std::string& path) {
  int descriptor = -1;
  do {
    descriptor = system.open_at(AT_FDCWD, path.c_str(), kReadTarget, 0);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

/// Can it only be overwritten? Throws Error where that is so and not allowed.
bool needs_overwriting(System& system, const File& file, const Replacement& replacement) {
  const std::string& shown = replacement.path;
  struct statx info {};
  if (system.extended_stat(file.descriptor(), info) != 0) {
    fail(shown, "examine it");
  }
  if ((info.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0) {
    throw Error(Code::write_failed, shown, "it is marked immutable or append-only",
                "remove the mark with chattr -i -a, if the file is meant to change");
  }
  // Linux before 5.8 does not tell mount points; then leave to overwrite is taken to be needed.
  const bool can_tell = (info.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0;
  const bool is_mount = (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  const bool is_linked = info.stx_nlink > 1;
  if (replacement.in_place) {
    return is_mount || is_linked || !can_tell;
  }
  if (is_linked) {
    throw Error(Code::unsafe_target, shown,
                "it has more than one hard link, and replacing it would part them",
                "remove the other links, or overwrite it with --in-place");
  }
  if (is_mount) {
    throw Error(Code::unsafe_target, shown, "it is a mount of its own, which cannot be replaced",
                "mount the directory that it is in instead, or overwrite it with --in-place");
  }
  return false;
}

void write_in_place(System& system, const Replacement& replacement, const std::string& bytes) {
  const std::string& shown = replacement.path;
  const File file(system, AT_FDCWD, replacement.target, O_WRONLY | O_NOFOLLOW, shown);
  file.write_all(bytes);
  if (system.truncate(file.descriptor(), static_cast<off_t>(bytes.size())) != 0) {
    fail(shown, "cut it to its length");
  }
  if (replacement.metadata) {
    set_owner(system, file, *replacement.metadata, shown);
    set_mode(system, file, *replacement.metadata, shown);
    set_time(system, file, replacement.metadata->modified, shown);
  }
  file.sync();
}

}  // namespace

std::optional<File> open_if_there(System& system, const std::string& path,
                                  const std::string& shown) {
  const int descriptor = open_to_read(system, path);
  if (descriptor < 0 && !is_gone(errno)) {
    fail(shown, "open it");
  }
  return descriptor < 0 ? std::nullopt : std::optional(File(system, descriptor, shown));
}

std::optional<File> open_if_is(mode_t type, System& system, const std::string& path,
                               const std::string& shown) {
  const int descriptor = open_to_read(system, path);
  // A link or a socket.
  const bool is_other = descriptor < 0 && (errno == ELOOP || errno == ENXIO);
  if (descriptor < 0 && !is_other && !is_gone(errno)) {
    fail(shown, "open it");
  }
  if (descriptor < 0) {
    return std::nullopt;
  }
  File file(system, descriptor, shown);
  return (file.info().st_mode & S_IFMT) == type ? std::optional(std::move(file)) : std::nullopt;
}

std::string read_target(System& system, const std::string& target, const std::string& shown) {
  const File file(system, AT_FDCWD, target, kReadTarget, shown);
  (void)regular_info(file, shown);
  return file.read_all();
}

Original examine(System& system, const Replacement& replacement) {
  const std::string& shown = replacement.path;
  const File file(system, AT_FDCWD, replacement.target, kReadTarget, shown);
  const struct stat info = regular_info(file, shown);
  const bool in_place = needs_overwriting(system, file, replacement);
  if ((info.st_mode & kSpecialBits) != 0) {
    throw Error(Code::unsafe_target, shown, "it has set-user-ID, set-group-ID or sticky bits",
                "no config file needs them; remove them with chmod a-s,-t");
  }
  if (!file.holds(replacement.before)) {
    throw Error(Code::conflict, shown, "it was changed by someone else in the meantime",
                "run katafix again");
  }
  return {{info.st_mode & kPermissions, info.st_uid, info.st_gid, info.st_mtim}, in_place};
}

File open_directory(System& system, const std::string& path, const std::string& shown) {
  File directory(system, AT_FDCWD, path, O_RDONLY | O_DIRECTORY, shown);
  if (!is_trusted(directory.info())) {
    throw Error(Code::unsafe_target, shown, "others may change its directory " + path,
                "give that to root with chown, and only to root with chmod go-w");
  }
  return directory;
}

bool is_trusted(const struct stat& directory) {
  const bool is_own = directory.st_uid == ::geteuid();
  const mode_t others = is_own ? S_IWOTH : S_IWGRP | S_IWOTH;
  const bool others_write = (directory.st_mode & others) != 0 && (directory.st_mode & S_ISVTX) == 0;
  return (is_own || directory.st_uid == 0) && !others_write;
}

void overwrite(System& system, const Replacement& replacement) {
  try {
    write_in_place(system, replacement, replacement.after);
  } catch (const Error& error) {
    try {
      write_in_place(system, replacement, replacement.before);
    } catch (const Error& second) {
      throw Error(Code::partly_written, replacement.path,
                  std::string(error.what()) + "; it is partly written, for " + second.what());
    }
    throw;
  }
}

Replacement inverse(const Replacement& replacement, const Metadata& metadata) {
  Replacement undo = replacement;
  undo.before.swap(undo.after);
  undo.metadata = metadata;
  undo.temporary = other_temporary(replacement.temporary);
  return undo;
}

std::string other_temporary(const std::string& name) {
  return name.ends_with(kUndo) ? name.substr(0, name.size() - kUndo.size())
         : name.empty()        ? name
                               : name + std::string(kUndo);
}

std::string new_temporary() {
  std::array<unsigned char, 8> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    fail("random name", "get one");
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string name(kTemporaryPrefix);
  for (const unsigned char byte : random) {
    name.push_back(digits[byte >> 4U]);
    name.push_back(digits[byte & 0xFU]);
  }
  return name + ".tmp";
}

bool is_loaded_directory(const std::string& path) {
  constexpr std::array<std::string_view, 6> loaded = {"/crio.conf.d/",    "/etc/containerd/conf.d/",
                                                      "/etc/cri/conf.d/", "/containerd.d/",
                                                      "/config.toml.d/",  "/config-v3.toml.d/"};
  const std::string slashed = path + "/";
  return std::any_of(loaded.begin(), loaded.end(), [&](std::string_view name) {
    return slashed.find(name) != std::string::npos;
  });
}

std::string temporary_directory(const std::string& target) {
  constexpr std::array<std::string_view, 5> loaded = {"conf.d", "config.d", "containerd.d",
                                                      "config.toml.d", "config-v3.toml.d"};
  const std::size_t crio = target.find("/crio.conf.d/");
  if (crio != std::string::npos) {
    return crio == 0 ? "/" : target.substr(0, crio);
  }
  const SplitPath file = split_path(target);
  const SplitPath directory = split_path(file.directory);
  const bool is_loaded = std::find(loaded.begin(), loaded.end(), directory.name) != loaded.end();
  return is_loaded ? directory.directory : file.directory;
}

}  // namespace katafix
