#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace katafix {

/// Is it "main", or a release of CRI-O 1.x with or without its patch level?
[[nodiscard]] bool is_crio_version(std::string_view text);

/// A release of CRI-O 1.x.
class CrioRelease {
 public:
  /// "1.24.3", "1.24" (its newest patch), or "main"; what is no version counts as the newest.
  explicit CrioRelease(std::string_view version);

  /// Is it release 1.MINOR.PATCH or a later one?
  [[nodiscard]] bool since(unsigned minor, unsigned patch = 0) const {
    return number_ >= std::pair(minor, patch);
  }

  /// The handler that is there without any file, and the default.
  [[nodiscard]] std::string built_in_handler() const { return since(31) ? "crun" : "runc"; }

  /// "CRI-O 1.24.3", for people.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::pair<unsigned, unsigned> number_;  // minor, patch
  std::string name_;
};

}  // namespace katafix
