#include "counts.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

namespace katafix {

bool is_waiting(const HandlerReport& handler) {
  return handler.kata && handler.action == Action::none && handler.flag_before != "true" &&
         !handler.reason.empty();
}

std::set<std::string_view> written_files(const Report& report) {
  std::set<std::string_view> paths;
  for (const FileReport& file : report.files) {
    if (report.writes && file.changed) {
      paths.insert(file.path);
    }
  }
  return paths;
}

namespace {

void count_running(const Running& running, Counts& counts) {
  if (running.state != Running::State::serves) {
    counts.unknown += running.flagged.size();
    return;
  }
  for (const std::string& name : running.flagged) {
    (running.has_flag(name) ? counts.in_effect : counts.not_in_effect) += 1;
  }
}

}  // namespace

Counts count(const Report& report) {
  using Name = std::tuple<Engine, std::string_view, std::string_view>;
  std::set<Name> kata;
  std::set<Name> to_fix;
  std::set<Name> refused;
  std::set<Name> skipped;
  for (const HandlerReport& handler : report.handlers) {
    // Files that were named have nothing to do with each other.
    const Name name{handler.engine, handler.name,
                    report.effective.empty() ? handler.file : std::string_view()};
    if (handler.is_edited()) {
      to_fix.insert(name);
    }
    if (handler.kata && handler.action == Action::refuse) {
      refused.insert(name);
    }
    if (handler.kata && !is_waiting(handler)) {
      (handler.action == Action::skip ? skipped : kata).insert(name);
    }
  }
  Counts counts;
  counts.kata = kata.size();
  counts.to_fix = to_fix.size();
  counts.refused = refused.size();
  counts.right = static_cast<std::size_t>(std::ranges::count_if(
      kata, [&](const Name& name) { return !to_fix.contains(name) && !refused.contains(name); }));
  counts.skipped = skipped.size();
  for (const Running& running : report.running) {
    count_running(running, counts);
  }
  for (const Finding& finding : report.findings) {
    counts.errors += finding.severity == Severity::error ? 1 : 0;
    counts.warnings += finding.severity == Severity::warning ? 1 : 0;
  }
  return counts;
}

}  // namespace katafix
