#include "file.hpp"

#include "katafix/text/source.hpp"

#include "node/root.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <sys/random.h>
#include <unistd.h>
#include <utility>

namespace katafix {

namespace {

// A backup is as large as a config may be, and the manifest of 10,000 files is smaller.
constexpr std::size_t kLargest = kMaxFileSize;

constexpr std::string_view kPrefix = ".katafix-";
constexpr std::size_t kRandom = 8;
constexpr std::string_view kSuffix = ".tmp";
constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

bool is_gone(int error) { return error == ENOENT || error == ENOTDIR; }

std::optional<File> open_regular(System& system, int directory, const std::string& name, int access,
                                 const std::string& shown) {
  const auto check = [&](mode_t mode) {
    if (!S_ISREG(mode)) {
      throw Error(Code::unsafe_target, shown, "it is not a regular file any more");
    }
  };
  struct stat info {};
  if (system.stat_at(directory, name.c_str(), info) != 0) {
    if (is_gone(errno)) {
      return std::nullopt;
    }
    fail(shown, "examine it");
  }
  check(info.st_mode);
  File file(system, directory, name, access | O_NOFOLLOW | O_NONBLOCK, shown);
  check(file.info().st_mode);
  return file;
}

bool is_trusted(const struct stat& directory) {
  const bool is_own = directory.st_uid == ::geteuid();
  const mode_t others = is_own ? S_IWOTH : S_IWGRP | S_IWOTH;
  const bool others_write = (directory.st_mode & others) != 0 && (directory.st_mode & S_ISVTX) == 0;
  return (is_own || directory.st_uid == 0) && !others_write;
}

std::string new_temporary() {
  std::array<unsigned char, kRandom> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    fail("random name", "get one");
  }
  std::string name(kPrefix);
  for (const unsigned char byte : random) {
    name.push_back(kDigits[byte >> 4U]);
    name.push_back(kDigits[byte & 0xFU]);
  }
  return name.append(kSuffix);
}

bool is_temporary(std::string_view name) {
  constexpr std::size_t size = kPrefix.size() + 2 * kRandom + kSuffix.size();
  return name.size() == size && name.starts_with(kPrefix) && name.ends_with(kSuffix) &&
         name.find_first_not_of(kDigits, kPrefix.size()) == size - kSuffix.size();
}

void fail(const std::string& shown, std::string_view what, Code code, std::string advice) {
  const int error = errno;
  Finding finding{code,
                  Severity::error,
                  shown,
                  {},
                  "cannot " + std::string(what) + ": " + std::strerror(error),
                  std::move(advice),
                  {}};
  finding.is_only_here = error == EACCES || error == EPERM || error == EROFS;
  if (const std::string as_root = advice_on_rights(error); !as_root.empty()) {
    finding.advice.insert(0, as_root + (finding.advice.empty() ? "" : "; or "));
  }
  throw Error(std::move(finding));
}

File::File(System& system, int directory, const std::string& name, int flags,
           const std::string& shown, mode_t mode, std::string_view what)
    : system_(&system), descriptor_(-1), shown_(shown) {
  do {
    descriptor_ = system.open_at(directory, name.c_str(), flags, mode);
  } while (descriptor_ < 0 && errno == EINTR);
  if (descriptor_ < 0) {
    fail(shown, what);
  }
}

File::File(System& system, int descriptor, std::string shown)
    : system_(&system), descriptor_(descriptor), shown_(std::move(shown)) {}

File::File(File&& other) noexcept
    : system_(other.system_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      shown_(std::move(other.shown_)) {}

File::~File() {
  if (descriptor_ >= 0) {
    system_->close(descriptor_);
  }
}

struct stat File::info() const {
  struct stat info {};
  if (system_->stat(descriptor_, info) != 0) {
    fail(shown_, "examine it");
  }
  return info;
}

std::size_t File::read_at(std::size_t offset, char* bytes, std::size_t size) const {
  ssize_t count = 0;
  do {
    count = system_->read_at(descriptor_, bytes, size, static_cast<off_t>(offset));
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    fail(shown_, "read it");
  }
  return static_cast<std::size_t>(count);
}

std::string File::read_all() const {
  const auto expected = static_cast<std::size_t>(info().st_size);
  std::string bytes(std::min(expected, kLargest) + 1, '\0');
  std::size_t size = 0;
  while (const std::size_t count = read_at(size, bytes.data() + size, bytes.size() - size)) {
    size += count;
    if (size > kLargest) {
      throw Error(Code::too_large, shown_, "it is larger than anything that katafix wrote",
                  "check what it is");
    }
    if (size == bytes.size()) {
      bytes.resize(2 * size);
    }
  }
  bytes.resize(size);
  return bytes;
}

bool File::holds(std::string_view bytes) const {
  const auto chunk = std::make_unique_for_overwrite<std::array<char, 65536>>();
  std::size_t done = 0;
  while (const std::size_t count = read_at(done, chunk->data(), chunk->size())) {
    if (!bytes.substr(done).starts_with(std::string_view(chunk->data(), count))) {
      return false;
    }
    done += count;
    if (done == bytes.size() && count < chunk->size()) {
      return true;  // less than was asked for: it is at its end
    }
  }
  return done == bytes.size();
}

void File::write_all(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = system_->write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      fail(shown_, "write it");
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void File::sync() const {
  int result = 0;
  do {
    result = system_->sync(descriptor_);
  } while (result != 0 && errno == EINTR);
  // EIO is final: the kernel may have dropped the pages, and a second fsync would say all is well.
  if (result != 0) {
    fail(shown_, "make it durable");
  }
}

}  // namespace katafix
