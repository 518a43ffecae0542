#pragma once

#include "katafix/store/replace.hpp"
#include "katafix/text/edit.hpp"
#include "katafix/text/finding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// How far a run has come, as the mark in its directory says: a run without one is prepared.
enum class RunState { prepared, done, undone };

[[nodiscard]] std::string_view run_state_name(RunState state);

/// A file that is to be edited.
struct FileEdits {
  std::string path;         ///< as people know it
  std::string target;       ///< the file on this machine: links resolved
  std::string before;       ///< the bytes that it must still hold
  std::vector<Edit> edits;  ///< as apply_edits takes them
  std::string unit = {};    ///< the systemd unit that reads it; empty when unknown
  bool in_place = false;    ///< may be overwritten where it cannot be replaced: a mount point
};

/// One span of a file's old bytes, and what took its place.
struct RunEdit {
  std::size_t offset = 0;  ///< in the old bytes
  std::string removed;
  std::string inserted;
};

/// One file of a run.
struct RunFile {
  std::string path;            ///< as people know it
  std::string target;          ///< the file that was replaced, from the node's root
  std::string backup;          ///< the name of its backup in the run's directory: "0.orig"
  std::size_t size = 0;        ///< of the old bytes
  std::uint32_t checksum = 0;  ///< theirs: CRC-32
  std::vector<RunEdit> edits;  ///< what made the new bytes of the old, in the order of the file
  Metadata metadata;           ///< the old file's
  std::string unit;            ///< the systemd unit that reads it; empty when unknown
  bool in_place = false;       ///< it is overwritten: a crash may leave it torn
  std::string temporary;       ///< the name of its temporary file, which a crash may leave behind
};

/// What one apply did, and what restore needs to undo it.
struct Run {
  std::string name;  ///< sorts by time: 20261124T090000.000000Z
  RunState state = RunState::prepared;
  std::string tree;  ///< the tree whose files these are, as Runs names it
  std::vector<RunFile> files;
};

struct Texts;

/// The runs below a backup directory (DIR/runs/RUN/{manifest.json,N.orig,done,undone}), locked
/// against other katafix processes as long as this lives. `root` is where the node's files are: ""
/// for `/`.
/// What a file was before its run is its backup, and what it was after it is that with the run's
/// edits made. Restore and recovery compare files with both, byte by byte, once the backup has its
/// checksum: a damaged one is no measure for anything.
class Runs {
 public:
  enum class Create { no, yes };

  /// Is there anything below a backup directory that could be recovered or restored?
  [[nodiscard]] static bool are_in(System& system, const std::string& directory);

  /// `directory` has its links resolved.
  /// Throws Error: Code::bad_backup_dir when the directory lies where an engine would load the
  /// backups, or cannot be used; Code::no_such_run when it is not there and not to be created;
  /// Code::locked when another katafix holds it.
  Runs(System& system, std::string directory, std::string root, Create create);
  ~Runs();
  Runs(const Runs&) = delete;
  Runs& operator=(const Runs&) = delete;

  /// Backs the files up, edits them all, and removes the oldest runs but `keep`. The run's
  /// manifest is durable before the first file is replaced. Throws what replace_all does.
  [[nodiscard]] Run apply(std::vector<FileEdits> files, std::size_t keep);

  /// All runs of this tree, oldest first. Manifests that cannot be understood become findings.
  [[nodiscard]] std::vector<Run> list(std::vector<Finding>& damaged) const;

  /// Brings each run that a crash cut off to an end, and removes its temporary files: it is done
  /// when all its files are new, and else those that are new are put back. Tells of each with
  /// Code::recovered. Throws Error (Code::conflict) where a file that is neither old nor new leaves
  /// the others half done, or (Code::bad_backup) where a backup is damaged: nothing is overwritten
  /// then. Warns (Code::bad_backup) of a run without a mark whose manifest cannot be read.
  [[nodiscard]] std::vector<Finding> recover();

  /// Puts back the files of a run: when `name` is empty, of one that a crash cut off, or else of
  /// the newest that is not undone yet.
  /// A file that has changed since is a Code::conflict, and a backup that is gone or damaged
  /// Code::bad_backup; then none is put back.
  /// The result tells of each file that was written.
  [[nodiscard]] Run restore(const std::string& name);

  /// The path of a run's backup of a file.
  [[nodiscard]] std::string backup_path(const Run& run, const RunFile& file) const;

 private:
  [[nodiscard]] static std::string new_name(const std::vector<std::string>& existing);
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::string path_of(const std::string& run) const;
  /// Nothing for what is no run of this tree, or was left by a crash before it had a manifest.
  [[nodiscard]] std::optional<Run> read(const std::string& name) const;
  [[nodiscard]] std::optional<Run> read_named(const std::string& name) const;
  [[nodiscard]] std::optional<Run> newest() const;
  /// The run of a name, when it is of this tree and prepared. Throws Error (Code::bad_backup).
  [[nodiscard]] std::optional<Run> cut_off(const std::string& name) const;
  void prepare(const Run& run, const std::vector<Replacement>& replacements) const;
  void mark(Run& run, RunState state) const;
  void finish(Run& run, RunState state) const;
  void abandon(const Run& run) const;
  void discard(const std::string& name) const;
  void prune(const std::vector<std::string>& all, std::size_t keep) const;

  [[nodiscard]] std::vector<Texts> read_texts(const Run& run) const;
  void settle(const Run& run, const std::vector<Texts>& texts) const;
  void sync_files(const Run& run) const;
  void settle_temporary(const RunFile& file, const std::string& name, std::string_view taken,
                        std::string_view placed) const;
  [[nodiscard]] std::optional<Replacement> undoing(const Run& run, const RunFile& file,
                                                   Texts texts) const;
  void note_quietly(Run& run, RunState state) const;
  [[nodiscard]] std::vector<RunFile> undo(Run& run, std::vector<Texts> texts) const;
  [[nodiscard]] Finding recover(Run& run) const;

  System& system_;
  std::string directory_;
  std::string root_;
  std::string tree_;
  int lock_ = -1;
};

}  // namespace katafix
