#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace katafix {

/// What became of a program.
struct Outcome {
  /// "exited with status 1", "did not end within 30 s", ...; empty when it has succeeded.
  std::string failure;
  std::string out;  ///< what is kept of its standard output: the end
  std::string err;  ///< the same of its standard error

  [[nodiscard]] bool has_succeeded() const { return failure.empty(); }
};

/// How much is kept of what a program prints on a stream; no less than a pipe holds.
inline constexpr std::size_t kKept = 65'536;

/// Runs a program (found in $PATH) without a shell, in a process group of its own, with LC_ALL=C
/// and nothing on standard input. When it ends, at the time limit, and on a signal that would end
/// katafix, all that is left of the group is killed.
[[nodiscard]] Outcome run_program(std::vector<std::string> words, std::chrono::milliseconds limit);

/// The same for a program that nobody named: only one that find_program() trusts is run.
[[nodiscard]] Outcome run_own_program(std::vector<std::string> words,
                                      std::chrono::milliseconds limit, std::size_t kept = kKept);

/// The last 20 lines of what a program printed, without blank ones at the end.
[[nodiscard]] std::string last_lines(std::string text);

}  // namespace katafix
