#pragma once

#include "katafix/text/finding.hpp"

#include "node/reader.hpp"

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace katafix::test {

/// A node in memory. A link leads to another path of it, or nowhere.
class FakeNode final : public FileReader {
 public:
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;
  std::set<std::string> empty_directories;

  [[nodiscard]] std::optional<FileImage> read(const std::string& path) const override {
    const std::string target = followed(path);
    if (is_directory(target)) {
      throw Error(Code::not_a_file, path, "it is a directory");
    }
    const auto file = files.find(target);
    if (file == files.end()) {
      return std::nullopt;
    }
    const auto inode = static_cast<std::uint64_t>(std::distance(files.begin(), file)) + 1;
    return FileImage{file->second, 1, inode};
  }

  [[nodiscard]] FileKind kind(const std::string& path, bool follow) const override {
    if (!follow && links.contains(path)) {
      return FileKind::link;
    }
    const std::string target = followed(path);
    return is_directory(target)     ? FileKind::directory
           : files.contains(target) ? FileKind::file
                                    : FileKind::missing;
  }

  [[nodiscard]] std::vector<std::string> list(const std::string& path) const override {
    std::set<std::string> names;
    const std::string directory = path == "/" ? path : path + "/";
    const auto add = [&](const std::string& inside) {
      if (inside.starts_with(directory)) {
        const std::string rest = inside.substr(directory.size());
        names.insert(rest.substr(0, rest.find('/')));
      }
    };
    for (const auto& [file, bytes] : files) {
      add(file);
    }
    for (const auto& [link, target] : links) {
      add(link);
    }
    for (const std::string& inside : empty_directories) {
      add(inside);
    }
    return {names.begin(), names.end()};
  }

 private:
  [[nodiscard]] std::string followed(const std::string& path) const {
    const auto link = links.find(path);
    return link == links.end() ? path : link->second;
  }

  [[nodiscard]] bool is_directory(const std::string& path) const {
    return empty_directories.contains(path) || !list(path).empty();
  }
};

}  // namespace katafix::test
