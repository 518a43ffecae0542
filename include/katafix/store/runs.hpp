#pragma once

#include "katafix/store/replace.hpp"

#include <optional>
#include <string>
#include <vector>

namespace katafix {

/// How far a run has come, as its manifest says.
enum class RunState { prepared, done, undone };

[[nodiscard]] std::string_view run_state_name(RunState state);

/// One file of a run.
struct RunFile {
  std::string path;    ///< as people know it
  std::string target;  ///< the file that was replaced, from the node's root
  std::string backup;  ///< the name of its backup in the run's directory: "0.orig"
  std::string before;  ///< SHA-256 of the old bytes
  std::string after;   ///< SHA-256 of the new bytes
  Metadata metadata;   ///< the old file's
};

/// What one apply did, and what restore needs to undo it.
struct Run {
  std::string name;  ///< sorts by time: 20261124T090000.000000Z
  RunState state = RunState::prepared;
  std::vector<RunFile> files;
};

/// The runs below a backup directory (DIR/runs/RUN/{manifest.json,N.orig}), locked against other
/// katafix processes as long as this lives. `root` is where the node's files are: "" for `/`.
class Runs {
 public:
  enum class Create { no, yes };

  /// `directory` has its links resolved.
  /// Throws Error: Code::bad_backup_dir when the directory lies where an engine would load the
  /// backups, or cannot be used; Code::no_such_run when it is not there and not to be created;
  /// Code::locked when another katafix holds it.
  Runs(System& system, std::string directory, std::string root, Create create);
  ~Runs();
  Runs(const Runs&) = delete;
  Runs& operator=(const Runs&) = delete;

  /// Backs the files up, replaces them all, and removes the oldest runs but `keep`. The run's
  /// manifest is durable before the first file is replaced.
  [[nodiscard]] Run apply(const std::vector<Replacement>& replacements, std::size_t keep);

  /// All runs, oldest first. Throws Code::bad_backup for a manifest that cannot be understood.
  [[nodiscard]] std::vector<Run> list() const;

  /// Puts back the files of a run (of the newest one that is not undone yet when `name` is empty).
  /// A file that has changed since is a Code::conflict, and then none is put back.
  /// The result tells of each file that was written.
  [[nodiscard]] Run restore(const std::string& name);

  /// The path of a run's backup of a file.
  [[nodiscard]] std::string backup_path(const Run& run, const RunFile& file) const;

 private:
  class Directory;

  [[nodiscard]] std::string new_name() const;
  [[nodiscard]] std::vector<std::string> names() const;
  /// Nothing for what a crash left before there was a manifest.
  [[nodiscard]] std::optional<Run> read(const std::string& name) const;
  [[nodiscard]] std::optional<Run> read_named(const std::string& name) const;
  [[nodiscard]] std::optional<Run> newest() const;
  void finish(const Run& run) const;
  void remove(const std::string& name) const;
  void prune(std::size_t keep) const;

  System& system_;
  std::string directory_;
  std::string root_;
  int lock_ = -1;
};

}  // namespace katafix
