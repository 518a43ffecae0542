#include "katafix/node/path.hpp"

#include <filesystem>

namespace katafix {

std::string clean_path(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

std::string absolute_path(const std::string& path, const std::string& root) {
  if (path.starts_with('/')) {
    return clean_path(path);
  }
  return clean_path((root.empty() ? std::filesystem::current_path().string() : std::string()) +
                    "/" + path);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string path;
  for (const std::string& part : parts) {
    path.append("/").append(part);
  }
  return path;
}

}  // namespace katafix
