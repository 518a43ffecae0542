#pragma once

#include "katafix/node/reader.hpp"

#include <cstddef>

namespace katafix::cli {

/// Reads files as another reader does, and tells on standard error how far that has come, in one
/// line that goes again. A run over few files says nothing.
class ProgressReader final : public FileReader {
 public:
  /// Nothing is shown where it is not wanted, or standard error is no terminal.
  ProgressReader(const FileReader& reader, bool is_wanted)
      : reader_(reader), is_wanted_(is_wanted) {}

  [[nodiscard]] std::optional<FileImage> read(const std::string& path) const override;
  [[nodiscard]] FileKind kind(const std::string& path, bool follow) const override {
    return reader_.kind(path, follow);
  }
  [[nodiscard]] std::vector<std::string> list(const std::string& path) const override {
    return reader_.list(path);
  }
  [[nodiscard]] std::string real_path(const std::string& path) const override {
    return reader_.real_path(path);
  }

  /// Takes the line away: what is told next begins at the margin.
  void end() const;

 private:
  const FileReader& reader_;
  bool is_wanted_;
  mutable bool is_shown_ = false;
  mutable std::size_t count_ = 0;
};

}  // namespace katafix::cli
