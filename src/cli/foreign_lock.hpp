#pragma once

#include "node/descriptor.hpp"

#include <string>

namespace katafix::cli {

/// The lock of another tool that writes engines' configs, held for as long as this lives. It is
/// never made: without the file nobody else is at work. What is no regular file of root's (or of
/// the caller's) is no such lock, and is not waited for.
class ForeignLock {
 public:
  /// Waits 10 s at most; then throws Error, Code::locked.
  explicit ForeignLock(const std::string& path);

 private:
  Descriptor file_;
};

}  // namespace katafix::cli
