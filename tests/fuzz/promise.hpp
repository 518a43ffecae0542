#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace katafix::fuzz {

/// Ends the process, and names the promise, when it does not hold: a crash is what libFuzzer
/// looks for.
inline void promise(bool holds, std::string_view name, std::string_view detail = {}) {
  if (holds) {
    return;
  }
  const std::string line =
      "broken promise: " + std::string(name) + "\n" + std::string(detail) + "\n";
  std::fputs(line.c_str(), stderr);
  std::abort();
}

}  // namespace katafix::fuzz
