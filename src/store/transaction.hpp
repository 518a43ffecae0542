#pragma once

#include "run_directory.hpp"
#include "runs.hpp"
#include "target.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace katafix {

/// The files of a run on their node: forward, by what is planned, and back, by what is found.
class Transaction {
 public:
  /// All of these outlive it.
  Transaction(System& system, const Base& node, const Run& run, const RunDirectory& directory)
      : system_(system), node_(node), run_(run), directory_(directory) {}

  /// Replaces the files. All temporary files are there before the first file is replaced.
  /// Throws Error, and leaves what a crash would.
  void replace(const std::vector<FileChange>& changes) const;

  /// Removes the temporary files, and makes all names durable.
  void finish() const;

  /// foreign: somebody's edit; edited: the same, of a file that had been replaced.
  enum class FileState { old, fresh, torn, foreign, edited };

  /// What each file is. Throws Error (Code::bad_backup).
  [[nodiscard]] std::vector<FileState> states() const;

  /// The files of a run by their numbers.
  struct Outcome {
    bool all_new = false;  ///< those that are not foreign
    std::vector<std::size_t> written;
    std::vector<std::size_t> foreign;  ///< somebody's edits, which stay
    bool is_edited = false;            ///< one of them came after the file was replaced
  };

  /// What the files are to be: new when all are so already, and else old; or one of both.
  enum class Goal { as_found, old, fresh };

  /// The one way back (or forth), whatever state the files are in, and as often as it takes. Those
  /// that are foreign stay so. The temporary files stay for another way.
  /// Throws Error: Code::bad_backup where a file would be written and what it should hold is
  /// damaged, before any is written; Code::conflict where there are two edits of a file and no
  /// telling which counts.
  [[nodiscard]] Outcome bring_all(Goal goal) const;
  /// The same, finished.
  Outcome settle(Goal goal) const;

  /// Which files are new, or may be, for people.
  [[nodiscard]] std::string what_is_new() const;

  /// Why the run is not one that katafix could have made here; nothing when it could.
  [[nodiscard]] std::optional<std::string> misfit(const Judge& judge) const;

 private:
  void sync_directories() const;
  void place(std::size_t index, const FileChange& change) const;
  [[nodiscard]] FileState state_of(std::size_t index,
                                   const std::optional<std::string>& bytes) const;
  [[nodiscard]] bool is_torn(std::size_t index, std::string_view bytes) const;
  [[nodiscard]] FileState look_at(std::size_t index) const;
  void make_ready(std::size_t index, FileState wanted) const;
  [[nodiscard]] FileState bring(std::size_t index, FileState wanted) const;
  [[nodiscard]] std::optional<std::string> misfit(std::size_t index, const Judge& judge) const;
  [[nodiscard]] std::string original(std::size_t index) const {
    return directory_.read(original_name(index), run_.files[index].before, run_.files[index].path);
  }
  [[nodiscard]] std::string replacement(std::size_t index) const {
    return directory_.read(replacement_name(index), run_.files[index].after,
                           run_.files[index].path);
  }
  [[noreturn]] void two_versions(const RunFile& file) const;

  System& system_;
  const Base& node_;
  const Run& run_;
  const RunDirectory& directory_;
};

/// What ended some work early; nothing when nothing did. To run out of memory is an error, too.
[[nodiscard]] std::optional<Error> failure_of(const std::function<void()>& work);

/// Finishes what all files are for, or throws Error (Code::not_durable).
void finish_durably(const Transaction& transaction);

/// Ends what failed, as the recovery from a crash would: all files old, or all new again. The error
/// tells what became of them; `undo` is the command that undoes a run.
[[nodiscard]] Error after_failure(const Transaction& transaction, const Run& run,
                                  const Error& cause, Transaction::Goal goal,
                                  const std::string& undo);

}  // namespace katafix
