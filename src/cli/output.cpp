#include "output.hpp"

#include "log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace katafix::cli {

namespace {

Color color_for(ColorMode mode, int file) {
  if (mode != ColorMode::automatic) {
    return mode == ColorMode::always ? Color::yes : Color::no;
  }
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool wanted = (no_color == nullptr || *no_color == '\0') &&
                      (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
  return wanted && ::isatty(file) == 1 ? Color::yes : Color::no;
}

}  // namespace

Output::Output(const Options& options)
    : options_(options), color_(color_for(options.color, STDOUT_FILENO)) {
  start_log(options.verbose);
}

void Output::raw(std::string_view text) const {
  while (!text.empty() && complete_) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      // A reader that has seen enough (`katafix diff | head`) is no trouble.
      if (errno != EPIPE) {
        complete_ = false;
        const Error error(Code::write_failed, "standard output", std::strerror(errno));
        tell(error.finding(), color_for(options_.color, STDERR_FILENO));
      }
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Output::findings(const Report& report) const {
  // JSON has all findings; on standard error it leaves the errors, for logs.
  const bool only_errors = options_.json || options_.quiet;
  const auto is_told = [&](const Finding& finding) {
    return finding.severity == Severity::error ||
           (!only_errors && (finding.severity == Severity::warning || options_.verbose));
  };
  if (std::none_of(report.findings.begin(), report.findings.end(), is_told)) {
    return;
  }
  const Color color = color_for(options_.color, STDERR_FILENO);
  for (const Finding& finding : report.findings) {
    if (is_told(finding)) {
      tell(finding, color);
    }
  }
}

void Output::report(const Report& report, const std::string& diffs) const {
  findings(report);
  if (options_.json) {
    raw(to_json(report));
    return;
  }
  raw(colored_diff(diffs, color_));
  if (!options_.quiet) {
    raw(to_text(report, options_.verbose ? Detail::all : Detail::normal, color_));
  }
}

void Output::diff(const Report& report, const std::string& diffs) const {
  findings(report);
  raw(options_.json ? to_json(report) : colored_diff(diffs, color_));
}

void Output::restored(const Report& report) const {
  findings(report);
  if (options_.json) {
    raw(to_json(report));
  } else if (!options_.quiet || report.runs) {
    raw(to_restore_text(report));
  }
}

}  // namespace katafix::cli
