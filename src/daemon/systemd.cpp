#include "systemd.hpp"

#include "log.hpp"
#include "process.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>

namespace katafix {

namespace {

using std::chrono::microseconds;

constexpr std::chrono::seconds kAskLimit{5};

/// The value of a line `KEY=VALUE`, or nothing.
std::optional<std::string_view> value_of(std::string_view printed, std::string_view key) {
  while (!printed.empty()) {
    const std::string_view line = printed.substr(0, printed.find('\n'));
    if (line.starts_with(key) && line.substr(key.size()).starts_with('=')) {
      return line.substr(key.size() + 1);
    }
    printed.remove_prefix(std::min(line.size() + 1, printed.size()));
  }
  return std::nullopt;
}

/// A time of CLOCK_MONOTONIC as the clock on the wall would have had it, as that is set now.
WallTime wall_time(microseconds monotonic) {
  struct timespec now {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto ago =
      std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec) - monotonic;
  return std::chrono::system_clock::now() - ago;
}

std::string in_words(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  struct tm parts {};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

/// The file of a tree that changed last; null when there is none. Files that are made anew when the
/// engine starts are always younger than its start.
const LoadedFile* last_changed(const EngineTree& tree, NodeFiles& files) {
  const LoadedFile* last = nullptr;
  for (const TreeFile& tree_file : tree.files) {
    if (is_left_alone(tree_file.place.role)) {
      continue;
    }
    const LoadedFile& file = files.load(tree_file.path);
    if (file.source && (last == nullptr || file.changed > last->changed)) {
      last = &file;
    }
  }
  return last;
}

}  // namespace

std::optional<microseconds> active_since(std::string_view printed) {
  const std::string_view started =
      value_of(printed, "ExecMainStartTimestampMonotonic").value_or(std::string_view());
  std::int64_t number = 0;
  const auto [end, error] =
      std::from_chars(started.data(), started.data() + started.size(), number);
  if (value_of(printed, "ActiveState") != "active" || error != std::errc() ||
      end != started.data() + started.size() || number <= 0) {
    return std::nullopt;
  }
  return microseconds(number);
}

std::optional<Finding> restart_needed(const EngineTree& tree, NodeFiles& files, WallTime started) {
  const LoadedFile* const last = last_changed(tree, files);
  if (last == nullptr || last->changed <= started) {
    return std::nullopt;
  }
  return finding_on_file(
      Code::restart_needed, Severity::warning, last->path,
      "the unit " + tree.unit + " runs since " + in_words(started) + ", and this file changed at " +
          in_words(last->changed),
      "systemctl restart " + tree.unit + " makes it read the file: a reload is not enough");
}

std::optional<Finding> restart_needed(const EngineTree& tree, NodeFiles& files) {
  if (tree.unit.empty()) {
    return std::nullopt;
  }
  const Outcome outcome = run_own_program(
      {"systemctl", "show", tree.unit, "--property=ActiveState,ExecMainStartTimestampMonotonic"},
      kAskLimit);
  if (!outcome.has_succeeded()) {
    debug("systemctl show " + tree.unit + " " + outcome.failure);
    return std::nullopt;
  }
  const auto started = active_since(outcome.out);
  return started ? restart_needed(tree, files, wall_time(*started)) : std::nullopt;
}

}  // namespace katafix
