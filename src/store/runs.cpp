#include "katafix/store/runs.hpp"

#include "katafix/store/sha256.hpp"

#include "file.hpp"
#include "manifest.hpp"
#include "pending.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace katafix {

namespace {

constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPrivateFile = 0600;
constexpr const char* kManifest = "manifest.json";
constexpr const char* kNewManifest = "manifest.json.new";

/// Names the tree whose files are backed up: by where the backups lie in it, so that it may be
/// mounted elsewhere, or by its root.
std::string tree_of(const std::string& directory, const std::string& root) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path tree = fs::weakly_canonical(root.empty() ? "/" : root, error);
  const fs::path backups = fs::weakly_canonical(directory, error).lexically_relative(tree);
  const bool below = !backups.empty() && *backups.begin() != "..";
  return below ? "holds " + backups.string() : "at " + tree.string();
}

void sync_directory(System& system, const std::string& path) {
  File(system, AT_FDCWD, path, O_RDONLY | O_DIRECTORY, path).sync();
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
    sync_directory(system, parent);
  } else if (errno != EEXIST) {
    fail(path, "create it", Code::bad_backup_dir);
  }
}

/// Would an engine load what lies here? Only names tell, for a directory need not exist yet.
bool is_loaded_directory(const std::string& path) {
  constexpr std::array<std::string_view, 6> loaded = {"/crio.conf.d/",    "/etc/containerd/conf.d/",
                                                      "/etc/cri/conf.d/", "/containerd.d/",
                                                      "/config.toml.d/",  "/config-v3.toml.d/"};
  const std::string slashed = path + "/";
  return std::any_of(loaded.begin(), loaded.end(), [&](std::string_view name) {
    return slashed.find(name) != std::string::npos;
  });
}

std::string name_of(std::chrono::microseconds since_epoch) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
  const std::time_t time = seconds.count();
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%S", &utc);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%06dZ",
                static_cast<int>((since_epoch - seconds).count()));
  return std::string(text.data(), size) + fraction.data();
}

/// The inverse of name_of; nothing for what is no run's name.
std::optional<std::chrono::microseconds> time_of(const std::string& name) {
  std::tm utc{};
  const char* const fraction = ::strptime(name.c_str(), "%Y%m%dT%H%M%S", &utc);
  if (fraction == nullptr) {
    return std::nullopt;
  }
  const std::chrono::microseconds time =
      std::chrono::seconds(::timegm(&utc)) +
      std::chrono::microseconds(std::atoi(fraction + (*fraction == '.' ? 1 : 0)));
  return name_of(time) == name ? std::optional(time) : std::nullopt;
}

}  // namespace

/// An open directory of a run.
class Runs::Directory {
 public:
  Directory(System& system, const std::string& path)
      : system_(system),
        path_(path),
        file_(system, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, path) {}

  void write(const std::string& name, std::string_view bytes) const {
    const File file(system_, file_.descriptor(), name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
                    path_ + "/" + name, kPrivateFile);
    file.write_all(bytes);
    file.sync();
  }

  [[nodiscard]] std::string read(const std::string& name) const {
    return File(system_, file_.descriptor(), name, O_RDONLY | O_NOFOLLOW, path_ + "/" + name)
        .read_all();
  }

  void write_manifest(const std::string& text) const {
    write(kNewManifest, text);
    if (system_.rename_at(file_.descriptor(), kNewManifest, file_.descriptor(), kManifest) != 0) {
      fail(path_ + "/" + kManifest, "write it");
    }
    sync();
  }

  void sync() const { file_.sync(); }

  void remove_all() const {
    std::vector<std::string> names;
    if (system_.list(file_.descriptor(), names) != 0) {
      fail(path_, "list it");
    }
    // The manifest first: what is left without one is no run.
    std::stable_partition(names.begin(), names.end(),
                          [](const std::string& name) { return name == kManifest; });
    for (const std::string& name : names) {
      system_.unlink_at(file_.descriptor(), name.c_str(), 0);
    }
  }

 private:
  System& system_;
  std::string path_;
  File file_;
};

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
  if (system_.lock(lock_, LOCK_EX | LOCK_NB) != 0) {
    system_.close(lock_);
    throw Error(Code::locked, directory_, "another katafix is at work here",
                "wait until it is done");
  }
}

Runs::~Runs() { system_.close(lock_); }

Run Runs::apply(const std::vector<Replacement>& replacements, std::size_t keep) {
  Run run{new_name(), RunState::prepared, tree_, {}};
  for (const Replacement& replacement : replacements) {
    RunFile file;
    file.path = replacement.path;
    file.target = replacement.target.substr(root_.size());
    file.backup = std::to_string(run.files.size()) + ".orig";
    file.before = sha256(replacement.before);
    file.after = sha256(replacement.after);
    file.metadata = examine(system_, replacement);
    file.unit = replacement.unit;
    run.files.push_back(std::move(file));
  }
  if (system_.make_directory_at(lock_, run.name.c_str(), kPrivateDirectory) != 0) {
    fail(directory_ + "/runs/" + run.name, "create it", Code::bad_backup_dir);
  }
  try {
    const Directory directory(system_, directory_ + "/runs/" + run.name);
    for (std::size_t index = 0; index < replacements.size(); ++index) {
      directory.write(run.files[index].backup, replacements[index].before);
    }
    directory.write_manifest(to_manifest(run));
    sync_directory(system_, directory_ + "/runs");
    replace_all(system_, replacements);
  } catch (const Error& error) {
    if (error.finding().code != Code::partly_written) {
      discard(run.name);
      throw;
    }
    throw Error(Code::partly_written, error.finding().file, error.what(),
                "mend the cause and run katafix restore " + run.name);
  }
  run.state = RunState::done;
  finish(run);
  prune(keep);
  return run;
}

std::string Runs::new_name() const {
  using std::chrono::microseconds;
  auto now =
      std::chrono::duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch());
  // A clock that was set back must not make this run an old one.
  const std::vector<std::string> existing = names();
  if (!existing.empty()) {
    now = std::max(now, *time_of(existing.back()) + microseconds(1));
  }
  return name_of(now);
}

std::vector<std::string> Runs::names() const {
  std::vector<std::string> names;
  if (system_.list(lock_, names) != 0) {
    fail(directory_, "list its runs", Code::bad_backup);
  }
  std::erase_if(names, [](const std::string& name) { return !time_of(name); });
  std::sort(names.begin(), names.end());
  return names;
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

std::optional<Run> Runs::read(const std::string& name) const {
  const std::string path = directory_ + "/runs/" + name;
  const std::string manifest = name + "/" + kManifest;
  const int descriptor = system_.open_at(lock_, manifest.c_str(), O_RDONLY | O_NOFOLLOW, 0);
  if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return std::nullopt;
  }
  if (descriptor < 0) {
    fail(path + "/" + kManifest, "open it", Code::bad_backup);
  }
  Run run = from_manifest(File(system_, descriptor, path).read_all(), name, path + "/" + kManifest);
  return run.tree == tree_ ? std::optional(std::move(run)) : std::nullopt;
}

void Runs::finish(const Run& run) const {
  try {
    Directory(system_, directory_ + "/runs/" + run.name).write_manifest(to_manifest(run));
  } catch (const Error& error) {
    throw Error(Code::partly_written, error.finding().file,
                std::string("all files were written, but not that the run is ") +
                    std::string(run_state_name(run.state)) + ": " + error.what(),
                "mend the cause; katafix restore " + run.name + " still works");
  }
}

void Runs::discard(const std::string& name) const {
  try {
    Directory(system_, directory_ + "/runs/" + name).remove_all();
    system_.unlink_at(lock_, name.c_str(), AT_REMOVEDIR);
  } catch (const Error&) {
    // What is left has no manifest or is not newer than what is kept: it does no harm.
  }
}

void Runs::prune(std::size_t keep) const {
  try {
    const std::vector<std::string> all = names();
    for (std::size_t index = 0; index + keep < all.size(); ++index) {
      discard(all[index]);
    }
  } catch (const Error&) {
    // The change is made and durable; the next run tries again to make room.
  }
}

std::string Runs::backup_path(const Run& run, const RunFile& file) const {
  return directory_ + "/runs/" + run.name + "/" + file.backup;
}

std::optional<Run> Runs::newest() const {
  std::vector<std::string> newest_first = names();
  std::reverse(newest_first.begin(), newest_first.end());
  for (const std::string& name : newest_first) {
    auto run = read(name);
    if (run && run->state != RunState::undone) {
      return run;
    }
  }
  return std::nullopt;
}

std::optional<Run> Runs::read_named(const std::string& name) const {
  const std::vector<std::string> all = names();
  return std::find(all.begin(), all.end(), name) == all.end() ? std::nullopt : read(name);
}

std::optional<Replacement> Runs::undoing(const Run& run, const RunFile& file) const {
  const std::string backup = backup_path(run, file);
  const std::string target = root_ + file.target;
  std::string now;
  try {
    now = read_target(system_, target, file.path).bytes;
  } catch (const Error& error) {
    throw Error(Code::conflict, file.path, error.what(), "its original is " + backup);
  }
  const std::string state = sha256(now);
  if (state == file.before) {
    return std::nullopt;
  }
  if (state != file.after) {
    throw Error(Code::conflict, file.path,
                "it was changed since run " + run.name + ", and is not overwritten",
                "compare it with the backup " + backup + " and decide by hand");
  }
  std::string original = Directory(system_, directory_ + "/runs/" + run.name).read(file.backup);
  if (sha256(original) != file.before) {
    throw Error(Code::bad_backup, backup,
                "the backup is damaged: its SHA-256 is not the recorded one");
  }
  return Replacement{file.path, target, std::move(now), std::move(original), file.metadata, {}};
}

Run Runs::restore(const std::string& name) {
  std::optional<Run> run = name.empty() ? newest() : read_named(name);
  if (!run) {
    throw Error(Code::no_such_run, directory_,
                name.empty() ? "there is no run that is not undone yet" : "there is no run " + name,
                "katafix restore --list shows the runs");
  }
  std::vector<Replacement> replacements;
  std::vector<RunFile> written;
  for (const RunFile& file : run->files) {
    if (auto replacement = undoing(*run, file)) {
      replacements.push_back(std::move(*replacement));
      written.push_back(file);
    }
  }
  replace_all(system_, replacements);
  run->state = RunState::undone;
  finish(*run);
  run->files = std::move(written);
  return *run;
}

}  // namespace katafix
