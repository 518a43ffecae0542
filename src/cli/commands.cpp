#include "commands.hpp"

#include "katafix/node/loaded_places.hpp"
#include "katafix/store/runs.hpp"
#include "katafix/text/edit.hpp"

#include "backups.hpp"
#include "exit_status.hpp"
#include "foreign_lock.hpp"
#include "help.hpp"
#include "log.hpp"
#include "output.hpp"
#include "restart.hpp"
#include "running.hpp"
#include "status_files.hpp"
#include "validate.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace katafix::cli {

namespace {

Report new_report(const Options& options) {
  Report report;
  report.command = command_name(options.command);
  report.root = options.root.empty() ? "/" : options.root;
  report.writes = (options.command == Command::apply || options.command == Command::restore) &&
                  !options.dry_run;
  return report;
}

std::string all_diffs(Survey& survey, const Options& options) {
  std::string all;
  auto entry = survey.report.files.begin();  // they are in the order of the plans
  for (const PlannedFile& file : survey.files) {
    if (file.is_changed()) {
      entry = std::find_if(entry, survey.report.files.end(),
                           [](const FileReport& report) { return report.changed; });
      entry->diff = unified_diff(*file.file->source, file.fix.edits, diff_path(file, options));
      all += *(entry++)->diff;
    }
  }
  return all;
}

Survey& take_survey(const Options& options, Node& node) {
  Survey& result = node.survey = survey(options, node.reader, node.files);
  node.progress.end();
  const Report identity = new_report(options);
  result.report.command = identity.command;
  result.report.root = identity.root;
  result.report.writes = identity.writes;
  if (!options.validate.empty() && !result.trouble && result.needs_fix()) {
    validate(result, options, node.files);
  }
  return result;
}

int status_of(const Survey& survey) {
  if (survey.trouble) {
    return kTrouble;
  }
  return survey.needs_fix() ? kNeedsFix : kDone;
}

/// A right file is not yet a right daemon.
void add_restart_needed(Survey& survey, NodeFiles& files) {
  for (const EngineTree& tree : survey.trees) {
    if (auto finding = restart_needed(tree, files)) {
      survey.report.findings.push_back(*std::move(finding));
    }
  }
}

Result check(const Options& options, Node& node) {
  Survey& survey = take_survey(options, node);
  if (options.this_machine() && options.files.empty()) {
    add_restart_needed(survey, node.files);
  }
  return {status_of(survey), std::move(survey.report), {}};
}

Result diff(const Options& options, Node& node) {
  Survey& survey = take_survey(options, node);
  std::string text = all_diffs(survey, options);
  return {status_of(survey), std::move(survey.report), std::move(text)};
}

std::vector<FileChange> changes_of(const Survey& survey, const Options& options,
                                   const LoadedPlaces& loaded) {
  std::vector<FileChange> changes;
  for (const PlannedFile& file : survey.files) {
    if (file.is_changed()) {
      changes.push_back({file.path, file.real_path, loaded.temporary_directory(file.real_path),
                         file.file->source->bytes(), file.bytes_after(), file.place.unit,
                         options.in_place});
    }
  }
  return changes;
}

/// Ends what a crash cut off, before anything is read.
std::vector<Finding> recover(Backups& backups) {
  try {
    return backups.open().recover();
  } catch (const Error& error) {
    // A directory that cannot be used matters where something is to be backed up in it.
    const Code code = error.finding().code;
    if (code == Code::no_such_run || code == Code::bad_backup_dir) {
      return {};
    }
    throw;
  }
}

/// Writes what was planned, and notes in the report what that made.
void commit(Survey& survey, const Options& options, NodeFiles& files, Backups& backups) {
  const LoadedPlaces loaded(files, survey.trees);
  Runs& runs = backups.create();
  const Run run = runs.apply(changes_of(survey, options, loaded), options.keep);
  survey.report.run = run.name;
  std::size_t index = 0;
  for (FileReport& report : survey.report.files) {
    if (report.changed) {
      report.backup = runs.backup_path(run, index++);
    }
  }
}

/// Does a file still hold what was read at first? One that cannot be read may not.
bool is_unchanged(const PlannedFile& file, const RootReader& reader) {
  try {
    const std::optional<FileImage> now = reader.read(file.path);
    return now && now->bytes == file.file->source->bytes();
  } catch (const Error&) {
    return false;
  }
}

/// After a replace that could neither be finished nor taken back: which files are new?
void look_again(Survey& survey, const RootReader& reader) {
  survey.report.changed = false;
  for (const PlannedFile& file : survey.files) {
    for (FileReport& report : survey.report.files) {
      if (report.path == file.path && report.changed) {
        report.changed = !is_unchanged(file, reader);
        survey.report.changed = survey.report.changed || report.changed;
      }
    }
  }
}

/// Nothing was written: no file has changed, whatever was planned.
void nothing_written(Report& report) {
  report.changed = false;
  report.restart.clear();
  for (FileReport& file : report.files) {
    file.changed = false;
  }
}

int apply_survey(Node& node, const Options& options, Backups& backups) {
  Survey& survey = node.survey;
  if (survey.trouble) {
    nothing_written(survey.report);
    return kTrouble;
  }
  if (!survey.needs_fix()) {
    return kDone;
  }
  try {
    commit(survey, options, node.files, backups);
    std::erase_if(survey.report.findings, [](const Finding& finding) { return finding.is_cured; });
    return !options.restart || restart_units(survey.report) ? kDone : kTroubleAfterWrite;
  } catch (const Error& error) {
    survey.report.findings.push_back(error.finding());
    const Code code = error.finding().code;
    if (code == Code::partly_written || code == Code::not_durable) {
      look_again(survey, node.reader);
    } else {
      nothing_written(survey.report);
    }
    return exit_status(code);
  }
}

Result apply(const Options& options, Node& node) {
  Backups backups(options, node.reader);
  std::vector<Finding> recovered;
  try {
    recovered = recover(backups);
  } catch (const Error& error) {
    Report report = new_report(options);
    report.findings.push_back(error.finding());
    return {exit_status(error.finding().code), std::move(report), {}};
  }
  Survey& survey = take_survey(options, node);
  survey.report.findings.insert(survey.report.findings.begin(), recovered.begin(), recovered.end());
  std::string diffs = options.diff ? all_diffs(survey, options) : std::string();
  const int status = apply_survey(node, options, backups);
  return {status, std::move(survey.report), std::move(diffs)};
}

int apply_to_standard_output(const Options& options, Node& node, const Output& output) {
  const Survey& survey = take_survey(options, node);
  output.findings(survey.report);
  if (survey.trouble) {
    return kTrouble;
  }
  output.raw(survey.files.front().bytes_after());
  return output.is_complete() ? kDone : kTrouble;
}

void list_runs(const Runs& runs, Report& report) {
  report.runs.emplace();
  for (const Run& run : runs.list(report.findings)) {
    RunReport entry{run.name, std::string(run_state_name(run.state)), {}};
    for (const RunFile& file : run.files) {
      entry.files.push_back(file.path);
    }
    report.runs->push_back(std::move(entry));
  }
}

void undo(Runs& runs, const std::string& name, Report& report) {
  const Undone undone = runs.restore(name, report.findings);
  report.run = undone.run.name;
  report.changed = !undone.written.empty();
  for (const std::size_t index : undone.written) {
    const RunFile& file = undone.run.files[index];
    const Place place = place_of(file.target, {});
    report.files.push_back(
        {file.path, place.engine, place.role, true, runs.backup_path(undone.run, index), {}});
    add_unit(report, file.unit);
  }
}

Result restore(const Options& options, const RootReader& reader) {
  Report report = new_report(options);
  Backups backups(options, reader);
  int status = kDone;
  try {
    if (options.list) {
      list_runs(backups.open(), report);
      status = report.findings.empty() ? kDone : kTrouble;
    } else {
      undo(backups.open(), options.run, report);
    }
  } catch (const Error& error) {
    if (options.list && error.finding().code == Code::no_such_run) {
      report.runs.emplace();
    } else {
      report.findings.push_back(error.finding());
      status = exit_status(error.finding().code);
    }
  }
  return {status, std::move(report), {}};
}

Result carry_out_command(const Options& options, Node& node) {
  switch (options.command) {
    case Command::restore:
      return restore(options, node.reader);
    case Command::apply:
      return options.dry_run ? diff(options, node) : apply(options, node);
    case Command::diff:
      return diff(options, node);
    default:
      return check(options, node);
  }
}

}  // namespace

Result carry_out(const Options& options, Node& node) {
  Report report = new_report(options);
  std::optional<ForeignLock> lock;
  // Another root's lock is data, and a list of runs needs none.
  if (report.writes && !options.list && options.root.empty()) {
    try {
      lock.emplace("/run/lock/kata-deploy.lock");
    } catch (const Error& error) {
      report.findings.push_back(error.finding());
      return {exit_status(error.finding().code), std::move(report), {}};
    }
  }
  return carry_out_command(options, node);
}

int run(const Options& options, Node& node) {
  const Output output(options);
  if (options.command == Command::help || options.command == Command::version) {
    output.raw(options.command == Command::help ? help_text(options.help_about)
                                                : "katafix " KATAFIX_VERSION "\n");
    return output.is_complete() ? kDone : kTrouble;
  }
  if (options.standard_input() && options.command == Command::apply && !options.dry_run) {
    return apply_to_standard_output(options, node, output);
  }
  Result result = carry_out(options, node);
  result.status = leave_status_files(options, result.report, result.status);
  if (options.command == Command::restore) {
    output.restored(result.report);
  } else if (options.command == Command::diff || options.dry_run) {
    output.diff(result.report, result.diffs);
  } else {
    output.report(result.report, result.diffs);
  }
  return output.is_complete() ? result.status : when_unsaid(result.status, result.report);
}

}  // namespace katafix::cli
