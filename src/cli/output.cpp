#include "output.hpp"

#include "daemon/log.hpp"
#include "node/loaded_places.hpp"
#include "node/path.hpp"
#include "node/root.hpp"
#include "report/terminal.hpp"
#include "report/told.hpp"
#include "store/status_file.hpp"
#include "text/quote.hpp"

#include <spdlog/logger.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace katafix::cli {

namespace {

constexpr std::string_view kSummaryMark = R"({"schema":)";

bool is_dumb() {
  const char* const terminal = std::getenv("TERM");
  return terminal != nullptr && std::strcmp(terminal, "dumb") == 0;
}

/// One that can do more than print lines.
bool is_terminal(int file) { return !is_dumb() && ::isatty(file) == 1; }

Color color_for(ColorMode mode, int file) {
  if (mode != ColorMode::automatic) {
    return mode == ColorMode::always ? Color::yes : Color::no;
  }
  const char* const no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') {
    return Color::no;
  }
  const char* const force = std::getenv("CLICOLOR_FORCE");
  const bool is_forced = force != nullptr && *force != '\0' && std::strcmp(force, "0") != 0;
  return is_forced || is_terminal(file) ? Color::yes : Color::no;
}

/// What is no terminal has no end, and one that does not know its width (a serial line) has the
/// usual one.
std::size_t width_of(int file) {
  constexpr std::size_t usual = 80;
  winsize size{};
  if (::isatty(file) != 1) {
    return kEndless;
  }
  return ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

Screen screen_for(ColorMode mode, int file) { return {color_for(mode, file), width_of(file)}; }

spdlog::level::level_enum level_of(const Finding& finding) {
  return finding.severity == Severity::error     ? spdlog::level::err
         : finding.severity == Severity::warning ? spdlog::level::warn
                                                 : spdlog::level::info;
}

void tell(const Finding& finding, const Screen& screen, std::size_t count = 1) {
  std::string text = to_text(finding, screen, count);
  text.pop_back();  // the logger ends the line
  logger().log(level_of(finding), text);
}

/// Is the path in it one of this machine's, whatever the root is?
bool is_of_machine(const Finding& finding, const Options& options) {
  constexpr std::array codes = {Code::bad_backup_dir, Code::bad_backup, Code::no_such_run,
                                Code::locked};
  const std::array<std::string_view, 4> named = {options.metrics, options.summary, options.policy,
                                                 ""};
  return std::ranges::find(codes, finding.code) != codes.end() ||
         std::ranges::find(named, finding.file) != named.end();
}

/// The status files are this machine's, whatever --root is.
std::string checked(const std::string& path) {
  const std::string whole = absolute_path(path, "");
  const std::string directory = whole.substr(0, whole.rfind('/') + 1);
  if (is_loaded_whole(Root("").real_path(directory, Root::Missing::is_new))) {
    throw Error(Code::unsafe_target, path, "a container engine would load it from here",
                "name a file in another directory");
  }
  return path;
}

}  // namespace

void tell(const UsageError& error) {
  const std::string text = "katafix: " + printable(error.what());
  std::fputs(paragraph(text, 0, screen_for(ColorMode::never, STDERR_FILENO)).c_str(), stderr);
  std::fputs("katafix --help shows how it is used.\n", stderr);
}

Output::Output(const Options& options)
    : options_(options), screen_(screen_for(options.color, STDOUT_FILENO)) {
  logger().set_level(options.verbose ? spdlog::level::debug : spdlog::level::warn);
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
        tell(error.finding(), screen_for(options_.color, STDERR_FILENO));
      }
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Output::findings(const Report& report) const {
  // What is printed in another format has all findings. On standard error it leaves the errors,
  // for logs, unless its own lines say the same.
  if (options_.format == Format::gcc || options_.format == Format::github) {
    return;
  }
  const bool only_errors = options_.format != Format::text || options_.quiet;
  const Screen screen = screen_for(options_.color, STDERR_FILENO);
  const FromHere from_here(report);
  std::vector<Finding> wanted;
  for (const Finding& finding : report.findings) {
    if ((only_errors && finding.severity != Severity::error) ||
        !logger().should_log(level_of(finding))) {
      continue;
    }
    wanted.push_back(finding);
    if (!is_of_machine(finding, options_)) {
      wanted.back().file = path_from_here(report.root, finding.file);
      wanted.back().message = from_here(finding.message);
      wanted.back().advice = from_here(finding.advice);
    }
  }
  if (options_.verbose) {
    for (const Finding& finding : wanted) {
      tell(finding, screen);
    }
    return;
  }
  for (const Told& told : told_once(std::move(wanted), report)) {
    tell(told.finding, screen, told.count);
  }
}

void Output::report(const Report& report) const {
  findings(report);
  const Sink sink = [this](std::string_view piece) { raw(piece); };
  switch (options_.format) {
    case Format::text:
      return raw(text_of(report));
    case Format::json:
      return write_json(report, JsonWriter::Layout::many_lines, sink);
    case Format::gcc:
      return raw(to_gcc(report));
    case Format::github:
      return raw(to_github(report));
    case Format::sarif:
      return write_sarif(report, KATAFIX_VERSION, sink);
  }
}

std::string Output::text_of(const Report& report) const {
  std::string text;
  for (const FileReport& file : report.files) {
    text += colored_diff(file.diff.value_or(""), screen_.color);
  }
  if (options_.command == Command::restore) {
    text += options_.quiet && !report.runs ? "" : to_restore_text(report);
  } else if (!options_.quiet && options_.command != Command::diff && !options_.dry_run) {
    text += to_text(report, options_.verbose ? Detail::all : Detail::normal, screen_);
  }
  return text;
}

void Progress::count() {
  // Fewer are read in no time, and a line for each would cost more than reading it.
  constexpr std::size_t many = 500;
  constexpr std::size_t step = 100;
  const std::size_t count = ++count_;
  if (count == many) {
    is_shown_ = is_wanted_ && is_terminal(STDERR_FILENO);
  }
  if (is_shown_ && count % step == 0) {
    std::fprintf(stderr, "\rkatafix: %zu files read", count);
  }
}

void Progress::end() const {
  if (is_shown_) {
    std::fputs("\r\033[K", stderr);
  }
}

void leave_status_files(const Options& options, const Report& report) {
  System system;
  if (!options.metrics.empty()) {
    replace_status_file(system, checked(options.metrics), to_metrics(report, std::time(nullptr)));
  }
  if (!options.summary.empty()) {
    overwrite_status_file(system, checked(options.summary), to_summary(report), kSummaryMark);
  }
}

}  // namespace katafix::cli
