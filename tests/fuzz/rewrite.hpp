#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katafix::fuzz {

/// The same config in other words.
struct Rewritten {
  std::string_view how;
  std::string text;
  /// Does it mean the same only when it still is TOML, with the same tree?
  bool may_fail = false;
};

/// Rewrites valid TOML without changing what it means: comments, blanks, line ends, quotes around
/// keys, the order of tables. Strings are left alone.
std::vector<Rewritten> rewritten(std::string_view text);

}  // namespace katafix::fuzz
