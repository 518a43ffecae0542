#pragma once

#include <cstddef>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>
#include <vector>

namespace katafix {

/// The system calls that change files, one to one: results and errno are theirs. Tests override
/// them to fail, or to forget what was not synced.
class System {
 public:
  System() = default;
  System(const System&) = delete;
  System& operator=(const System&) = delete;
  virtual ~System() = default;

  /// A name in a directory.
  virtual int open_at(int directory, const char* name, int flags, mode_t mode);
  /// A path below a root, no part of which may be a link (open_without_links).
  virtual int open_below(int root, const std::string& path, int flags);
  virtual int close(int file);
  virtual ssize_t read_at(int file, void* bytes, std::size_t size, off_t offset);
  virtual ssize_t write(int file, const void* bytes, std::size_t size);
  virtual int truncate(int file, off_t size);
  virtual int stat(int file, struct stat& info);
  /// Of what a name in a directory is, which may be a link.
  virtual int stat_at(int directory, const char* name, struct stat& info);
  /// statx(2) of an open file, for what only that tells: marks, and whether it is a mount point.
  virtual int extended_stat(int file, struct statx& info);
  /// faccessat(2) of a name in a directory, for the user that files are opened as.
  virtual int access_at(int directory, const char* name, int mode);
  virtual int change_owner(int file, uid_t user, gid_t group);
  virtual int change_mode(int file, mode_t mode);
  virtual int set_times(int file, const struct timespec* times);
  virtual ssize_t list_attributes(int file, char* names, std::size_t size);
  virtual ssize_t get_attribute(int file, const char* name, void* value, std::size_t size);
  virtual int set_attribute(int file, const char* name, const void* value, std::size_t size);
  virtual int remove_attribute(int file, const char* name);
  virtual int sync(int file);
  virtual int rename_at(int from_directory, const char* from, int to_directory, const char* to);
  /// renameat2(2) with RENAME_EXCHANGE: each name then has what the other had.
  virtual int exchange_at(int one_directory, const char* one, int other_directory,
                          const char* other);
  virtual int link_at(int from_directory, const char* from, int to_directory, const char* to);
  virtual int unlink_at(int directory, const char* name, int flags);
  virtual int make_directory_at(int directory, const char* name, mode_t mode);
  virtual int lock(int file, int operation);
  /// The names in a directory, without `.` and `..`; 0 or -1.
  virtual int list(int directory, std::vector<std::string>& names);
};

}  // namespace katafix
