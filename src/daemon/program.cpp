#include "program.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

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

/// Goes from the root link by link, as the kernel would. The path without links, or nothing where
/// `program` is told why.
fs::path resolved(const fs::path& path, int& links, Program& program) {
  fs::path at;
  for (const fs::path& part : path) {
    if (part == ".." || part == "." || part.empty()) {
      at = part == ".." ? at.parent_path() : at;
      continue;
    }
    fs::path next = at / part;
    struct stat info {};
    if (::lstat(next.c_str(), &info) != 0) {
      program.error = errno;
      return {};
    }
    if (!is_ours_alone(info)) {
      program.distrusted = "others than root may change " + next.string();
      return {};
    }
    if (S_ISLNK(info.st_mode)) {
      std::error_code error;
      const fs::path target = fs::read_symlink(next, error);
      if (error || ++links > kMaxLinks) {
        program.error = error ? error.value() : ELOOP;
        return {};
      }
      next = resolved(at / target, links, program);
      if (next.empty()) {
        return {};
      }
    }
    at = std::move(next);
  }
  return at;
}

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
  Program program;
  int links = 0;
  program.path = resolved(path, links, program).string();
  return program;
}

}  // namespace katafix
