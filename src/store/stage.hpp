#pragma once

#include "system.hpp"

#include <string>
#include <string_view>

namespace katafix {

/// A directory of its own (below $TMPDIR or /tmp) that nobody else can look into. It goes, with all
/// that is in it, at the end of the scope.
class Stage {
 public:
  /// Throws Error (Code::write_failed) when it cannot be made.
  explicit Stage(System& system);
  /// Throws the Error of that as far as it can be foreseen.
  static void check();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();

  /// Writes a file, and the directories above it. `path` begins with a slash, and is clean.
  /// Throws Error (Code::write_failed).
  void add(const std::string& path, std::string_view bytes);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// What is in it is not removed.
  void keep() { is_kept_ = true; }

 private:
  System& system_;
  std::string path_;
  bool is_kept_ = false;
};

}  // namespace katafix
