#pragma once

#include "katafix/store/replace.hpp"

#include "file.hpp"

#include <string>

namespace katafix {

/// A target as it is now.
struct TargetFile {
  struct stat info {};
  std::string bytes;
};

/// Throws Error when it cannot be read or is no regular file.
[[nodiscard]] TargetFile read_target(System& system, const std::string& target,
                                     const std::string& shown);

/// One replacement, written to a temporary file and durable, but not yet in place. The temporary
/// file goes when this does.
class Pending {
 public:
  Pending(System& system, const Replacement& replacement);
  Pending(Pending&& other) noexcept;
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  Pending& operator=(Pending&&) = delete;
  ~Pending();

  /// Puts the new file in place of the old. Throws Code::conflict when that has changed since.
  void commit();
  /// Makes commit() durable.
  void sync_directories() const;

 private:
  void write();
  void copy_attributes(const File& from, const File& to) const;

  System* system_;
  const Replacement* replacement_;
  SplitPath target_;
  File target_directory_;
  File temporary_directory_;
  std::string temporary_name_;
};

}  // namespace katafix
