#pragma once

#include "options.hpp"
#include "report/report.hpp"

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

namespace katafix::cli {

/// Says on standard error what is wrong with the command line.
void tell(const UsageError& error);

/// Standard output and standard error as the options want them.
class Output {
 public:
  explicit Output(const Options& options);

  /// The findings, then the diffs and (unless quiet) what was done, or the format that is asked
  /// for.
  void report(const Report& report) const;
  /// Errors and warnings (with -v notes, too) on standard error.
  void findings(const Report& report) const;
  /// Bytes as they are, on standard output.
  void raw(std::string_view text) const;

  /// Did everything that was to go to standard output get there?
  [[nodiscard]] bool is_complete() const { return complete_; }

 private:
  [[nodiscard]] std::string text_of(const Report& report) const;

  const Options& options_;
  Screen screen_;
  mutable bool complete_ = true;
};

/// Tells on a terminal how far the reading has come, in one line that goes again. Of few files it
/// says nothing.
class Progress {
 public:
  explicit Progress(bool is_wanted) : is_wanted_(is_wanted) {}

  /// One more file is read.
  void count();
  /// Takes the line away: what is told next begins at the margin.
  void end() const;

 private:
  bool is_wanted_;
  std::atomic<bool> is_shown_ = false;
  std::atomic<std::size_t> count_ = 0;
};

/// Leaves what --metrics and --summary ask for. Throws Error.
void leave_status_files(const Options& options, const Report& report);

}  // namespace katafix::cli
