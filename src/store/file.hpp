#pragma once

#include "katafix/text/finding.hpp"

#include "system.hpp"

#include <optional>
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

  [[nodiscard]] System& system() const { return *system_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// What people know it by.
  [[nodiscard]] const std::string& shown() const { return shown_; }
  [[nodiscard]] struct stat info() const;
  [[nodiscard]] std::string read_all() const;
  /// Reads it from its start to its end: are these its bytes?
  [[nodiscard]] bool holds(std::string_view bytes) const;
  void write_all(std::string_view bytes) const;
  /// Waits until the disk has all of it.
  void sync() const;

 private:
  /// Nothing is there when it is 0.
  [[nodiscard]] std::size_t read_at(std::size_t offset, char* bytes, std::size_t size) const;

  System* system_;
  int descriptor_;
  std::string shown_;
};

/// Opens the regular file of a name in a directory, never waiting and following no link; nothing
/// when there is none. It is looked at before it is opened, which for a device may do something,
/// and again afterwards. Throws Error (Code::unsafe_target) when something else is there.
[[nodiscard]] std::optional<File> open_regular(System& system, int directory,
                                               const std::string& name, int access,
                                               const std::string& shown);

/// Can nobody else replace what is in a directory? It is root's or one's own, and where others may
/// write to it (in one's own: those outside its group) it is sticky.
[[nodiscard]] bool is_trusted(const struct stat& directory);

/// A name for a temporary file; it ends in no suffix that an engine loads.
[[nodiscard]] std::string new_temporary();

/// Is it such a name?
[[nodiscard]] bool is_temporary(std::string_view name);

/// Does the errno of a failed open say that nothing is there?
[[nodiscard]] bool is_gone(int error);

/// Throws Error for the errno of a failed system call on a file.
[[noreturn]] void fail(const std::string& shown, std::string_view what,
                       Code code = Code::write_failed, std::string advice = {});

}  // namespace katafix
