#pragma once

#include "report.hpp"

#include <cstddef>
#include <set>
#include <string_view>

namespace katafix {

/// Kata handlers by what is (or was) to be done, each once, however many places define it. What a
/// file will get from its template is not counted.
struct Counts {
  std::size_t kata = 0;     ///< all but the skipped
  std::size_t to_fix = 0;   ///< some place is to be edited
  std::size_t refused = 0;  ///< some place cannot be edited
  std::size_t right = 0;    ///< neither
  std::size_t skipped = 0;
  // Of those with the flag in their files, where the engine was asked: what its daemon says.
  std::size_t in_effect = 0;
  std::size_t not_in_effect = 0;
  std::size_t unknown = 0;  ///< it does not serve
  std::size_t errors = 0;   ///< findings, as are the warnings
  std::size_t warnings = 0;

  /// To fix, and not refused.
  [[nodiscard]] std::size_t lacking() const { return kata - right - refused; }
};

[[nodiscard]] Counts count(const Report& report);

/// Does it lack the flag in a file that others are rendered to?
[[nodiscard]] bool is_waiting(const HandlerReport& handler);

/// The paths of the files that were written.
[[nodiscard]] std::set<std::string_view> written_files(const Report& report);

}  // namespace katafix
