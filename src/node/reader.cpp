#include "katafix/node/reader.hpp"

#include "katafix/node/path.hpp"
#include "katafix/text/finding.hpp"
#include "katafix/text/source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <deque>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace katafix {

namespace {

constexpr int kMaxLinks = 40;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ > STDERR_FILENO) {
      ::close(number_);
    }
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void fail(const std::string& path, int error) {
  throw Error(Code::unreadable, path, std::string("cannot read it: ") + std::strerror(error));
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
    if (size > kMaxFileSize) {
      throw Error(Code::too_large, path, "it is larger than 16 MiB",
                  "no container engine needs a config of that size; check what it is");
    }
    if (size == bytes.size()) {
      bytes.resize(2 * size);
    }
  }
  bytes.resize(size);
  return bytes;
}

/// Pushes a path's parts in front of those that are still to go.
void prepend(std::deque<std::string>& parts, const std::string& path) {
  std::size_t end = path.size();
  while (end > 0) {
    const std::size_t slash = path.rfind('/', end - 1);
    const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
    if (begin < end) {
      parts.push_front(path.substr(begin, end - begin));
    }
    end = slash == std::string::npos ? 0 : slash;
  }
}

enum class Missing { is_error, is_new };

/// Walks the parts of a path below a root, following links inside it. The path on this machine goes
/// to `real`; the result is 0 or an errno.
int walk(const std::string& root, std::deque<std::string> parts, std::string& real,
         Missing missing = Missing::is_error) {
  std::vector<std::string> done;
  for (int links = 0; !parts.empty();) {
    const std::string part = parts.front();
    parts.pop_front();
    if (part == "..") {
      if (!done.empty()) {
        done.pop_back();
      }
      continue;
    }
    if (part == ".") {
      continue;
    }
    const std::string here = std::string(root).append(joined(done)).append("/").append(part);
    std::array<char, PATH_MAX> target;  // NOLINT(*-member-init): filled by the call
    const ssize_t size = ::readlink(here.c_str(), target.data(), target.size());
    const bool is_new = size < 0 && errno == ENOENT && missing == Missing::is_new;
    if (size < 0 && errno != EINVAL && !is_new) {
      return errno;
    }
    if (size < 0) {  // EINVAL: it is no link
      done.push_back(part);
      continue;
    }
    if (++links > kMaxLinks) {
      return ELOOP;
    }
    const std::string to(target.data(), static_cast<std::size_t>(size));
    if (to.starts_with('/')) {
      done.clear();
    }
    prepend(parts, to);
  }
  real = root + (done.empty() ? "/" : joined(done));
  return 0;
}

/// As absolute_path, but `..` stays: behind a link it leads elsewhere than the text says.
std::string from_root(const std::string& path, const std::string& root) {
  return path.starts_with('/') ? path
         : root.empty()        ? working_directory() + "/" + path
                               : "/" + path;
}

std::string resolve_from(const std::string& root, const std::string& path, Missing missing) {
  std::deque<std::string> parts;
  prepend(parts, from_root(path, root));
  std::string real;
  const int error = walk(root, std::move(parts), real, missing);
  if (error != 0) {
    fail(path, error);
  }
  return real;
}

/// The kernel would take what is before it for the whole path.
bool has_nul(const std::string& path) { return path.find('\0') != std::string::npos; }

}  // namespace

std::optional<FileImage> RootReader::read(const std::string& path) const {
  if (has_nul(path)) {
    throw Error(Code::unreadable, path, "a NUL byte is in its name", "no file has such a name");
  }
  std::string host = path;
  if (!root_.empty()) {
    std::deque<std::string> parts;
    prepend(parts, from_root(path, root_));
    const int error = walk(root_, std::move(parts), host);
    if (error == ENOENT || error == ENOTDIR) {
      return std::nullopt;
    }
    if (error != 0) {
      fail(path, error);
    }
  }
  // Non-blocking, so that a FIFO without a writer does not hang the run.
  const Descriptor file(::open(host.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return std::nullopt;
    }
    fail(path, errno);
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) {
    fail(path, errno);
  }
  if (!S_ISREG(info.st_mode)) {
    throw Error(Code::not_a_file, path,
                S_ISDIR(info.st_mode) ? "it is a directory" : "it is not a regular file",
                "name a config file");
  }
  const auto expected = std::min(static_cast<std::size_t>(info.st_size), kMaxFileSize);
  const auto changed =
      std::chrono::seconds(info.st_ctim.tv_sec) + std::chrono::nanoseconds(info.st_ctim.tv_nsec);
  return FileImage{read_all(file.get(), expected, path), info.st_dev, info.st_ino, info.st_nlink,
                   std::chrono::system_clock::time_point(changed)};
}

FileKind RootReader::kind(const std::string& path, bool follow) const {
  if (has_nul(path)) {
    return FileKind::unreadable;
  }
  const std::string whole = absolute_path(path, root_);
  const std::size_t slash = whole.rfind('/');
  std::deque<std::string> parts;
  prepend(parts, follow ? whole : whole.substr(0, slash + 1));
  std::string host;
  const auto without = [](int error) {
    return error == ENOENT || error == ENOTDIR ? FileKind::missing : FileKind::unreadable;
  };
  if (const int error = walk(root_, std::move(parts), host)) {
    return without(error);
  }
  struct stat info {};
  if (::lstat((follow ? host : host + whole.substr(slash)).c_str(), &info) != 0) {
    return without(errno);
  }
  return S_ISREG(info.st_mode)   ? FileKind::file
         : S_ISDIR(info.st_mode) ? FileKind::directory
         : S_ISLNK(info.st_mode) ? FileKind::link
                                 : FileKind::other;
}

std::vector<std::string> RootReader::list(const std::string& path) const {
  std::vector<std::string> names;
  const FileKind found = kind(path, true);
  if (found != FileKind::directory && found != FileKind::unreadable) {
    return names;
  }
  DIR* const stream = ::opendir(resolve(path).c_str());
  if (stream == nullptr) {
    fail(path, errno);
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> closer(stream, ::closedir);
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      names.emplace_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string RootReader::resolve(const std::string& path) const {
  return resolve_from(root_, path, Missing::is_error);
}

std::string RootReader::resolve_new(const std::string& path) const {
  return resolve_from(root_, path, Missing::is_new);
}

bool RootReader::has_root() const {
  struct stat info {};
  return root_.empty() || (::stat(root_.c_str(), &info) == 0 && S_ISDIR(info.st_mode));
}

std::string read_standard_input() { return read_all(STDIN_FILENO, std::nullopt, "-"); }

}  // namespace katafix
