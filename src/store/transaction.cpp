#include "transaction.hpp"

#include <new>
#include <optional>
#include <set>

namespace katafix {

void Transaction::replace(const std::vector<FileChange>& changes) const {
  for (std::size_t index = 0; index < run_.files.size(); ++index) {
    const RunFile& file = run_.files[index];
    if (!file.in_place) {
      Target(system_, node_, file)
          .write_temporary(changes[index].after, file.metadata, Target::Time::now);
    }
  }
  sync_directories();
  for (std::size_t index = 0; index < run_.files.size(); ++index) {
    place(index, changes[index]);
  }
}

void Transaction::place(std::size_t index, const FileChange& change) const {
  const RunFile& file = run_.files[index];
  const Target target(system_, node_, file);
  std::optional<Target::Found> found;
  if (const auto error = failure_of([&] { found = target.examine(change.before); })) {
    if (target.read() == change.after) {
      return;  // another katafix was quicker, and to undo its work would be wrong
    }
    throw Error(*error);
  }
  if (!found->metadata.same_rights(file.metadata)) {
    throw Error(Code::conflict, file.path,
                "its owner, mode or attributes were changed by someone else in the meantime",
                "run katafix again");
  }
  if (file.in_place) {
    target.overwrite(change.after, nullptr);
    return;
  }
  target.swap();
  // What was really replaced: an edit in the last moment is found here.
  const std::optional<std::string> replaced = target.read_temporary();
  if (replaced && *replaced != change.before && *replaced != change.after) {
    throw Error(Code::conflict, file.path, "it was changed by someone else in the meantime",
                "run katafix again");
  }
}

void Transaction::finish() const {
  for (const RunFile& file : run_.files) {
    if (!file.in_place) {
      Target(system_, node_, file).remove_temporary();
    }
  }
  sync_directories();
}

void Transaction::sync_directories() const {
  std::set<std::string> directories;
  for (const RunFile& file : run_.files) {
    directories.insert(split_path(file.target).directory);
    directories.insert(split_path(file.temporary).directory);
  }
  for (const std::string& directory : directories) {
    open_directory(system_, node_, directory, directory).sync();
  }
}

std::optional<Error> failure_of(const std::function<void()>& work) {
  try {
    work();
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(Code::write_failed, {}, "there is not enough memory", "free some and try again");
  }
}

void finish_durably(const Transaction& transaction) {
  if (const auto error = failure_of([&] { transaction.finish(); })) {
    (void)failure_of([&] { transaction.settle(Transaction::Goal::as_found); });
    throw Error(
        Code::not_durable, error->finding().file,
        std::string("all files are replaced, but a power cut may undo that: ") + error->what(),
        "mend the cause and run katafix apply again, which makes sure");
  }
}

Error after_failure(const Transaction& transaction, const Run& run, const Error& cause,
                    Transaction::Goal goal, const std::string& undo) {
  const Finding& found = cause.finding();
  try {
    const Transaction::Outcome outcome = transaction.settle(goal);
    if (outcome.is_edited) {
      return {Code::partly_written, found.file,
              found.message + "; " + run.files[outcome.foreign.front()].path +
                  " was changed by someone else since it was replaced, and stays",
              "compare it with its original by " + undo + " " + run.name};
    }
    if (outcome.written.empty()) {
      return cause;
    }
  } catch (const Error& error) {
    return {Code::partly_written, found.file,
            found.message + "; and not all could be put back: " + error.finding().file + ": " +
                error.what() + transaction.what_is_new(),
            "mend the cause and run " + undo + " " + run.name};
  }
  return {Code::rolled_back, found.file, found.message + "; all files were put back as they were",
          found.advice.empty() ? "mend the cause and run katafix again" : found.advice};
}

}  // namespace katafix
