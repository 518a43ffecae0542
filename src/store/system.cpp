#include "system.hpp"

#include "node/root.hpp"

#include <cstdio>
#include <sys/file.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace katafix {

int System::open_at(int directory, const char* name, int flags, mode_t mode) {
  return ::openat(directory, name, flags | O_CLOEXEC, mode);
}

int System::open_below(int root, const std::string& path, int flags) {
  return open_without_links(root, path, flags);
}

int System::close(int file) { return ::close(file); }

ssize_t System::read_at(int file, void* bytes, std::size_t size, off_t offset) {
  return ::pread(file, bytes, size, offset);
}

ssize_t System::write(int file, const void* bytes, std::size_t size) {
  return ::write(file, bytes, size);
}

int System::truncate(int file, off_t size) { return ::ftruncate(file, size); }

int System::stat(int file, struct stat& info) { return ::fstat(file, &info); }

int System::stat_at(int directory, const char* name, struct stat& info) {
  return ::fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW);
}

int System::extended_stat(int file, struct statx& info) {
  return ::statx(file, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &info);
}

int System::access_at(int directory, const char* name, int mode) {
  return ::faccessat(directory, name, mode, AT_EACCESS);
}

int System::change_owner(int file, uid_t user, gid_t group) { return ::fchown(file, user, group); }

int System::change_mode(int file, mode_t mode) { return ::fchmod(file, mode); }

int System::set_times(int file, const struct timespec* times) { return ::futimens(file, times); }

ssize_t System::list_attributes(int file, char* names, std::size_t size) {
  return ::flistxattr(file, names, size);
}

ssize_t System::get_attribute(int file, const char* name, void* value, std::size_t size) {
  return ::fgetxattr(file, name, value, size);
}

int System::set_attribute(int file, const char* name, const void* value, std::size_t size) {
  return ::fsetxattr(file, name, value, size, 0);
}

int System::remove_attribute(int file, const char* name) { return ::fremovexattr(file, name); }

int System::sync(int file) { return ::fsync(file); }

int System::rename_at(int from_directory, const char* from, int to_directory, const char* to) {
  return ::renameat(from_directory, from, to_directory, to);
}

int System::exchange_at(int one_directory, const char* one, int other_directory,
                        const char* other) {
  return ::renameat2(one_directory, one, other_directory, other, RENAME_EXCHANGE);
}

int System::link_at(int from_directory, const char* from, int to_directory, const char* to) {
  return ::linkat(from_directory, from, to_directory, to, 0);
}

int System::unlink_at(int directory, const char* name, int flags) {
  return ::unlinkat(directory, name, flags);
}

int System::make_directory_at(int directory, const char* name, mode_t mode) {
  return ::mkdirat(directory, name, mode);
}

int System::lock(int file, int operation) { return ::flock(file, operation); }

int System::list(int directory, std::vector<std::string>& names) {
  return list_names(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), names);
}

}  // namespace katafix
