#include "path.hpp"

#include "katafix/text/finding.hpp"

#include <climits>
#include <filesystem>
#include <system_error>

namespace katafix {

namespace {

/// Is an absolute path free of `.`, `..` and doubled slashes, as nearly all are?
bool is_clean(const std::string& path) {
  return path.starts_with('/') && path.find("//") == std::string::npos &&
         path.find("/.") == std::string::npos;
}

}  // namespace

std::string clean_path(const std::string& path) {
  // No kernel opens one that is too long, and to clean it may take very long.
  if (is_clean(path) || path.size() >= PATH_MAX) {
    return path;
  }
  return std::filesystem::path(path).lexically_normal().string();
}

std::string working_directory() {
  std::error_code error;
  std::string path = std::filesystem::current_path(error).string();
  if (error) {
    throw Error(Code::unreadable, ".", "the working directory is gone",
                "change to one that exists");
  }
  return path;
}

std::string absolute_path(const std::string& path, const std::string& root) {
  if (path.starts_with('/')) {
    return clean_path(path);
  }
  return clean_path((root.empty() ? working_directory() : std::string()) + "/" + path);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string path;
  for (const std::string& part : parts) {
    path.append("/").append(part);
  }
  return path;
}

}  // namespace katafix
