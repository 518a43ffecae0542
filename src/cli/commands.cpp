#include "commands.hpp"

#include "katafix/text/edit.hpp"

#include "backups.hpp"
#include "engines.hpp"
#include "foreign_lock.hpp"
#include "make_report.hpp"
#include "node/loaded_places.hpp"
#include "policy.hpp"
#include "store/runs.hpp"
#include "store/signals.hpp"
#include "survey.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace katafix::cli {

namespace {

constexpr std::size_t kKeep = 20;

/// What is found and planned, judged. `recovered` is what there was to tell before.
Survey take_survey(const Options& options, Node& node, std::vector<Finding> recovered = {}) {
  Survey result = survey(options, node.reader, node.files);
  node.progress.end();
  result.findings.insert(result.findings.begin(), std::move_iterator(recovered.begin()),
                         std::move_iterator(recovered.end()));
  validate_plans(result, options, node.files);
  judge(options, result.findings);
  for (PlannedFile& file : result.files) {
    judge(options, file.fix.findings);
  }
  return result;
}

/// What apply would do.
Applied planned(const Survey& survey) {
  Applied planned;
  planned.changed = survey.changed();
  planned.status = survey.has_errors()                                        ? kTrouble
                   : !planned.changed.empty() || any_is_stale(survey.running) ? kNeedsFix
                                                                              : kDone;
  return planned;
}

std::vector<FileChange> changes_of(const Survey& survey, const Options& options, NodeFiles& files) {
  const LoadedPlaces loaded(files, survey.trees);
  std::vector<FileChange> changes;
  for (const PlannedFile* const file : survey.changed()) {
    // A check of one file has made no new bytes.
    changes.push_back({file->path, file->real_path, loaded.temporary_directory(file->real_path),
                       file->file->source->bytes(),
                       file->fix.after ? file->bytes_after() : std::string_view(), file->place.unit,
                       options.in_place});
  }
  return changes;
}

/// What keeps katafix from writing only here, as this user, or where it sees a mount that is
/// read-only, is for whoever runs apply: a warning, and one of a kind is enough. All else is an
/// error.
void add_refusal(std::vector<Finding>& findings, Finding refusal) {
  if (refusal.is_only_here) {
    refusal.severity = Severity::warning;
    if (std::ranges::any_of(findings, [&](const Finding& finding) {
          return finding.is_only_here && finding.code == refusal.code;
        })) {
      return;
    }
  }
  findings.push_back(std::move(refusal));
}

/// Adds what apply would refuse although the plans are right. Where nothing is to be done nothing
/// is asked.
void foresee(Survey& survey, const Options& options, Node& node) {
  if (survey.has_errors() || survey.changed().empty() || options.standard_input()) {
    return;
  }
  const auto ask = [&](const auto& question) {
    try {
      question();
    } catch (const Error& error) {
      add_refusal(survey.findings, error.finding());
    }
  };
  ask([&] { Backups(options, node.reader).check(); });
  System system;
  const Root& root = node.reader.root();
  for (const FileChange& change : changes_of(survey, options, node.files)) {
    ask([&] { check_target(system, {root.descriptor(), root.path()}, change); });
  }
  judge(options, survey.findings);
}

/// Checks, or shows what is to be done.
Report check(const Options& options, Node& node) {
  Survey survey = take_survey(options, node);
  foresee(survey, options, node);
  if (options.command == Command::check && options.asks_engines() && options.files.empty()) {
    look_at_daemons(survey, node.files);
    judge(options, survey.findings);
  }
  Applied applied = planned(survey);
  return make_report(options, std::move(survey), std::move(applied));
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

/// Does a file still hold what was read at first? One that cannot be read may not.
bool is_unchanged(const PlannedFile& file, const RootReader& reader) {
  try {
    const std::optional<FileImage> now = reader.read(file.path);
    return now && now->bytes == file.file->source->bytes();
  } catch (const Error&) {
    return false;
  }
}

void commit(const Survey& survey, const Options& options, Node& node, Backups& backups,
            Applied& applied) {
  const std::vector<FileChange> changes = changes_of(survey, options, node.files);
  Runs& runs = backups.create();
  node.has_begun_to_write = true;
  const Run run = runs.apply(changes, options.keep.value_or(kKeep));
  applied.changed = survey.changed();
  applied.is_done = true;
  if (options.no_backup) {
    backups.close();
    return;
  }
  applied.run = run.name;
  for (std::size_t index = 0; index < run.files.size(); ++index) {
    applied.backups.push_back(runs.backup_path(run, index));
  }
}

void apply_survey(const Survey& survey, const Options& options, Node& node, Backups& backups,
                  Applied& applied) {
  if (survey.has_errors()) {
    applied.status = kTrouble;
    return;
  }
  if (survey.changed().empty()) {
    return;
  }
  const HeldSignals held;  // until nothing is left that should not be
  try {
    commit(survey, options, node, backups, applied);
  } catch (const Error& error) {
    const Code code = error.finding().code;
    applied.findings.push_back(error.finding());
    applied.status = exit_status(code);
    // Neither finished nor taken back: which files are new?
    if (code == Code::partly_written || code == Code::not_durable) {
      if (options.no_backup) {
        applied.findings.back().advice = "the originals are in " + backups.keep_journal();
      }
      applied.changed = survey.changed();
      std::erase_if(applied.changed,
                    [&](const PlannedFile* file) { return is_unchanged(*file, node.reader); });
    }
    backups.close();
    return;
  }
}

Report apply(const Options& options, Node& node) {
  Backups backups(options, node.reader);
  std::vector<Finding> recovered;
  try {
    if (!options.no_backup) {
      recovered = recover(backups);
    }
  } catch (const Error& error) {
    return failed(options, error);
  }
  Survey survey = take_survey(options, node, std::move(recovered));
  Applied applied;
  apply_survey(survey, options, node, backups, applied);
  if (options.restart && applied.status == kDone) {
    restart_engines(survey, options, node, backups, applied);
  }
  return make_report(options, std::move(survey), std::move(applied));
}

int apply_to_standard_output(Options options, Node& node, const Output& output) {
  try {
    add_policy(options, node.reader);
  } catch (const Error& error) {
    output.findings(failed(options, error));
    return kTrouble;
  }
  const Survey survey = take_survey(options, node);
  output.findings(make_report(options, survey, {}));
  if (survey.has_errors()) {
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

/// What becomes of a file when its original is put back.
std::string diff_of(const Runs& runs, const Run& run, std::size_t index, const RootReader& reader) {
  const std::string& target = run.files[index].target;
  std::optional<FileImage> now = reader.read(target);
  if (!now) {
    throw Error(Code::conflict, run.files[index].path, "it was removed by someone else meanwhile");
  }
  const std::vector<Edit> edits = line_edits(now->bytes, runs.original(run, index));
  return unified_diff(Source(target, std::move(now->bytes)), edits, target.substr(1));
}

void undo(Runs& runs, const Options& options, Node& node, Report& report) {
  Undone undone{runs.choose(options.run, report.findings), {}};
  undone.written = runs.to_restore(undone.run);
  std::map<std::size_t, std::string> diffs;
  for (const std::size_t index : undone.written) {
    if (options.diff || options.dry_run) {
      diffs[index] = diff_of(runs, undone.run, index, node.reader);
    }
  }
  if (!options.dry_run) {
    node.has_begun_to_write = true;
    undone = runs.restore(std::move(undone.run));
  }
  report.run = undone.run.name;
  report.changed = !undone.written.empty();
  for (const std::size_t index : undone.written) {
    const RunFile& file = undone.run.files[index];
    const Place place = place_of(file.target, {});
    FileReport& told = report.files.emplace_back();
    told = {file.path, place.engine, place.role, true, runs.backup_path(undone.run, index), {}};
    if (const auto diff = diffs.find(index); diff != diffs.end()) {
      told.diff = std::move(diff->second);
    }
    add_unit(report.restart, file.unit);
  }
}

Report restore(const Options& options, Node& node) {
  Report report = new_report(options);
  if (!node.reader.root().is_there()) {
    return failed(options, Error(Code::unreadable, options.root, "there is no such directory",
                                 "--root takes one"));
  }
  Backups backups(options, node.reader);
  try {
    if (options.list) {
      list_runs(backups.open(), report);
      report.status = report.findings.empty() ? kDone : kTrouble;
    } else {
      undo(backups.open(), options, node, report);
    }
  } catch (const Error& error) {
    const bool is_none = error.finding().code == Code::no_such_run;
    if (options.list && is_none) {
      report.runs.emplace();
    } else if (!is_none || !options.run.empty() || !report.findings.empty()) {
      report.findings.push_back(error.finding());
      report.status = exit_status(error.finding().code);
    }
  }
  return report;
}

}  // namespace

int when_unsaid(const Report& report) {
  return std::max(report.status, report.writes && report.changed ? kTroubleAfterWrite : kTrouble);
}

void judge(const Options& options, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    // What ended well, what is so for this user alone, and what wants a restart is no trouble of
    // the node's.
    if (options.strict && finding.severity == Severity::warning && !finding.is_cured &&
        !finding.is_only_here && finding.code != Code::recovered &&
        finding.code != Code::not_in_effect) {
      finding.severity = Severity::error;
    }
  }
}

int process_status(const Options& options, const Output& output, int status, int status_unsaid) {
  const int status_said = options.exit_zero ? kDone : status;
  return output.is_complete() ? status_said : status_unsaid;
}

Report carry_out(Options options, Node& node) {
  const bool writes = new_report(options).writes;
  std::optional<ForeignLock> lock;
  try {
    // Another root's lock is data, and a list of runs needs none.
    if (writes && !options.list && options.root.empty()) {
      lock.emplace("/run/lock/kata-deploy.lock");
    }
    if (options.command != Command::restore) {
      add_policy(options, node.reader);
    }
  } catch (const Error& error) {
    return failed(options, error);
  }
  if (options.command == Command::restore) {
    return restore(options, node);
  }
  return writes ? apply(options, node) : check(options, node);
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
  Report report = carry_out(options, node);
  try {
    leave_status_files(options, report);
  } catch (const Error& error) {  // they are what is read instead of the status
    report.findings.push_back(error.finding());
    report.status = when_unsaid(report);
    output.report(report);
    return report.status;
  }
  output.report(report);
  return process_status(options, output, report.status, when_unsaid(report));
}

}  // namespace katafix::cli
