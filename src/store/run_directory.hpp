#pragma once

#include "katafix/store/runs.hpp"

#include "file.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace katafix {

/// An open directory of a run: its manifest, its backups and the mark of how far it came, readable
/// by their owner alone.
class RunDirectory {
 public:
  RunDirectory(System& system, const std::string& path);

  /// Writes a file, and makes its bytes durable; its name is when sync() returns.
  void write(const std::string& name, std::string_view bytes) const;
  /// The bytes of a backup. Throws Error (Code::bad_backup).
  [[nodiscard]] std::string read(const std::string& name) const;

  /// Makes the names in it durable.
  void sync() const;

  /// Writes the manifest, durably.
  void write_manifest(const Run& run) const;

  /// Marks the run, durably. It had the mark of `before`.
  void mark(RunState before, RunState now) const;

  /// Removes what is in it, as far as that goes: durably first the manifest, and nothing when that
  /// cannot be removed.
  void remove_all() const;

 private:
  /// Removes a file, if it is there.
  void remove(const std::string& name) const;

  System& system_;
  std::string path_;
  File file_;
};

/// How far the run in the directory `name` of `runs` came. Throws Error (Code::bad_backup).
[[nodiscard]] RunState read_state(System& system, int runs, const std::string& name,
                                  const std::string& path);

/// The run in the directory `name` of `runs`, which is shown as `path`; nothing when it has no
/// manifest. Throws Error (Code::bad_backup) when that cannot be understood.
[[nodiscard]] std::optional<Run> read_manifest(System& system, int runs, const std::string& name,
                                               const std::string& path);

}  // namespace katafix
