#include "katafix/store/runs.hpp"

#include "file.hpp"
#include "run_directory.hpp"
#include "signals.hpp"
#include "target.hpp"
#include "texts.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <utility>

namespace katafix {

namespace {

enum class FileState { old, fresh, torn, foreign };

/// Is it what a crash leaves of a file that is overwritten: each byte an old or a new one, or,
/// where the file grew, not written yet?
bool is_torn(std::string_view bytes, std::string_view before, std::string_view after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  if (bytes.size() < shorter || bytes.size() > std::max(before.size(), after.size())) {
    return false;
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const bool is_old = at < before.size() && bytes[at] == before[at];
    const bool is_new = at < after.size() && bytes[at] == after[at];
    const bool is_hole = at >= shorter && bytes[at] == '\0';
    if (!is_old && !is_new && !is_hole) {
      return false;
    }
  }
  return true;
}

FileState state_of(const Run& run, const RunFile& file, const Texts& texts,
                   std::string_view bytes) {
  const bool may_be_torn = file.in_place && run.state == RunState::prepared;
  return bytes == texts.before                                      ? FileState::old
         : bytes == texts.after                                     ? FileState::fresh
         : may_be_torn && is_torn(bytes, texts.before, texts.after) ? FileState::torn
                                                                    : FileState::foreign;
}

}  // namespace

std::optional<Run> Runs::newest() const {
  std::vector<std::string> newest_first = names();
  std::reverse(newest_first.begin(), newest_first.end());
  std::optional<Run> newest;
  for (const std::string& name : newest_first) {
    auto run = read(name);
    if (run && run->state == RunState::prepared) {
      return run;
    }
    if (run && run->state == RunState::done && !newest) {
      newest = std::move(run);
    }
  }
  return newest;
}

std::optional<Run> Runs::read_named(const std::string& name) const {
  const std::vector<std::string> all = names();
  return std::find(all.begin(), all.end(), name) == all.end() ? std::nullopt : read(name);
}

std::vector<Texts> Runs::read_texts(const Run& run) const {
  const RunDirectory directory(system_, path_of(run.name));
  std::vector<Texts> all;
  all.reserve(run.files.size());
  for (const RunFile& file : run.files) {
    all.push_back(texts_of(file, directory.read(file.backup), backup_path(run, file)));
  }
  return all;
}

std::optional<Replacement> Runs::undoing(const Run& run, const RunFile& file, Texts texts) const {
  const std::string backup = backup_path(run, file);
  const std::string target = root_ + file.target;
  std::string now;
  try {
    now = read_target(system_, target, file.path);
  } catch (const Error& error) {
    throw Error(Code::conflict, file.path, error.what(), "its original is " + backup);
  }
  const FileState state = state_of(run, file, texts, now);
  if (state == FileState::old) {
    return std::nullopt;
  }
  if (state == FileState::foreign) {
    throw Error(Code::conflict, file.path,
                "it was changed since run " + run.name + ", and is not overwritten",
                "compare it with the backup " + backup + " and decide by hand");
  }
  return Replacement{file.path,
                     target,
                     std::move(now),
                     std::move(texts.before),
                     file.metadata,
                     file.in_place,
                     other_temporary(file.temporary)};
}

/// Of a run that stays as it was.
void Runs::note_quietly(Run& run, RunState state) const {
  try {
    mark(run, state);
  } catch (const Error&) {
    // recover() finds out.
  }
}

std::vector<RunFile> Runs::undo(Run& run, std::vector<Texts> texts) const {
  std::vector<Replacement> replacements;
  std::vector<RunFile> written;
  for (std::size_t index = 0; index < run.files.size(); ++index) {
    const RunFile& file = run.files[index];
    if (auto replacement = undoing(run, file, std::move(texts[index]))) {
      replacements.push_back(std::move(*replacement));
      written.push_back(file);
    }
  }
  const RunState state = run.state;
  try {
    if (state != RunState::prepared && !replacements.empty()) {
      mark(run, RunState::prepared);  // a crash from here on is for recover()
    }
    replace_all(system_, replacements);
  } catch (const Error& error) {
    const Code code = error.finding().code;
    if (code != Code::partly_written && code != Code::not_durable) {
      note_quietly(run, state);
    }
    throw;
  }
  finish(run, RunState::undone);
  return written;
}

Run Runs::restore(const std::string& name) {
  const SignalsHeld held;
  std::optional<Run> run = name.empty() ? newest() : read_named(name);
  if (!run) {
    throw Error(Code::no_such_run, directory_,
                name.empty() ? "there is no run that is not undone yet" : "there is no run " + name,
                "katafix restore --list shows the runs");
  }
  std::vector<Texts> texts = read_texts(*run);
  if (run->state == RunState::prepared) {
    settle(*run, texts);
  }
  run->files = undo(*run, std::move(texts));
  return *run;
}

std::optional<Run> Runs::cut_off(const std::string& name) const {
  const bool is_prepared = read_state(system_, lock_, name, path_of(name)) == RunState::prepared;
  return is_prepared ? read(name) : std::nullopt;
}

std::vector<Finding> Runs::recover() {
  const SignalsHeld held;
  std::vector<Finding> told;
  std::vector<std::string> newest_first = names();
  std::reverse(newest_first.begin(), newest_first.end());
  for (const std::string& name : newest_first) {
    std::optional<Run> run;
    try {
      run = cut_off(name);
    } catch (const Error& error) {
      // Damaged, which no crash leaves; it does not keep anything from being fixed.
      told.push_back(error.finding());
      told.back().severity = Severity::warning;
    }
    if (run) {
      told.push_back(recover(*run));
    }
  }
  return told;
}

Finding Runs::recover(Run& run) const {
  std::vector<Texts> texts = read_texts(run);
  settle(run, texts);
  bool has_new = false;
  bool has_old = false;
  std::string foreign;
  for (std::size_t index = 0; index < run.files.size(); ++index) {
    const RunFile& file = run.files[index];
    const auto target = open_if_is(S_IFREG, system_, root_ + file.target, file.path);
    const FileState state =
        target ? state_of(run, file, texts[index], target->read_all()) : FileState::foreign;
    has_new = has_new || state == FileState::fresh || state == FileState::torn;
    has_old = has_old || state == FileState::old || state == FileState::torn;
    foreign = state == FileState::foreign ? file.path : foreign;
  }
  std::string outcome = "its files are as they were before";
  if (has_new && !has_old) {
    outcome = "all its files are new";
    finish(run, RunState::done);
  } else if (!has_new) {
    finish(run, RunState::undone);
  } else if (foreign.empty()) {
    (void)undo(run, std::move(texts));
  } else {
    throw Error(Code::conflict, foreign,
                "run " + run.name + " was cut off half done, and this file was changed since",
                "compare the files with their originals in " + path_of(run.name) +
                    ", decide by hand, and remove that directory");
  }
  if (!foreign.empty()) {
    outcome += ", but " + foreign + " was changed since";
  }
  return {Code::recovered,
          Severity::warning,
          path_of(run.name),
          {},
          "this run was cut off; " + outcome,
          {},
          {}};
}

void Runs::settle(const Run& run, const std::vector<Texts>& texts) const {
  for (std::size_t index = 0; index < run.files.size(); ++index) {
    const RunFile& file = run.files[index];
    const auto& [before, after] = texts[index];
    settle_temporary(file, file.temporary, before, after);
    settle_temporary(file, other_temporary(file.temporary), after, before);
  }
  sync_files(run);  // a killed process leaves what the next power cut may still undo
}

void Runs::sync_files(const Run& run) const {
  for (const RunFile& file : run.files) {
    const std::string target = root_ + file.target;
    const auto sync = [&](mode_t type, const std::string& path) {
      if (const auto there = open_if_is(type, system_, path, file.path)) {
        there->sync();
      }
    };
    sync(S_IFREG, target);
    sync(S_IFDIR, split_path(target).directory);
    sync(S_IFDIR, temporary_directory(target));
  }
}

void Runs::settle_temporary(const RunFile& file, const std::string& name, std::string_view taken,
                            std::string_view placed) const {
  const std::string path = root_ + file.target;
  const std::string from = temporary_directory(path) + "/" + name;
  const auto temporary = open_if_is(S_IFREG, system_, from, file.path);
  if (!temporary) {
    return;
  }
  const auto target = open_if_is(S_IFREG, system_, path, file.path);
  const auto now = target ? std::optional(target->read_all()) : std::nullopt;
  const std::string left = temporary->read_all();
  const bool is_known = left == taken || left == placed;
  if (is_known || now == taken) {
    if (system_.unlink_at(AT_FDCWD, from.c_str(), 0) != 0) {
      fail(file.path, "remove its temporary file " + from);
    }
  } else if (now == placed) {
    // The crash came between an exchange and the look at what that had taken out: another's edit.
    if (system_.rename_at(AT_FDCWD, from.c_str(), AT_FDCWD, path.c_str()) != 0) {
      fail(file.path, "put back the edit in " + from);
    }
  } else {
    throw Error(Code::conflict, file.path, "a crash left another version of it in " + from,
                "compare them, decide by hand, and remove that file");
  }
}

}  // namespace katafix
