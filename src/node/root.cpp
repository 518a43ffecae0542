#include "root.hpp"

#include "katafix/text/finding.hpp"

#include "descriptor.hpp"
#include "path.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <deque>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace katafix {

namespace {

constexpr int kMaxLinks = 40;
constexpr int kStep = O_PATH | O_NOFOLLOW | O_CLOEXEC;

int open_how(int root, const std::string& path, int flags, std::uint64_t resolve) {
  struct open_how how {};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = resolve;
  return static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how));
}

/// Is a walk to be tried? Kernels before 5.6 have no openat2, filters of system calls refuse what
/// they do not know, and who renames all the time keeps the kernel from being sure of a `..`.
bool needs_walk(int error) { return error == ENOSYS || error == EPERM || error == EAGAIN; }

/// Pushes a path's parts in front of those that are still to go.
void prepend(std::deque<std::string>& parts, const std::string& path) {
  for (std::size_t end = path.size(); end != std::string::npos && end > 0;) {
    const std::size_t slash = path.rfind('/', end - 1);
    const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
    if (begin < end) {
      parts.push_front(path.substr(begin, end - begin));
    }
    end = slash;
  }
}

/// Goes down from a root part by part, following links inside it. What it has passed is known to be
/// no link and is opened as such again, so that nobody leads it out by moving a directory.
class Walk {
 public:
  explicit Walk(int root) : root_(root), here_(-1), parent_(-1) {}

  enum class Last { follow, keep };

  /// 0 or an errno.
  [[nodiscard]] int go(const std::string& path, Last last, Root::Missing missing) {
    if (path.size() >= PATH_MAX) {
      return ENAMETOOLONG;
    }
    prepend(parts_, path);
    while (!parts_.empty()) {
      const std::string part = std::move(parts_.front());
      parts_.pop_front();
      const int error = part == ".."  ? up()
                        : part == "." ? 0
                                      : down(part, last == Last::follow || !parts_.empty());
      if (error == ENOENT && missing == Root::Missing::is_new) {
        invent(part);
        return 0;
      }
      if (error != 0) {
        return error;
      }
    }
    return 0;
  }

  [[nodiscard]] std::string path() const { return done_.empty() ? "/" : joined(done_); }

  /// Opens what it came to, which must still be there.
  [[nodiscard]] int open(int flags) const {
    return done_.empty()
               ? ::openat(root_, ".", flags | O_CLOEXEC)
               : ::openat(at(parent_), done_.back().c_str(), flags | O_CLOEXEC | O_NOFOLLOW);
  }

 private:
  [[nodiscard]] int at(const Descriptor& directory) const {
    return directory.get() < 0 ? root_ : directory.get();
  }

  int enter(const std::string& part) {
    Descriptor child(::openat(at(here_), part.c_str(), kStep));
    if (child.get() < 0) {
      return errno;
    }
    parent_ = std::exchange(here_, std::move(child));
    done_.push_back(part);
    return 0;
  }

  int down(const std::string& part, bool follows) {
    if (const int error = enter(part)) {
      return error;
    }
    struct stat info {};
    if (::fstat(here_.get(), &info) != 0) {
      return errno;
    }
    return S_ISLNK(info.st_mode) && follows ? follow() : 0;
  }

  int follow() {
    std::array<char, PATH_MAX> target;  // NOLINT(*-member-init): filled by the call
    const ssize_t size = ::readlinkat(here_.get(), "", target.data(), target.size());
    if (size < 0) {
      return errno;
    }
    if (++links_ > kMaxLinks) {
      return ELOOP;
    }
    const std::string to(target.data(), static_cast<std::size_t>(size));
    prepend(parts_, to);
    return to.starts_with('/') ? go_back_to({}) : up();
  }

  int up() {
    if (!done_.empty()) {
      done_.pop_back();
    }
    return go_back_to(std::exchange(done_, {}));
  }

  /// From the root again: `..` of a directory that was moved would lead elsewhere.
  int go_back_to(const std::vector<std::string>& parts) {
    done_.clear();
    here_ = Descriptor(-1);
    parent_ = Descriptor(-1);
    for (const std::string& part : parts) {
      if (const int error = enter(part)) {
        return error;
      }
    }
    return 0;
  }

  /// What is not there yet has no links.
  void invent(const std::string& part) {
    done_.push_back(part);
    for (const std::string& rest : parts_) {
      if (rest == ".." && !done_.empty()) {
        done_.pop_back();
      } else if (rest != "." && rest != "..") {
        done_.push_back(rest);
      }
    }
  }

  int root_;
  Descriptor here_;
  Descriptor parent_;
  std::deque<std::string> parts_;
  std::vector<std::string> done_;
  int links_ = 0;
};

std::string below(const std::string& path) {
  const std::size_t begin = path.find_first_not_of('/');
  return begin == std::string::npos ? "." : path.substr(begin);
}

/// As absolute_path, but `..` stays: behind a link it leads elsewhere than the text says.
std::string from_root(const std::string& path, const std::string& root) {
  return path.starts_with('/') ? path
         : root.empty()        ? working_directory() + "/" + path
                               : "/" + path;
}

}  // namespace

int open_in_root(int root, const std::string& path, int flags) {
  const int file = open_how(root, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  if (file >= 0 || !needs_walk(errno)) {
    return file;
  }
  Walk walk(root);
  errno = walk.go(path, (flags & O_NOFOLLOW) != 0 ? Walk::Last::keep : Walk::Last::follow,
                  Root::Missing::is_error);
  return errno == 0 ? walk.open(flags) : -1;
}

int open_without_links(int root, const std::string& path, int flags) {
  std::string parts = below(path);
  const int file = open_how(root, parts, flags | O_NOFOLLOW,
                            RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
  if (file >= 0 || !needs_walk(errno)) {
    return file;
  }
  Descriptor here(-1);
  for (std::size_t slash = parts.find('/'); slash != std::string::npos; slash = parts.find('/')) {
    const std::string part = parts.substr(0, slash);
    Descriptor next(part == ".." ? -1
                                 : ::openat(here.get() < 0 ? root : here.get(), part.c_str(),
                                            kStep | O_DIRECTORY));
    if (next.get() < 0) {
      return -1;
    }
    here = std::move(next);
    parts = below(parts.substr(slash));
  }
  errno = ELOOP;
  return parts == ".." ? -1
                       : ::openat(here.get() < 0 ? root : here.get(), parts.c_str(),
                                  flags | O_NOFOLLOW | O_CLOEXEC);
}

int list_names(int directory, std::vector<std::string>& names) {
  Descriptor opened(directory);
  DIR* const stream = directory < 0 ? nullptr : ::fdopendir(directory);
  if (stream == nullptr) {
    return -1;
  }
  (void)opened.release();  // the stream closes it
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      names.emplace_back(name);
    }
  }
  const int error = errno;
  ::closedir(stream);
  errno = error;
  return error == 0 ? 0 : -1;
}

Root::Root(std::string path)
    : path_(std::move(path)),
      descriptor_(::open(path_.empty() ? "/" : path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

Root::~Root() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

int Root::open(const std::string& path, int flags) const {
  return path_.empty() ? ::open(path.c_str(), flags | O_CLOEXEC)
                       : open_in_root(descriptor_, path, flags);
}

std::string Root::real_path(const std::string& path, Missing missing) const {
  Walk walk(descriptor_);
  if (const int error = walk.go(from_root(path, path_), Walk::Last::follow, missing)) {
    throw Error(Code::unreadable, path, std::string("cannot read it: ") + std::strerror(error),
                advice_on_rights(error));
  }
  return walk.path();
}

std::string advice_on_rights(int error) {
  return error == EACCES && ::geteuid() != 0 ? std::string(kRunAsRoot) : "";
}

}  // namespace katafix
