#include "katafix/text/edit.hpp"
#include "katafix/text/source.hpp"

#include "run_directory.hpp"
#include "runs.hpp"
#include "signals.hpp"
#include "target.hpp"
#include "text/quote.hpp"
#include "transaction.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace katafix {

namespace {

Error no_such_run(const RunsPlace& place, const std::string& why) {
  return {Code::no_such_run, place.base.path + place.directory, why,
          place.undo + " --list shows the runs"};
}

constexpr std::ptrdiff_t kShownLines = 30;

/// How a text differs from another one, as far as that is short.
std::string difference(const std::string& before, const std::string& after,
                       const std::string& path) {
  const Source source(path, before);
  std::string diff = unified_diff(source, line_edits(before, after), split_path(path).name);
  const std::ptrdiff_t lines = std::ranges::count(diff, '\n');
  if (lines <= kShownLines) {
    return diff;
  }
  std::size_t end = 0;
  for (std::ptrdiff_t line = 0; line < kShownLines; ++line) {
    end = diff.find('\n', end) + 1;
  }
  return diff.substr(0, end) + "and " + std::to_string(lines - kShownLines) + " lines more\n";
}

}  // namespace

/// A run that has come no further than `most`. Nothing for what is no run of this tree, cannot be
/// read, or is none that katafix could have made here.
std::optional<Run> Runs::read_sound(const std::string& name, RunState most,
                                    std::vector<Finding>& unsound) const {
  try {
    const RunDirectory directory = directory_of(name);
    std::optional<Run> run =
        directory.state() <= most ? directory.read_manifest(name) : std::nullopt;
    if (!run || run->tree != place_.tree) {
      return std::nullopt;
    }
    const auto why = place_.judge
                         ? Transaction(system_, place_.node, *run, directory).misfit(place_.judge)
                         : std::nullopt;
    if (why) {
      throw Error(Code::bad_backup, path_of(name),
                  "this run is left alone, for katafix did not make it here: " + *why,
                  "see where it comes from; nothing that it names is touched");
    }
    return run;
  } catch (const Error& error) {
    unsound.push_back(error.finding());
    unsound.back().severity = Severity::warning;
    return std::nullopt;
  }
}

std::vector<Finding> Runs::recover() {
  const HeldSignals held;
  std::vector<Finding> told;
  std::vector<std::string> newest_first = names();
  std::ranges::reverse(newest_first);
  for (const std::string& name : newest_first) {
    if (auto run = read_sound(name, RunState::prepared, told)) {
      told.push_back(recover(*run));
    }
  }
  return told;
}

Finding Runs::recover(Run& run) const {
  const RunDirectory directory = directory_of(run.name);
  const Transaction::Outcome outcome =
      Transaction(system_, place_.node, run, directory).settle(Transaction::Goal::as_found);
  note(run, outcome.all_new ? RunState::done : RunState::undone);
  std::string message = outcome.all_new ? "this run was cut off; all its files are new"
                                        : "this run was cut off; its files are as they were before";
  for (const std::size_t index : outcome.foreign) {
    message += ", but " + run.files[index].path + " was changed since (its original is " +
               backup_path(run, index) + ")";
  }
  return {Code::recovered, Severity::warning, path_of(run.name), {}, std::move(message), {}, {}};
}

/// The run whose name, or the beginning of whose name, this is.
Run Runs::find(const std::string& beginning) const {
  std::vector<Run> found;
  std::vector<Finding> unsound;
  std::string candidates;
  for (const std::string& name : names()) {
    if (!name.starts_with(beginning)) {
      continue;
    }
    const std::size_t before = found.size() + unsound.size();
    if (auto run = read_sound(name, RunState::undone, unsound)) {
      found.push_back(*std::move(run));
    }
    if (found.size() + unsound.size() > before) {
      candidates += (candidates.empty() ? "" : ", ") + name;
    }
  }
  if (found.size() + unsound.size() > 1) {
    throw no_such_run(place_, beginning + " is the beginning of several runs: " + candidates);
  }
  if (!unsound.empty()) {
    unsound.front().severity = Severity::error;
    throw Error(unsound.front());
  }
  return found.empty() ? throw no_such_run(place_, "there is no run " + beginning)
                       : std::move(found.front());
}

Run Runs::choose(const std::string& name, std::vector<Finding>& passed_over) const {
  if (!name.empty()) {
    return find(name);
  }
  std::vector<std::string> newest_first = names();
  std::ranges::reverse(newest_first);
  std::optional<Run> newest;
  for (const std::string& one : newest_first) {
    const RunState most = newest ? RunState::prepared : RunState::done;
    if (auto run = read_sound(one, most, passed_over)) {
      newest = std::move(run);
      if (newest->state == RunState::prepared) {
        break;
      }
    }
  }
  return newest ? *std::move(newest)
                : throw no_such_run(place_, "there is no run that is not undone yet");
}

std::string Runs::original(const Run& run, std::size_t index) const {
  return directory_of(run.name).read(original_name(index), run.files[index].before,
                                     run.files[index].path);
}

/// Calls `visit` for each sound run, the oldest first.
void Runs::each_sound_run(const std::function<void(const Run&)>& visit) const {
  std::vector<Finding> unsound;
  for (const std::string& name : names()) {
    if (const std::optional<Run> run = read_sound(name, RunState::undone, unsound)) {
      visit(*run);
    }
  }
}

/// What files were before the runs that are older than this one.
Runs::Originals Runs::older_originals(const Run& run) const {
  Originals found;
  each_sound_run([&](const Run& other) {
    for (const RunFile& file : other.files) {
      if (other.name < run.name) {
        found.emplace(file.target, file.before);
      }
    }
  });
  return found;
}

/// The newest later run that is not undone and made a file what it is now; empty when there is
/// none.
std::string Runs::newer_run(const Run& run, const RunFile& file, const Fingerprint& now) const {
  std::string found;
  each_sound_run([&](const Run& other) {
    const bool made_it = std::ranges::any_of(other.files, [&](const RunFile& known) {
      return known.target == file.target && known.after == now;
    });
    if (made_it && other.name > run.name && other.state != RunState::undone) {
      found = other.name;
    }
  });
  return found;
}

/// Shows what somebody's edit is, and how to do without it.
void Runs::fail_to_overwrite(const Run& run, std::size_t index) const {
  const RunFile& file = run.files[index];
  const std::string backup = backup_path(run, index);
  Finding told = Error(Code::conflict, file.path,
                       "it was changed since run " + run.name + ", and is not overwritten",
                       "to do without the change: cp " + shell_quoted(backup) + " " +
                           shell_quoted(place_.node.path + file.target) + " && " + place_.undo +
                           " " + run.name)
                     .finding();
  const auto now = Target(system_, place_.node, file).read();
  const auto no_original = failure_of([&] {
    if (now) {
      told.output = difference(original(run, index), *now, file.path);
      told.message += "; it differs from its original";
    }
  });
  if (no_original) {
    told.advice = no_original->finding().advice;
  }
  const std::string newer = now ? newer_run(run, file, fingerprint(*now)) : "";
  if (!newer.empty()) {
    told.advice =
        "run " + newer + " changed it, too; to undo that first: " + place_.undo + " " + newer;
  }
  throw Error(std::move(told));
}

std::vector<std::size_t> Runs::to_restore(const Run& run) const {
  const RunDirectory directory = directory_of(run.name);
  const Transaction transaction(system_, place_.node, run, directory);
  const std::vector<Transaction::FileState> states = transaction.states();
  if (system_.access_at(directory_.descriptor(), run.name.c_str(), W_OK) != 0 &&
      (errno == EACCES || errno == EROFS)) {
    fail(path_of(run.name), "write to it", Code::bad_backup_dir);
  }
  std::optional<Originals> originals;
  std::vector<std::size_t> written;
  for (std::size_t index = 0; index < states.size(); ++index) {
    if (states[index] == Transaction::FileState::foreign) {
      if (!originals) {
        originals = older_originals(run);
      }
      const auto now = Target(system_, place_.node, run.files[index]).read();
      if (!now || !originals->contains({run.files[index].target, fingerprint(*now)})) {
        fail_to_overwrite(run, index);
      }
    } else if (states[index] != Transaction::FileState::old) {
      (void)original(run, index);
      Target(system_, place_.node, run.files[index]).check();
      written.push_back(index);
    }
  }
  return written;
}

Undone Runs::restore(Run run) {
  const HeldSignals held;
  (void)to_restore(run);
  const RunDirectory directory = directory_of(run.name);
  const Transaction transaction(system_, place_.node, run, directory);
  const RunState before = run.state;
  Transaction::Outcome outcome;
  const auto error = failure_of([&] {
    if (before == RunState::done) {
      directory.mark(RunState::prepared);  // a crash from here on is for recover()
      run.state = RunState::prepared;
    }
    outcome = transaction.bring_all(Transaction::Goal::old);
  });
  if (error) {
    const Error told =
        after_failure(transaction, run, *error, Transaction::Goal::fresh, place_.undo);
    if (before == RunState::done && told.finding().code != Code::partly_written) {
      const auto unnoted = failure_of([&] { note(run, before); });
      if (unnoted && told.finding().code == Code::rolled_back) {
        throw Error(*unnoted);
      }
    }
    throw Error(told);
  }
  finish_durably(transaction);
  note(run, RunState::undone);
  return {std::move(run), std::move(outcome.written)};
}

}  // namespace katafix
