#pragma once

#include "katafix/report/report.hpp"

#include "options.hpp"

#include <string>
#include <string_view>

namespace katafix::cli {

/// Standard output and standard error as the options want them.
class Output {
 public:
  explicit Output(const Options& options);

  /// The findings, then (unless quiet) the diffs and the report, or the JSON object alone.
  void report(const Report& report, const std::string& diffs) const;
  /// The findings, then the diffs alone, or the JSON object.
  void diff(const Report& report, const std::string& diffs) const;
  /// What restore did, or restore --list shows.
  void restored(const Report& report) const;
  /// Errors and warnings (with -v notes, too) on standard error.
  void findings(const Report& report) const;
  /// Bytes as they are, on standard output.
  void raw(std::string_view text) const;

  /// Did everything that was to go to standard output get there?
  [[nodiscard]] bool is_complete() const { return complete_; }

 private:
  const Options& options_;
  Color color_;
  mutable bool complete_ = true;
};

}  // namespace katafix::cli
