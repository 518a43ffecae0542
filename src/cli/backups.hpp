#pragma once

#include "node/reader.hpp"
#include "options.hpp"
#include "store/runs.hpp"
#include "store/stage.hpp"

#include <optional>

namespace katafix::cli {

/// The runs of a node, opened once and locked from then on.
class Backups {
 public:
  /// Both outlive it.
  Backups(const Options& options, const RootReader& reader) : options_(options), reader_(reader) {}

  /// Those that are there. Throws Error (Code::no_such_run) when there are none, and what Runs
  /// does.
  [[nodiscard]] Runs& open() { return opened(Runs::Create::no); }
  /// The same, and makes their directory when it is not there yet.
  [[nodiscard]] Runs& create() {
    check();
    return opened(Runs::Create::yes);
  }

  /// Closes them; of --no-backup nothing stays.
  void close() {
    runs_.reset();
    journal_.reset();
  }

  /// Has what --no-backup would remove stay, and says where.
  [[nodiscard]] std::string keep_journal() {
    journal_->keep();
    return journal_->path();
  }

  /// Throws the Error of create() that can be foreseen without writing anything.
  void check() {
    if (options_.no_backup) {
      Stage::check();
    } else {
      check_backup_directory(system_, place(Root::Missing::is_new));
    }
  }

 private:
  [[nodiscard]] Runs& opened(Runs::Create create);
  /// A directory that is named must be there, unless it is to be made or listed.
  [[nodiscard]] RunsPlace place(Root::Missing missing) const;

  const Options& options_;
  const RootReader& reader_;
  Root machine_{""};
  System system_;
  std::optional<Stage> journal_;  ///< with --no-backup: what is kept as long as the run takes
  std::optional<Runs> runs_;
};

}  // namespace katafix::cli
