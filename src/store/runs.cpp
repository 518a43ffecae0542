#include "katafix/store/runs.hpp"

#include "checksum.hpp"
#include "file.hpp"
#include "run_directory.hpp"
#include "run_name.hpp"
#include "signals.hpp"
#include "target.hpp"
#include "texts.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace katafix {

namespace {

constexpr mode_t kPrivateDirectory = 0700;

/// Names the tree whose files are backed up: by where the backups lie in it, so that it may be
/// mounted elsewhere, or by its root.
std::string tree_of(const std::string& directory, const std::string& root) {
  namespace fs = std::filesystem;
  if (root.empty()) {
    return "holds " + directory.substr(1);
  }
  const auto resolve = [&](const std::string& path) {
    std::error_code error;
    fs::path resolved = fs::weakly_canonical(path, error);
    if (error) {
      throw Error(Code::bad_backup_dir, path, "cannot resolve it: " + error.message());
    }
    return resolved;
  };
  const fs::path tree = resolve(root);
  const fs::path backups = resolve(directory).lexically_relative(tree);
  const bool below = !backups.empty() && *backups.begin() != "..";
  return below ? "holds " + backups.string() : "at " + tree.string();
}

/// Makes a directory and those above it, durably.
void make_directories(System& system, const std::string& path) {
  const std::string parent = split_path(path).directory;
  const auto make = [&] {
    return system.make_directory_at(AT_FDCWD, path.c_str(), kPrivateDirectory);
  };
  int result = make();
  if (result != 0 && errno == ENOENT) {
    make_directories(system, parent);
    result = make();
  }
  if (result == 0) {
    File(system, AT_FDCWD, parent, O_RDONLY | O_DIRECTORY, parent).sync();
  } else if (errno != EEXIST) {
    fail(path, "create it", Code::bad_backup_dir);
  }
}

}  // namespace

std::string_view run_state_name(RunState state) {
  constexpr std::array<std::string_view, 3> names = {"prepared", "done", "undone"};
  return names.at(static_cast<std::size_t>(state));
}

bool Runs::are_in(System& system, const std::string& directory) {
  const int runs = system.open_at(AT_FDCWD, (directory + "/runs").c_str(), O_PATH, 0);
  if (runs < 0) {
    return !is_gone(errno);
  }
  system.close(runs);
  return true;
}

Runs::Runs(System& system, std::string directory, std::string root, Create create)
    : system_(system),
      directory_(std::move(directory)),
      root_(std::move(root)),
      tree_(tree_of(directory_, root_)) {
  if (is_loaded_directory(directory_)) {
    throw Error(Code::bad_backup_dir, directory_,
                "a container engine would load the backups from here",
                "name another directory with --backup-dir");
  }
  if (create == Create::yes) {
    make_directories(system_, directory_ + "/runs");
  }
  const std::string runs = directory_ + "/runs";
  lock_ = system_.open_at(AT_FDCWD, runs.c_str(), O_RDONLY | O_DIRECTORY, 0);
  if (lock_ < 0) {
    if (errno == ENOENT && create == Create::no) {
      throw Error(Code::no_such_run, directory_, "there are no runs here",
                  "name the directory with --backup-dir");
    }
    fail(directory_, "open it", Code::bad_backup_dir);
  }
  struct stat info {};
  if (system_.stat(lock_, info) != 0 || !is_trusted(info)) {
    system_.close(lock_);
    throw Error(Code::bad_backup_dir, runs, "others may change this directory",
                "name another directory with --backup-dir");
  }
  if (system_.lock(lock_, LOCK_EX | LOCK_NB) != 0) {
    system_.close(lock_);
    throw Error(Code::locked, directory_, "another katafix is at work here",
                "wait until it is done");
  }
}

Runs::~Runs() { system_.close(lock_); }

Run Runs::apply(std::vector<FileEdits> files, std::size_t keep) {
  const SignalsHeld held;
  std::vector<std::string> all = names();
  Run run{new_name(all), RunState::prepared, tree_, {}};
  std::vector<Replacement> replacements;
  replacements.reserve(files.size());
  for (FileEdits& file : files) {
    std::string after = apply_edits(file.before, file.edits);
    Replacement& replacement = replacements.emplace_back(
        Replacement{std::move(file.path), std::move(file.target), std::move(file.before),
                    std::move(after), std::nullopt, file.in_place, new_temporary()});
    const Original original = examine(system_, replacement);
    replacement.in_place = original.in_place;
    run.files.push_back({replacement.path, replacement.target.substr(root_.size()),
                         std::to_string(run.files.size()) + ".orig", replacement.before.size(),
                         crc32(replacement.before), run_edits(replacement.before, file.edits),
                         original.metadata, std::move(file.unit), original.in_place,
                         replacement.temporary});
  }
  if (system_.make_directory_at(lock_, run.name.c_str(), kPrivateDirectory) != 0) {
    fail(path_of(run.name), "create it", Code::bad_backup_dir);
  }
  try {
    prepare(run, replacements);
    replace_all(system_, replacements);
  } catch (const Error& error) {
    if (error.finding().code == Code::partly_written) {
      throw Error(Code::partly_written, error.finding().file, error.what(),
                  "mend the cause and run katafix restore " + run.name);
    }
    if (error.finding().code != Code::not_durable) {
      abandon(run);
    }
    throw;
  }
  finish(run, RunState::done);
  all.push_back(run.name);
  prune(all, keep);
  return run;
}

void Runs::prepare(const Run& run, const std::vector<Replacement>& replacements) const {
  const RunDirectory directory(system_, path_of(run.name));
  for (std::size_t index = 0; index < replacements.size(); ++index) {
    directory.write(run.files[index].backup, replacements[index].before);
  }
  directory.sync();  // where there is a manifest, the backups are
  directory.write_manifest(run);
  sync(system_, lock_, directory_ + "/runs");
}

std::string Runs::new_name(const std::vector<std::string>& existing) {
  using std::chrono::microseconds;
  auto now =
      std::chrono::duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch());
  // A clock that was set back must not make this run an old one.
  if (!existing.empty()) {
    now = std::max(now, *time_of_run(existing.back()) + microseconds(1));
  }
  return run_name(now);
}

std::vector<std::string> Runs::names() const {
  std::vector<std::string> names;
  if (system_.list(lock_, names) != 0) {
    fail(directory_, "list its runs", Code::bad_backup);
  }
  std::erase_if(names, [](const std::string& name) { return !time_of_run(name); });
  std::sort(names.begin(), names.end());
  return names;
}

std::string Runs::path_of(const std::string& run) const { return directory_ + "/runs/" + run; }

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

std::optional<Run> Runs::read(const std::string& name) const {
  std::optional<Run> run = read_manifest(system_, lock_, name, path_of(name));
  return run && run->tree == tree_ ? run : std::nullopt;
}

void Runs::mark(Run& run, RunState state) const {
  const RunState before = std::exchange(run.state, state);
  RunDirectory(system_, path_of(run.name)).mark(before, state);
}

void Runs::finish(Run& run, RunState state) const {
  try {
    mark(run, state);
  } catch (const Error& error) {
    throw Error(Code::not_durable, error.finding().file,
                "all files are replaced, but not noted is that the run is " +
                    std::string(run_state_name(state)) + ": " + error.what(),
                "mend the cause; katafix restore " + run.name + " still works");
  }
}

void Runs::abandon(const Run& run) const {
  try {
    sync_files(run);  // without its manifest nobody would find a temporary file
    discard(run.name);
  } catch (const Error&) {
    // It stays for recover().
  }
}

void Runs::discard(const std::string& name) const {
  try {
    RunDirectory(system_, path_of(name)).remove_all();
    system_.unlink_at(lock_, name.c_str(), AT_REMOVEDIR);
  } catch (const Error&) {
    // What is left has no manifest or is not newer than what is kept: it does no harm.
  }
}

void Runs::prune(const std::vector<std::string>& all, std::size_t keep) const {
  for (std::size_t index = 0; index + keep < all.size(); ++index) {
    discard(all[index]);
  }
}

std::string Runs::backup_path(const Run& run, const RunFile& file) const {
  return path_of(run.name) + "/" + file.backup;
}

}  // namespace katafix
