#pragma once

#include "katafix/text/finding.hpp"

#include "file.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace katafix {

class RunDirectory;

/// A directory below which names are resolved; no link on the way is followed.
struct Base {
  int descriptor = -1;
  std::string path;  ///< for people; "" for "/"
};

/// Who may do what with a file, and since when.
struct Metadata {
  mode_t mode = 0;
  uid_t user = 0;
  gid_t group = 0;
  struct timespec modified {};
  std::map<std::string, std::string> attributes;  ///< ACL, label and all, by name

  [[nodiscard]] bool same_rights(const Metadata& other) const {
    return mode == other.mode && user == other.user && group == other.group &&
           attributes == other.attributes;
  }
};

/// What bytes are known by once they are elsewhere.
struct Fingerprint {
  std::size_t size = 0;
  std::uint64_t checksum = 0;
  auto operator<=>(const Fingerprint&) const = default;
};

[[nodiscard]] Fingerprint fingerprint(std::string_view bytes);

/// A file that is to be replaced.
struct FileChange {
  std::string path;                 ///< as people know it
  std::string target;               ///< from the node's root, links resolved
  std::string temporary_directory;  ///< the same; no engine loads what is made in it
  std::string_view before;          ///< the bytes that it must still hold
  std::string_view after;           ///< the bytes that take their place
  std::string unit = {};            ///< the systemd unit that reads it; empty when unknown
  bool in_place = false;            ///< may be overwritten where it cannot be replaced: a mount
};

/// Throws the Error that Runs::apply would throw for this file, as far as that can be told without
/// writing anything; `after` does not matter.
void check_target(System& system, const Base& node, const FileChange& change);

/// How far a run has come, as the mark in its directory says: a run without one is prepared.
enum class RunState { prepared, done, undone };

[[nodiscard]] std::string_view run_state_name(RunState state);

/// One file of a run. Its original is N.orig in the run's directory, N its number from 0.
struct RunFile {
  std::string path;       ///< as people know it
  std::string target;     ///< from the node's root
  std::string temporary;  ///< the same: what a crash may leave behind
  Fingerprint before;
  Fingerprint after;
  Metadata metadata;      ///< the old file's
  std::string unit;       ///< the systemd unit that reads it; empty when unknown
  bool in_place = false;  ///< it is overwritten, by N.new: a crash may leave it torn
};

/// What one apply did, and what restore needs to undo it.
struct Run {
  std::string name;  ///< sorts by time: 20261124T090000.000000Z
  RunState state = RunState::prepared;
  std::string tree;  ///< the tree whose files these are
  std::vector<RunFile> files;
};

/// A run that is (or would be) undone, and the numbers of those of its files that are written.
struct Undone {
  Run run;
  std::vector<std::size_t> written;
};

/// Could katafix have made the second text of the first?
using Judge =
    std::function<bool(const std::string& path, std::string_view before, std::string_view after)>;

/// Where the runs of a tree of files are.
struct RunsPlace {
  Base node;              ///< below which the files are
  Base base;              ///< below which `directory` is
  std::string directory;  ///< links resolved
  std::string tree;       ///< names the node among those whose runs are here
  Judge judge;  ///< set where the runs are data of whoever made the node: what is undone must pass
  std::string undo = "katafix restore";  ///< the command that undoes a run there, for advice
};

/// Throws the Error (Code::bad_backup_dir) that keeping a run there would end in, as far as that
/// can be told without writing anything. The directory need not be there yet.
void check_backup_directory(System& system, const RunsPlace& place);

/// The runs below a backup directory (DIR/runs/RUN/{manifest.json,N.orig,done,undone}), locked
/// against other katafix processes as long as this lives.
/// There is one way back, whatever ended a run early: a crash, an error, or a restore. What is
/// found decides: a file is old or new by its fingerprint, and anything else is somebody's edit,
/// which is never overwritten.
class Runs {
 public:
  enum class Create { no, yes };

  /// Throws Error: Code::bad_backup_dir when the directory cannot be used; Code::no_such_run when
  /// it is not there and not to be created; Code::locked when another katafix holds it.
  Runs(System& system, RunsPlace place, Create create);

  /// Backs the files up, replaces them all or none, and removes the oldest finished runs of this
  /// tree but `keep`. Each file is at every instant wholly old or wholly new, and durable when this
  /// returns. Owner, mode and extended attributes stay.
  /// Throws Error, and all files are as they were; once one had been replaced, with
  /// Code::rolled_back; when one could not be put back, with Code::partly_written, and with
  /// Code::not_durable when all are replaced and a power cut may undo it.
  [[nodiscard]] Run apply(const std::vector<FileChange>& changes, std::size_t keep);

  /// All runs of this tree, oldest first. Manifests that cannot be understood become findings.
  [[nodiscard]] std::vector<Run> list(std::vector<Finding>& damaged) const;

  /// Brings each run that a crash cut off to an end, and removes its temporary files: it is done
  /// when all its files are new, and else those that are new are put back. Tells of each with
  /// Code::recovered. Throws Error (Code::conflict, Code::bad_backup) where that cannot be done
  /// without loss; nothing is overwritten then. Warns (Code::bad_backup) of a run that cannot be
  /// read or is not one that katafix could have made.
  [[nodiscard]] std::vector<Finding> recover();

  /// The run that restore() would undo: the one whose name begins so, or when `name` is empty one
  /// that a crash cut off, or else the newest sound one that is not undone yet; `passed_over` tells
  /// of those that are not sound. Throws Error (Code::no_such_run) when there is none, or more than
  /// one.
  [[nodiscard]] Run choose(const std::string& name, std::vector<Finding>& passed_over) const;

  /// The numbers of the files of a run that restore() would write. A file that is as it was before
  /// an older run has gone further back already, and stays. Throws Error: of one that was changed
  /// otherwise since the run Code::conflict, of a backup that is gone or damaged Code::bad_backup,
  /// and where a file could not be written.
  [[nodiscard]] std::vector<std::size_t> to_restore(const Run& run) const;

  /// Puts back the files of a run, all or none. Throws Error.
  [[nodiscard]] Undone restore(Run run);

  /// What a run kept of a file. Throws Error (Code::bad_backup).
  [[nodiscard]] std::string original(const Run& run, std::size_t index) const;

  /// The path of a run's backup of a file, for people.
  [[nodiscard]] std::string backup_path(const Run& run, std::size_t index) const;

 private:
  [[nodiscard]] static std::string new_name(const std::vector<std::string>& existing);
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::string path_of(const std::string& run) const;
  [[nodiscard]] RunDirectory directory_of(const std::string& run) const;
  [[nodiscard]] std::optional<Run> read(const std::string& name) const;
  [[nodiscard]] std::optional<Run> read_sound(const std::string& name, RunState most,
                                              std::vector<Finding>& unsound) const;
  [[nodiscard]] Run find(const std::string& beginning) const;
  void each_sound_run(const std::function<void(const Run&)>& visit) const;
  /// By their targets.
  using Originals = std::set<std::pair<std::string, Fingerprint>>;
  [[nodiscard]] Originals older_originals(const Run& run) const;
  [[nodiscard]] std::string newer_run(const Run& run, const RunFile& file,
                                      const Fingerprint& now) const;
  [[noreturn]] void fail_to_overwrite(const Run& run, std::size_t index) const;
  void prepare(const Run& run, const std::vector<FileChange>& changes) const;
  void note(Run& run, RunState state) const;
  void discard(const std::string& name) const;
  void prune(std::size_t keep) const;
  [[nodiscard]] Finding recover(Run& run) const;

  System& system_;
  RunsPlace place_;
  File directory_;  ///< of all runs, with the lock
};

}  // namespace katafix
