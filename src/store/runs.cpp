#include "runs.hpp"

#include "run_directory.hpp"
#include "run_name.hpp"
#include "signals.hpp"
#include "transaction.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace katafix {

namespace {

constexpr mode_t kPrivateDirectory = 0700;

/// Makes a directory below a base and those above it, durably.
void make_directories(System& system, const Base& base, const std::string& path) {
  const int there = open_below(system, base, path, O_PATH | O_DIRECTORY);
  if (there >= 0) {
    system.close(there);
    return;
  }
  if (errno != ENOENT) {
    fail(base.path + path, "create it", Code::bad_backup_dir);
  }
  const auto [directory, name] = split_path(path);
  make_directories(system, base, directory);
  const std::string shown = base.path + directory;
  const int above = open_below(system, base, directory, O_RDONLY | O_DIRECTORY);
  if (above < 0) {
    fail(shown, "open it", Code::bad_backup_dir);
  }
  const File parent(system, above, shown);
  if (system.make_directory_at(parent.descriptor(), name.c_str(), kPrivateDirectory) != 0) {
    fail(base.path + path, "create it", Code::bad_backup_dir);
  }
  parent.sync();
}

std::string runs_of(const RunsPlace& place) { return place.directory + "/runs"; }

/// A file of a run that is yet to be made.
RunFile to_run_file(const FileChange& change) {
  RunFile file;
  file.path = change.path;
  file.target = change.target;
  file.temporary = change.temporary_directory == "/" ? "" : change.temporary_directory;
  file.temporary += "/" + new_temporary();
  file.before = fingerprint(change.before);
  file.after = fingerprint(change.after);
  file.unit = change.unit;
  file.in_place = change.in_place;
  return file;
}

/// Throws Error where others may change the directory of the runs.
void check_trust(const File& runs) {
  struct stat info {};
  if (runs.system().stat(runs.descriptor(), info) != 0 || !is_trusted(info)) {
    throw Error(Code::bad_backup_dir, runs.shown(), "others may change this directory",
                "name another directory with --backup-dir");
  }
}

/// Opens the directory of the runs, and locks it.
File open_runs(System& system, const RunsPlace& place, Runs::Create create) {
  const std::string runs = runs_of(place);
  if (create == Runs::Create::yes) {
    make_directories(system, place.base, runs);
  }
  const int there = open_below(system, place.base, runs, O_RDONLY | O_DIRECTORY);
  if (there < 0 && errno == ENOENT && create == Runs::Create::no) {
    throw Error(Code::no_such_run, place.base.path + place.directory, "there are no runs here",
                "name the directory with --backup-dir");
  }
  if (there < 0) {
    fail(place.base.path + runs, "open it", Code::bad_backup_dir);
  }
  File directory(system, there, place.base.path + runs);
  check_trust(directory);
  if (system.lock(there, LOCK_EX | LOCK_NB) != 0) {
    throw Error(Code::locked, place.base.path + place.directory, "another katafix is at work here",
                "wait until it is done");
  }
  return directory;
}

}  // namespace

void check_target(System& system, const Base& node, const FileChange& change) {
  const RunFile file = to_run_file(change);
  Target(system, node, file).check();
}

void check_backup_directory(System& system, const RunsPlace& place) {
  const std::string runs = runs_of(place);
  std::string missing;
  std::string path = runs;
  int there = -1;
  while ((there = open_below(system, place.base, path, O_RDONLY | O_DIRECTORY)) < 0 &&
         errno == ENOENT && path != "/") {
    missing = std::exchange(path, split_path(path).directory);
  }
  const std::string shown = place.base.path + path;
  const std::string advice =
      "name another directory with --backup-dir, or keep no backups of FILEs with --no-backup";
  if (there < 0) {
    fail(shown, "open it", Code::bad_backup_dir, advice);
  }
  const File directory(system, there, shown);
  if (missing.empty()) {
    check_trust(directory);
  }
  struct statx info {};
  if (system.extended_stat(there, info) == 0 && (info.stx_attributes & STATX_ATTR_IMMUTABLE) != 0) {
    throw Error(Code::bad_backup_dir, shown, "it is marked immutable", advice);
  }
  if (system.access_at(there, ".", W_OK) != 0 && (errno == EACCES || errno == EROFS)) {
    fail(missing.empty() ? shown : place.base.path + missing,
         missing.empty() ? "write to it" : "create it", Code::bad_backup_dir, advice);
  }
}

std::string_view run_state_name(RunState state) {
  constexpr std::array<std::string_view, 3> names = {"prepared", "done", "undone"};
  return names.at(static_cast<std::size_t>(state));
}

/// FNV-1a, 64 bits: it finds what a disk or a slip does to bytes, not what somebody does who wants
/// not to be found.
Fingerprint fingerprint(std::string_view bytes) {
  std::uint64_t checksum = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    checksum = (checksum ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
  return {bytes.size(), checksum};
}

Runs::Runs(System& system, RunsPlace place, Create create)
    : system_(system), place_(std::move(place)), directory_(open_runs(system_, place_, create)) {}

Run Runs::apply(const std::vector<FileChange>& changes, std::size_t keep) {
  const HeldSignals held;
  Run run{new_name(names()), RunState::prepared, place_.tree, {}};
  for (const FileChange& change : changes) {
    RunFile& file = run.files.emplace_back(to_run_file(change));
    Target::Found found = Target(system_, place_.node, file).examine(change.before);
    file.metadata = std::move(found.metadata);
    file.in_place = found.in_place;
  }
  prepare(run, changes);
  const RunDirectory directory = directory_of(run.name);
  const Transaction transaction(system_, place_.node, run, directory);
  if (const auto error = failure_of([&] { transaction.replace(changes); })) {
    const Error told = after_failure(transaction, run, *error, Transaction::Goal::old, place_.undo);
    if (told.finding().code != Code::partly_written) {
      discard(run.name);
    }
    throw Error(told);
  }
  finish_durably(transaction);
  note(run, RunState::done);
  (void)failure_of([&] { prune(keep); });  // what stays too long does no harm
  return run;
}

void Runs::prepare(const Run& run, const std::vector<FileChange>& changes) const {
  if (system_.make_directory_at(directory_.descriptor(), run.name.c_str(), kPrivateDirectory) !=
      0) {
    fail(path_of(run.name), "create it", Code::bad_backup_dir);
  }
  try {
    const RunDirectory directory = directory_of(run.name);
    for (std::size_t index = 0; index < changes.size(); ++index) {
      directory.write(original_name(index), changes[index].before);
      if (run.files[index].in_place) {
        directory.write(replacement_name(index), changes[index].after);
      }
    }
    directory.sync();  // where there is a manifest, the backups are
    directory.write_manifest(run);
    directory_.sync();
  } catch (...) {
    discard(run.name);
    throw;
  }
}

std::string Runs::new_name(const std::vector<std::string>& existing) {
  using std::chrono::microseconds;
  const auto now =
      std::chrono::duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch());
  // A clock that was set back must not make this run an old one. The end of time, which an image
  // may bring, has no name after it.
  const auto after =
      existing.empty() ? now : std::max(now, *time_of_run(existing.back()) + microseconds(1));
  const std::string name = run_name(after);
  return time_of_run(name) ? name : run_name(now);
}

std::vector<std::string> Runs::names() const {
  std::vector<std::string> names;
  if (system_.list(directory_.descriptor(), names) != 0) {
    fail(place_.base.path + place_.directory, "list its runs", Code::bad_backup);
  }
  std::erase_if(names, [](const std::string& name) { return !time_of_run(name); });
  std::ranges::sort(names);
  return names;
}

std::string Runs::path_of(const std::string& run) const { return directory_.shown() + "/" + run; }

RunDirectory Runs::directory_of(const std::string& run) const {
  return {system_, directory_.descriptor(), run, path_of(run)};
}

/// Nothing for what is no run of this tree, or was left by a crash before it had a manifest.
std::optional<Run> Runs::read(const std::string& name) const {
  std::optional<Run> run = directory_of(name).read_manifest(name);
  return run && run->tree == place_.tree ? run : std::nullopt;
}

std::vector<Run> Runs::list(std::vector<Finding>& damaged) const {
  std::vector<Run> runs;
  for (const std::string& name : names()) {
    try {
      if (auto run = read(name)) {
        runs.push_back(std::move(*run));
      }
    } catch (const Error& error) {
      damaged.push_back(error.finding());
    }
  }
  return runs;
}

void Runs::note(Run& run, RunState state) const {
  try {
    directory_of(run.name).mark(state);
    run.state = state;
  } catch (const Error& error) {
    throw Error(Code::not_durable, error.finding().file,
                "all files are replaced, but not noted is that the run is " +
                    std::string(run_state_name(state)) + ": " + error.what(),
                "mend the cause; " + place_.undo + " " + run.name + " still works");
  }
}

void Runs::discard(const std::string& name) const {
  try {
    directory_of(name).remove_all();
    system_.unlink_at(directory_.descriptor(), name.c_str(), AT_REMOVEDIR);
  } catch (const Error&) {
    // What is left has no manifest or is not newer than what is kept: it does no harm.
  }
}

/// Other trees' runs, and what a crash has left for recovery, are nobody's to remove.
void Runs::prune(std::size_t keep) const {
  std::vector<std::string> finished = names();
  if (finished.size() <= keep) {
    return;
  }
  std::erase_if(finished, [this](const std::string& name) {
    try {
      const std::optional<Run> run = read(name);
      return !run || run->state == RunState::prepared;
    } catch (const Error&) {
      return true;
    }
  });
  for (std::size_t index = 0; index + keep < finished.size(); ++index) {
    discard(finished[index]);
  }
}

std::string Runs::backup_path(const Run& run, std::size_t index) const {
  return path_of(run.name) + "/" + original_name(index);
}

}  // namespace katafix
