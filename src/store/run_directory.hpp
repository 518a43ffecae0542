#pragma once

#include "file.hpp"
#include "runs.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace katafix {

/// The names of what a run keeps of the file of a number.
[[nodiscard]] std::string original_name(std::size_t index);
[[nodiscard]] std::string replacement_name(std::size_t index);

/// An open directory of a run: its manifest, its backups and the mark of how far it came, readable
/// by their owner alone.
class RunDirectory {
 public:
  /// `shown` is the path of the directory `name` of `runs`. Throws Error (Code::bad_backup).
  RunDirectory(System& system, int runs, const std::string& name, std::string shown);

  /// Writes a file, and makes its bytes durable; its name is when sync() returns.
  void write(const std::string& name, std::string_view bytes) const;
  /// What was kept of the file `path`, when it still has its fingerprint. Throws Error
  /// (Code::bad_backup).
  [[nodiscard]] std::string read(const std::string& name, const Fingerprint& known,
                                 const std::string& path) const;

  /// Makes the names in it durable.
  void sync() const;

  void write_manifest(const Run& run) const;
  /// Nothing when there is no manifest. Throws Error (Code::bad_backup) when it cannot be
  /// understood.
  [[nodiscard]] std::optional<Run> read_manifest(const std::string& run) const;

  [[nodiscard]] RunState state() const;
  /// Marks the run, durably. From one mark to another it goes by RunState::prepared.
  void mark(RunState state) const;

  /// Removes what is in it, as far as that goes: durably first the manifest, and nothing when that
  /// cannot be removed.
  void remove_all() const;

 private:
  /// Removes a file, if it is there.
  void remove(const std::string& name) const;
  [[nodiscard]] std::optional<std::string> read_if_there(const std::string& name) const;

  System& system_;
  std::string path_;
  File file_;
};

}  // namespace katafix
