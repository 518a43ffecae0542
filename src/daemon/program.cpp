#include "program.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace katafix {

namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;  // as the kernel's

/// In a sticky directory others make names, but rename and remove none that are not theirs; and
/// what is entered in it must be ours as well. So /tmp does not make root's own directories unsafe.
bool is_ours_alone(const struct stat& info) {
  const bool is_ours = info.st_uid == 0 || info.st_uid == ::geteuid();
  const bool is_sticky = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
  const bool is_shared = !S_ISLNK(info.st_mode) && (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  return is_ours && (is_sticky || !is_shared);
}

/// Goes from the root to the program, link by link, as the kernel would.
class Walk {
 public:
  explicit Walk(const std::string& path) { add(path); }

  Program run() && {
    std::string at;
    if (!is_safe("/")) {
      return std::move(program_);
    }
    while (!parts_.empty()) {
      const std::string part = std::move(parts_.back());
      parts_.pop_back();
      if (part == "..") {
        at.erase(std::min(at.rfind('/'), at.size()));
      } else if (!part.empty() && part != "." && !enter(at, part)) {
        return std::move(program_);
      }
    }
    program_.path = std::move(at);
    return std::move(program_);
  }

 private:
  void add(const fs::path& path) {
    const fs::path relative = path.relative_path();
    const std::vector<fs::path> parts(relative.begin(), relative.end());
    std::transform(parts.rbegin(), parts.rend(), std::back_inserter(parts_),
                   [](const fs::path& part) { return part.string(); });
  }

  bool is_safe(const std::string& path) {
    if (::lstat(path.c_str(), &info_) != 0) {
      program_.error = errno;
      return false;
    }
    if (!is_ours_alone(info_)) {
      program_.distrusted = "others than root may change " + path;
      return false;
    }
    return true;
  }

  bool enter(std::string& at, const std::string& part) {
    std::string next = at;
    next.append("/").append(part);
    if (!is_safe(next)) {
      return false;
    }
    if (!S_ISLNK(info_.st_mode)) {
      at = std::move(next);
      return true;
    }
    std::error_code error;
    const fs::path target = fs::read_symlink(next, error);
    if (error || ++links_ > kMaxLinks) {
      program_.error = error ? error.value() : ELOOP;
      return false;
    }
    if (target.is_absolute()) {
      at.clear();
    }
    add(target);
    return true;
  }

  Program program_;
  std::vector<std::string> parts_;  // the next one last
  struct stat info_ {};
  int links_ = 0;
};

bool can_be_run(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

/// Where a name is in $PATH; empty for nowhere. What hangs on the working directory does not count.
std::string in_path(const std::string& name) {
  const char* const variable = std::getenv("PATH");
  std::string_view rest = variable == nullptr ? "/bin:/usr/bin" : variable;
  while (!rest.empty()) {
    const std::string_view directory = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(directory.size() + 1, rest.size()));
    std::string path = std::string(directory) + '/' + name;
    if (directory.starts_with('/') && can_be_run(path)) {
      return path;
    }
  }
  return {};
}

}  // namespace

Program find_program(const std::string& name) {
  const std::string path = name.find('/') == std::string::npos ? in_path(name) : name;
  if (!path.starts_with('/')) {
    return {{}, ENOENT, {}};
  }
  return Walk(path).run();
}

}  // namespace katafix
