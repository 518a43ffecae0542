#pragma once

#include "root.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace katafix {

/// What a file held when it was read, and which file that was.
struct FileImage {
  std::string bytes;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t links = 1;                             ///< hard links: its names
  std::chrono::system_clock::time_point changed = {};  ///< bytes or metadata (ctime)
};

/// What is at a path. `unreadable`: nobody knows, as a directory on the way is closed to us, or the
/// links on it form a circle.
enum class FileKind { missing, file, directory, link, other, unreadable };

/// The one way in which files are read and directories listed. Paths are absolute, from the node's
/// root, unless a class says more.
class FileReader {
 public:
  FileReader() = default;
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  virtual ~FileReader() = default;

  /// The file at a path on the node; nothing when there is none (or a dangling link).
  /// Throws Error when it cannot be read, is no regular file, or is larger than kMaxFileSize.
  [[nodiscard]] virtual std::optional<FileImage> read(const std::string& path) const = 0;

  /// What is at a path. Links before its last part are followed; `follow` follows that one, too.
  [[nodiscard]] virtual FileKind kind(const std::string& path, bool follow) const = 0;

  /// The names in a directory in byte order, without `.` and `..`; empty when there is none.
  /// Throws Error when it cannot be listed.
  [[nodiscard]] virtual std::vector<std::string> list(const std::string& path) const = 0;

  /// The file's own path from the node's root, links resolved. Throws Error when it leads nowhere.
  [[nodiscard]] virtual std::string real_path(const std::string& path) const { return path; }
};

/// Reads below a root directory. Links are resolved inside the root and never leave it.
class RootReader final : public FileReader {
 public:
  /// `root` is empty for the machine's own files.
  explicit RootReader(std::string root) : root_(std::move(root)) {}

  [[nodiscard]] std::optional<FileImage> read(const std::string& path) const override;
  [[nodiscard]] FileKind kind(const std::string& path, bool follow) const override;
  [[nodiscard]] std::vector<std::string> list(const std::string& path) const override;
  [[nodiscard]] std::string real_path(const std::string& path) const override {
    return root_.real_path(path);
  }

  [[nodiscard]] const Root& root() const { return root_; }

 private:
  Root root_;
};

/// All of standard input. Throws Error when it cannot be read or is larger than kMaxFileSize.
[[nodiscard]] std::string read_standard_input();

}  // namespace katafix
