#include "make_report.hpp"

#include "katafix/text/edit.hpp"

#include "node/path.hpp"
#include "text/append.hpp"

#include <algorithm>
#include <utility>

namespace katafix::cli {

namespace {

/// The path in a diff's labels: from the root, of the file itself where the path is a link.
std::string diff_path(const PlannedFile& planned, const Options& options) {
  if (planned.path == "-") {
    return planned.path;
  }
  std::string label = clean_path(planned.path);
  // patch and git do not follow links, and know no way up.
  if (planned.real_path != absolute_path(planned.path, options.root) || label.starts_with("../")) {
    label = planned.real_path;
  }
  return label.substr(label.find_first_not_of('/'));
}

std::optional<Engine> engine_of(const PlannedFile& planned, const Options& options) {
  if (options.engine || planned.place.engine) {
    return options.engine ? options.engine : planned.place.engine;
  }
  std::optional<Engine> engine;
  for (const HandlerReport& handler : planned.fix.handlers) {
    if (engine && *engine != handler.engine) {
      return std::nullopt;
    }
    engine = handler.engine;
  }
  return engine;
}

FileReport report_of(const PlannedFile& planned, const Options& options) {
  FileReport report{planned.path, engine_of(planned, options), planned.place.role, false, {}, {}};
  const bool wants_diff = options.command == Command::diff || options.dry_run || options.diff;
  if (planned.is_changed() && wants_diff) {
    report.diff =
        unified_diff(*planned.file->source, planned.fix.edits, diff_path(planned, options));
  }
  return report;
}

}  // namespace

Report new_report(const Options& options) {
  Report report;
  report.command = command_name(options.command);
  report.root = options.root.empty() ? "/" : options.root;
  report.apply = options.apply;
  report.writes = (options.command == Command::apply || options.command == Command::restore) &&
                  !options.dry_run;
  return report;
}

Report failed(const Options& options, const Error& error) {
  Report report = new_report(options);
  report.status = exit_status(error.finding().code);
  report.findings.push_back(error.finding());
  return report;
}

Report make_report(const Options& options, Survey survey, Applied applied) {
  Report report = new_report(options);
  report.status = applied.status;
  report.changed = !applied.changed.empty();
  report.run = std::move(applied.run);
  report.restarted = applied.restarted;
  report.others = survey.others;
  report.effective = std::move(survey.effective);
  report.running = std::move(survey.running);
  if (report.changed || any_is_stale(report.running) || report.restarted) {
    report.restart = std::move(survey.units);
  }
  auto backup = applied.backups.begin();
  for (PlannedFile& planned : survey.files) {
    FileReport file = report_of(planned, options);
    file.changed = std::ranges::find(applied.changed, &planned) != applied.changed.end();
    if (file.changed && backup != applied.backups.end()) {
      file.backup = std::move(*backup++);
    }
    report.files.push_back(std::move(file));
    append(report.handlers, std::move(planned.fix.handlers));
    append(report.findings, std::move(planned.fix.findings));
  }
  append(report.findings, std::move(survey.findings));
  if (applied.is_done) {
    std::erase_if(report.findings, [](const Finding& finding) { return finding.is_cured; });
  }
  append(report.findings, std::move(applied.findings));
  return report;
}

}  // namespace katafix::cli
