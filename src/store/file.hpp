#pragma once

#include "katafix/store/system.hpp"
#include "katafix/text/finding.hpp"

#include <string>
#include <string_view>

namespace katafix {

/// An open file or directory, closed at the end of its scope.
class File {
 public:
  /// Throws Error (Code::write_failed, with errno's text) when it cannot be opened.
  File(System& system, int directory, const std::string& name, int flags, const std::string& shown,
       mode_t mode = 0, std::string_view what = "open it");
  /// Takes over an open descriptor.
  File(System& system, int descriptor, std::string shown);
  File(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File& operator=(File&&) = delete;
  ~File();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] struct stat info() const;
  [[nodiscard]] std::string read_all() const;
  /// Reads it from its start to its end: are these its bytes?
  [[nodiscard]] bool holds(std::string_view bytes) const;
  void write_all(std::string_view bytes) const;
  void sync() const;

 private:
  /// Nothing is there when it is 0.
  [[nodiscard]] std::size_t read_at(std::size_t offset, char* bytes, std::size_t size) const;

  System* system_;
  int descriptor_;
  std::string shown_;
};

/// Waits until the disk has all of an open file or directory.
void sync(System& system, int descriptor, const std::string& shown);

/// Does the errno of a failed open say that nothing is there?
[[nodiscard]] bool is_gone(int error);

/// Throws Error for the errno of a failed system call on a file.
[[noreturn]] void fail(const std::string& shown, std::string_view what,
                       Code code = Code::write_failed, std::string advice = {});

/// "/a/b" and "c" of "/a/b/c".
struct SplitPath {
  std::string directory;
  std::string name;
};
[[nodiscard]] SplitPath split_path(const std::string& path);

}  // namespace katafix
