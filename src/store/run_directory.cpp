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

}  // namespace

RunDirectory::RunDirectory(System& system, const std::string& path)
    : system_(system),
      path_(path),
      file_(system, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, path) {}

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

std::string RunDirectory::read(const std::string& name) const {
  try {
    return File(system_, file_.descriptor(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
                path_ + "/" + name)
        .read_all();
  } catch (const Error& error) {
    throw Error(Code::bad_backup, path_ + "/" + name, error.what(),
                "compare the files of this run with the originals that are left, decide by hand, "
                "and remove its directory");
  }
}

void RunDirectory::sync() const { file_.sync(); }

void RunDirectory::write_manifest(const Run& run) const {
  write(kNewManifest, to_manifest(run));
  if (system_.rename_at(file_.descriptor(), kNewManifest, file_.descriptor(), kManifest) != 0) {
    fail(path_ + "/" + kManifest, "write it");
  }
  sync();
}

void RunDirectory::mark(RunState before, RunState now) const {
  const int here = file_.descriptor();
  const std::string mark = mark_of(now);
  const std::string shown = path_ + "/" + mark;
  if (now == RunState::prepared) {
    remove(mark_of(RunState::done));
    remove(mark_of(RunState::undone));
  } else if (before == RunState::prepared) {
    const File made(system_, here, mark, O_WRONLY | O_CREAT | O_NOFOLLOW, shown, kPrivateFile,
                    "make it");
  } else if (system_.rename_at(here, mark_of(before).c_str(), here, mark.c_str()) != 0) {
    fail(shown, "make it");
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

RunState read_state(System& system, int runs, const std::string& name, const std::string& path) {
  for (const RunState state : {RunState::done, RunState::undone}) {
    const std::string mark = name + "/" + mark_of(state);
    const int descriptor = system.open_at(runs, mark.c_str(), O_PATH | O_NOFOLLOW, 0);
    if (descriptor >= 0) {
      system.close(descriptor);
      return state;
    }
    if (!is_gone(errno)) {
      fail(path + "/" + mark_of(state), "look for it", Code::bad_backup);
    }
  }
  return RunState::prepared;
}

std::optional<Run> read_manifest(System& system, int runs, const std::string& name,
                                 const std::string& path) {
  const std::string manifest = name + "/" + kManifest;
  const std::string shown = path + "/" + kManifest;
  const int descriptor =
      system.open_at(runs, manifest.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
  if (descriptor < 0 && is_gone(errno)) {
    return std::nullopt;
  }
  if (descriptor < 0) {
    fail(shown, "open it", Code::bad_backup);
  }
  std::string text;
  try {
    text = File(system, descriptor, shown).read_all();
  } catch (const Error& error) {
    throw Error(Code::bad_backup, shown, error.what());
  }
  Run run = from_manifest(text, name, shown);
  run.state = read_state(system, runs, name, path);
  return run;
}

}  // namespace katafix
