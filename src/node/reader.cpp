#include "reader.hpp"

#include "katafix/text/finding.hpp"
#include "katafix/text/source.hpp"

#include "descriptor.hpp"
#include "path.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace katafix {

namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw Error(Code::unreadable, path, std::string("cannot read it: ") + std::strerror(error),
              advice_on_rights(error));
}

void check_size(std::size_t size, const std::string& path) {
  if (size > kMaxFileSize) {
    throw Error(Code::too_large, path, "it is larger than 16 MiB",
                "no container engine needs a config of that size; check what it is");
  }
}

/// Reads to the end, and one byte more than is allowed at the most.
/// `file_size` is what a regular file has; a stream has none.
std::string read_all(int file, std::optional<std::size_t> file_size, const std::string& path) {
  constexpr std::size_t guess = 4095;
  std::string bytes;
  std::size_t size = 0;
  bytes.resize(file_size.value_or(guess) + 1);
  // A file that gives all it has, and not the byte more that was asked for, is at its end.
  while (size == 0 || size != file_size) {
    const ssize_t count = ::read(file, bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      fail(path, errno);
    }
    if (count == 0) {
      break;
    }
    size += static_cast<std::size_t>(count);
    check_size(size, path);
    if (size == bytes.size()) {
      bytes.resize(2 * size);
    }
  }
  bytes.resize(size);
  return bytes;
}

/// The kernel would take what is before it for the whole path.
bool has_nul(const std::string& path) { return path.find('\0') != std::string::npos; }

FileImage image(int file, const struct stat& info, const std::string& path) {
  const auto expected = static_cast<std::size_t>(info.st_size);
  check_size(expected, path);
  const auto changed =
      std::chrono::seconds(info.st_ctim.tv_sec) + std::chrono::nanoseconds(info.st_ctim.tv_nsec);
  return {read_all(file, expected, path), info.st_dev, info.st_ino, info.st_nlink,
          std::chrono::system_clock::time_point(changed)};
}

/// Only a regular file is opened for reading: to open a device may do something, and a FIFO would
/// wait for a writer. Nobody knows what is there by then, so the answer of the descriptor counts.
void check_is_file(int file, const std::string& path, struct stat& info) {
  if (::fstat(file, &info) != 0) {
    fail(path, errno);
  }
  if (!S_ISREG(info.st_mode)) {
    throw Error(Code::not_a_file, path,
                S_ISDIR(info.st_mode) ? "it is a directory" : "it is not a regular file",
                "name a config file");
  }
}

}  // namespace

std::optional<FileImage> RootReader::read(const std::string& path) const {
  if (has_nul(path)) {
    throw Error(Code::unreadable, path, "a NUL byte is in its name", "no file has such a name");
  }
  struct stat info {};
  for (const int flags : {O_PATH, O_RDONLY | O_NONBLOCK | O_NOCTTY}) {
    const Descriptor file(root_.open(path, flags));
    if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) {
      return std::nullopt;
    }
    if (file.get() < 0) {
      fail(path, errno);
    }
    check_is_file(file.get(), path, info);
    if (flags != O_PATH) {
      return image(file.get(), info, path);
    }
  }
  return std::nullopt;
}

FileKind RootReader::kind(const std::string& path, bool follow) const {
  if (has_nul(path)) {
    return FileKind::unreadable;
  }
  const Descriptor file(
      root_.open(absolute_path(path, root_.path()), O_PATH | (follow ? 0 : O_NOFOLLOW)));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) {
    return errno == ENOENT || errno == ENOTDIR ? FileKind::missing : FileKind::unreadable;
  }
  return S_ISREG(info.st_mode)   ? FileKind::file
         : S_ISDIR(info.st_mode) ? FileKind::directory
         : S_ISLNK(info.st_mode) ? FileKind::link
                                 : FileKind::other;
}

std::vector<std::string> RootReader::list(const std::string& path) const {
  std::vector<std::string> names;
  const int directory = root_.open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
  if (directory < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return names;
  }
  if (list_names(directory, names) != 0) {
    fail(path, errno);
  }
  std::ranges::sort(names);
  return names;
}

std::string read_standard_input() { return read_all(STDIN_FILENO, std::nullopt, "-"); }

}  // namespace katafix
