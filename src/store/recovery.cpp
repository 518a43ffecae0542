#include "katafix/store/runs.hpp"

#include "run_directory.hpp"
#include "signals.hpp"
#include "transaction.hpp"

#include <algorithm>
#include <utility>

namespace katafix {

namespace {

Error no_such_run(const std::string& directory, const std::string& name) {
  return {Code::no_such_run, directory,
          name.empty() ? "there is no run that is not undone yet" : "there is no run " + name,
          "katafix restore --list shows the runs"};
}

/// Throws Error where a run cannot be undone without loss.
void check_undoing(const Run& run, const RunDirectory& directory, const Transaction& transaction,
                   const std::string& path) {
  const std::vector<Transaction::FileState> states = transaction.states();
  for (std::size_t index = 0; index < states.size(); ++index) {
    const RunFile& file = run.files[index];
    if (states[index] == Transaction::FileState::foreign) {
      throw Error(Code::conflict, file.path,
                  "it was changed since run " + run.name + ", and is not overwritten",
                  "compare it with the backup " + path + "/" + original_name(index) +
                      " and decide by hand");
    }
    if (states[index] != Transaction::FileState::old) {
      (void)directory.read(original_name(index), file.before, file.path);
    }
  }
}

}  // namespace

/// A run that has come no further than `most`. Nothing for what is no run of this tree, cannot be
/// read, or is none that katafix could have made here.
std::optional<Run> Runs::read_sound(const std::string& name, RunState most,
                                    std::vector<Finding>& unsound) const {
  try {
    const RunDirectory directory(system_, lock_, name, path_of(name));
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
  std::reverse(newest_first.begin(), newest_first.end());
  for (const std::string& name : newest_first) {
    if (auto run = read_sound(name, RunState::prepared, told)) {
      told.push_back(recover(*run));
    }
  }
  return told;
}

Finding Runs::recover(Run& run) const {
  const RunDirectory directory(system_, lock_, run.name, path_of(run.name));
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

/// The run that is to be undone. Throws Error (Code::no_such_run).
Run Runs::choose(const std::string& name, std::vector<Finding>& passed_over) const {
  std::vector<std::string> newest_first = names();
  std::reverse(newest_first.begin(), newest_first.end());
  const Error none = no_such_run(place_.base.path + place_.directory, name);
  if (!name.empty()) {
    std::vector<Finding> unsound;
    const bool is_there =
        std::find(newest_first.begin(), newest_first.end(), name) != newest_first.end();
    std::optional<Run> run = is_there ? read_sound(name, RunState::undone, unsound) : std::nullopt;
    if (!unsound.empty()) {
      unsound.front().severity = Severity::error;
      throw Error(unsound.front());
    }
    return run ? *std::move(run) : throw Error(none);
  }
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
  return newest ? *std::move(newest) : throw Error(none);
}

Undone Runs::restore(const std::string& name, std::vector<Finding>& passed_over) {
  const HeldSignals held;
  Run run = choose(name, passed_over);
  const RunDirectory directory(system_, lock_, run.name, path_of(run.name));
  const Transaction transaction(system_, place_.node, run, directory);
  check_undoing(run, directory, transaction, path_of(run.name));
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
    const Error told = after_failure(transaction, run, *error, Transaction::Goal::fresh);
    if (before == RunState::done && told.finding().code != Code::partly_written) {
      note(run, before);
    }
    throw Error(told);
  }
  finish_durably(transaction);
  note(run, RunState::undone);
  return {std::move(run), std::move(outcome.written)};
}

}  // namespace katafix
