#include "katafix/text/finding.hpp"

#include "transaction.hpp"

#include <algorithm>

namespace katafix {

namespace {

using FileState = Transaction::FileState;

/// A path from the root that names a file in one way only.
bool is_plain(const std::string& path) {
  return path.starts_with('/') && !path.ends_with('/') && path.find('\0') == std::string::npos &&
         (path + "/").find("/../") == std::string::npos &&
         (path + "/").find("/./") == std::string::npos && path.find("//") == std::string::npos;
}

/// Is a directory another one, or above it?
bool holds(const std::string& directory, const std::string& other) {
  return directory == "/" || (other + "/").starts_with(directory + "/");
}

}  // namespace

/// Is it what a crash leaves of a file that is overwritten: each byte an old or a new one, or,
/// where the file grew, not written yet?
bool Transaction::is_torn(std::size_t index, std::string_view bytes) const {
  const std::string before = original(index);
  const std::string after = replacement(index);
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

FileState Transaction::state_of(std::size_t index, const std::optional<std::string>& bytes) const {
  const RunFile& file = run_.files[index];
  if (!bytes) {
    return FileState::foreign;
  }
  const Fingerprint now = fingerprint(*bytes);
  const bool may_be_torn = file.in_place && run_.state == RunState::prepared;
  return now == file.before                      ? FileState::old
         : now == file.after                     ? FileState::fresh
         : may_be_torn && is_torn(index, *bytes) ? FileState::torn
                                                 : FileState::foreign;
}

std::vector<FileState> Transaction::states() const {
  std::vector<FileState> states;
  for (std::size_t index = 0; index < run_.files.size(); ++index) {
    states.push_back(state_of(index, Target(system_, node_, run_.files[index]).read()));
  }
  return states;
}

void Transaction::two_versions(const RunFile& file) const {
  throw Error(Code::conflict, file.path,
              "a run that was cut off left another version of it in " + node_.path + file.temporary,
              "compare them, decide by hand, and remove that file");
}

/// What a file is once the names beside it are in order and an edit that was taken out of its place
/// is back in it.
FileState Transaction::look_at(std::size_t index) const {
  const RunFile& file = run_.files[index];
  const Target target(system_, node_, file);
  target.mend_names();
  // A process that was killed leaves what the next power cut may still undo.
  target.sync();
  const FileState now = state_of(index, target.read());
  const std::optional<std::string> temporary = target.read_temporary();
  const FileState taken_out = temporary ? state_of(index, temporary) : now;
  if (now == FileState::foreign && taken_out == FileState::old) {
    return FileState::edited;
  }
  if (taken_out != FileState::foreign || !temporary) {
    return now;
  }
  if (now != FileState::fresh) {
    two_versions(file);
  }
  target.swap();
  if (state_of(index, target.read_temporary()) != FileState::fresh) {
    two_versions(file);
  }
  return FileState::foreign;
}

/// Sees to it that all is there which a file needs to become old or fresh.
void Transaction::make_ready(std::size_t index, FileState wanted) const {
  const RunFile& file = run_.files[index];
  if (file.in_place) {
    (void)(wanted == FileState::old ? original(index) : replacement(index));
    return;
  }
  const Target target(system_, node_, file);
  // Where the file itself is still there it takes no space, and brings all that it was.
  if (state_of(index, target.read_temporary()) == wanted) {
    return;
  }
  if (wanted == FileState::fresh) {
    throw Error(Code::bad_backup, file.path, "what took its place is gone");
  }
  target.write_temporary(original(index), file.metadata, Target::Time::as_before);
}

/// Makes a file old or fresh. What it is then, which an edit in the last moment decides.
FileState Transaction::bring(std::size_t index, FileState wanted) const {
  const RunFile& file = run_.files[index];
  const Target target(system_, node_, file);
  if (file.in_place) {
    target.overwrite(wanted == FileState::old ? original(index) : replacement(index),
                     &file.metadata);
    return wanted;
  }
  target.swap();
  const std::optional<std::string> replaced = target.read_temporary();
  if (!replaced || state_of(index, replaced) != FileState::foreign) {
    return wanted;
  }
  target.swap();
  if (state_of(index, target.read_temporary()) == FileState::foreign) {
    two_versions(file);
  }
  return FileState::edited;
}

Transaction::Outcome Transaction::bring_all(Goal goal) const {
  std::vector<FileState> states;
  for (std::size_t index = 0; index < run_.files.size(); ++index) {
    states.push_back(look_at(index));
  }
  const auto has = [&](FileState state) {
    return std::ranges::find(states, state) != states.end();
  };
  Outcome outcome;
  outcome.all_new = has(FileState::fresh) && !has(FileState::old) && !has(FileState::torn);
  const bool is_new = goal == Goal::fresh || (goal == Goal::as_found && outcome.all_new);
  const FileState wanted = is_new ? FileState::fresh : FileState::old;
  std::vector<std::size_t> wrong;
  for (std::size_t index = 0; index < states.size(); ++index) {
    const FileState state = states[index];
    if (state == FileState::foreign || state == FileState::edited) {
      outcome.foreign.push_back(index);
    } else if (state != wanted) {
      make_ready(index, wanted);
      wrong.push_back(index);
    }
  }
  if (!wrong.empty()) {
    sync_directories();
  }
  for (const std::size_t index : wrong) {
    states[index] = bring(index, wanted);
    (states[index] == wanted ? outcome.written : outcome.foreign).push_back(index);
  }
  outcome.is_edited = has(FileState::edited);
  return outcome;
}

Transaction::Outcome Transaction::settle(Goal goal) const {
  Outcome outcome = bring_all(goal);
  finish();
  return outcome;
}

std::string Transaction::what_is_new() const {
  std::string told;
  for (std::size_t index = 0; index < run_.files.size(); ++index) {
    FileState state = FileState::foreign;
    const auto error = failure_of(
        [&] { state = state_of(index, Target(system_, node_, run_.files[index]).read()); });
    told += error                       ? "; " + run_.files[index].path + " may be new"
            : state == FileState::fresh ? "; " + run_.files[index].path + " is new"
            : state == FileState::torn  ? "; " + run_.files[index].path + " is partly written"
                                        : "";
  }
  return told;
}

std::optional<std::string> Transaction::misfit(const Judge& judge) const {
  for (std::size_t index = 0; index < run_.files.size(); ++index) {
    try {
      if (auto why = misfit(index, judge)) {
        return run_.files[index].path + " " + *why;
      }
    } catch (const Error& error) {
      return run_.files[index].path + ": " + error.what();
    }
  }
  return std::nullopt;
}

std::optional<std::string> Transaction::misfit(std::size_t index, const Judge& judge) const {
  const RunFile& file = run_.files[index];
  const auto [directory, name] = split_path(file.temporary);
  if (!is_plain(file.target) || !is_plain(file.temporary) || !is_temporary(name) ||
      !holds(directory, split_path(file.target).directory)) {
    return "is none that a run names so";
  }
  const Target target(system_, node_, file);
  const std::optional<Metadata> now = target.metadata();
  if (!now) {
    return "is not there any more";
  }
  if (!now->same_rights(file.metadata)) {
    return "has another owner, mode or attributes than the run says";
  }
  for (const std::optional<std::string>& after : {target.read(), target.read_temporary()}) {
    if (after && fingerprint(*after) == file.after &&
        !judge(file.target, original(index), *after)) {
      return "is no config that katafix would have changed so";
    }
  }
  return std::nullopt;
}

}  // namespace katafix
