#include "run_directory.hpp"

#include "manifest.hpp"

#include <cerrno>
#include <utility>
#include <vector>

namespace katafix {

namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr const char* kManifest = "manifest.json";
constexpr const char* kNewManifest = "manifest.json.new";

/// The mark of a state: an empty file. A run that is prepared has none.
std::string mark_of(RunState state) { return std::string(run_state_name(state)); }

File open_run(System& system, int runs, const std::string& name, const std::string& shown) {
  try {
    return {system, runs, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, shown};
  } catch (const Error& error) {
    throw Error(Code::bad_backup, shown, error.what());
  }
}

}  // namespace

std::string original_name(std::size_t index) { return std::to_string(index) + ".orig"; }

std::string replacement_name(std::size_t index) { return std::to_string(index) + ".new"; }

RunDirectory::RunDirectory(System& system, int runs, const std::string& name, std::string shown)
    : system_(system), path_(std::move(shown)), file_(open_run(system, runs, name, path_)) {}

void RunDirectory::write(const std::string& name, std::string_view bytes) const {
  const File file(system_, file_.descriptor(), name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW,
                  path_ + "/" + name, kPrivateFile);
  file.write_all(bytes);
  file.sync();
  if (!file.holds(bytes)) {
    throw Error(Code::write_failed, path_ + "/" + name,
                "what was written to it is not what it holds", "check the disk");
  }
}

std::optional<std::string> RunDirectory::read_if_there(const std::string& name) const {
  const std::string shown = path_ + "/" + name;
  try {
    const auto file = open_regular(system_, file_.descriptor(), name, O_RDONLY, shown);
    return file ? std::optional(file->read_all()) : std::nullopt;
  } catch (const Error& error) {
    throw Error(Code::bad_backup, shown, error.what());
  }
}

std::string RunDirectory::read(const std::string& name, const Fingerprint& known,
                               const std::string& path) const {
  std::optional<std::string> bytes = read_if_there(name);
  if (!bytes || fingerprint(*bytes) != known) {
    throw Error(
        Code::bad_backup, path_ + "/" + name,
        bytes ? "it is damaged: it is not what was backed up" : "the backup is gone",
        "compare " + path + " with what is left of it, decide by hand, and remove " + path_);
  }
  return *std::move(bytes);
}

void RunDirectory::sync() const { file_.sync(); }

void RunDirectory::write_manifest(const Run& run) const {
  write(kNewManifest, to_manifest(run));
  if (system_.rename_at(file_.descriptor(), kNewManifest, file_.descriptor(), kManifest) != 0) {
    fail(path_ + "/" + kManifest, "write it");
  }
  sync();
}

std::optional<Run> RunDirectory::read_manifest(const std::string& run) const {
  const std::optional<std::string> text = read_if_there(kManifest);
  if (!text) {
    return std::nullopt;
  }
  Run found = from_manifest(*text, run, path_ + "/" + kManifest);
  found.state = state();
  return found;
}

RunState RunDirectory::state() const {
  for (const RunState state : {RunState::done, RunState::undone}) {
    struct stat info {};
    if (system_.stat_at(file_.descriptor(), mark_of(state).c_str(), info) == 0) {
      return state;
    }
    if (!is_gone(errno)) {
      fail(path_ + "/" + mark_of(state), "look for it", Code::bad_backup);
    }
  }
  return RunState::prepared;
}

void RunDirectory::mark(RunState state) const {
  if (state == RunState::prepared) {
    remove(mark_of(RunState::done));
    remove(mark_of(RunState::undone));
  } else {
    const File made(system_, file_.descriptor(), mark_of(state), O_WRONLY | O_CREAT | O_NOFOLLOW,
                    path_ + "/" + mark_of(state), kPrivateFile, "make it");
  }
  sync();
}

void RunDirectory::remove(const std::string& name) const {
  if (system_.unlink_at(file_.descriptor(), name.c_str(), 0) != 0 && errno != ENOENT) {
    fail(path_ + "/" + name, "remove it");
  }
}

void RunDirectory::remove_all() const {
  std::vector<std::string> names;
  if (system_.list(file_.descriptor(), names) != 0) {
    fail(path_, "list it");
  }
  // The manifest first: what is left without one is no run, and one without backups is a damaged
  // one.
  remove(kManifest);
  sync();
  for (const std::string& name : names) {
    system_.unlink_at(file_.descriptor(), name.c_str(), 0);
  }
}

}  // namespace katafix
