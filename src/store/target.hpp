#pragma once

#include "file.hpp"
#include "runs.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace katafix {

/// "/a/b" and "c" of "/a/b/c".
struct SplitPath {
  std::string directory;
  std::string name;
};
[[nodiscard]] SplitPath split_path(const std::string& path);

/// Opens a path below a base, no part of which may be a link. -1 and errno on failure.
[[nodiscard]] int open_below(System& system, const Base& base, const std::string& path, int flags);

/// Opens a directory below a base. Throws Error: Code::conflict when there is a link on the way,
/// which somebody has put there, and Code::unsafe_target when others may change it.
[[nodiscard]] File open_directory(System& system, const Base& base, const std::string& path,
                                  const std::string& shown);

/// A file of a run, and its temporary file: two names in directories that are open. While a run is
/// at work the temporary name holds, whole, what is to be put in the file's place or what was taken
/// out of it; two more names beside it (".part", ".old") are of steps that a crash may interrupt.
class Target {
 public:
  Target(System& system, const Base& node, const RunFile& file);

  /// Looks at the file that is to be replaced. Throws Error where that would do harm or cannot be
  /// done: no regular file, special mode bits, more than one hard link or a mount point unless it
  /// may be overwritten (Code::unsafe_target), it or its directory marked immutable, no right to
  /// write there (Code::write_failed), or bytes other than `before` (Code::conflict).
  struct Found {
    Metadata metadata;
    bool in_place = false;  ///< it can only be overwritten
  };
  [[nodiscard]] Found examine(std::string_view before) const;
  /// The same, but for the bytes, for one who will write nothing; and what only writing tells.
  void check() const;
  /// Throws Error (Code::write_failed) where the file cannot be overwritten or, unless `in_place`,
  /// no other can take its place, as far as that can be told without writing.
  void check_rights(bool in_place) const;

  /// The bytes of the file; nothing when it is gone, or something else is there.
  [[nodiscard]] std::optional<std::string> read() const;
  [[nodiscard]] std::optional<std::string> read_temporary() const;
  /// Its rights now; nothing when it is gone.
  [[nodiscard]] std::optional<Metadata> metadata() const;

  /// Makes the temporary file, durable and with its rights.
  enum class Time { now, as_before };
  void write_temporary(std::string_view bytes, const Metadata& metadata, Time time) const;
  /// Each of the two names then has what the other had. Where the file system cannot exchange names
  /// or keep a second one, what the file held is gone.
  void swap() const;
  void remove_temporary() const;
  /// Ends what a crash interrupted within a step.
  void mend_names() const;

  /// Overwrites the file, in place, durably and never truncated first; `metadata` is given to it,
  /// too, unless it is null.
  void overwrite(std::string_view bytes, const Metadata* metadata) const;
  /// Makes what the file holds durable.
  void sync() const;

 private:
  [[nodiscard]] const File& temporary_directory() const {
    return other_directory_ ? *other_directory_ : directory_;
  }
  [[nodiscard]] std::optional<std::string> read(const File& directory,
                                                const std::string& name) const;
  struct Looks {
    File file;
    struct stat info;
    bool in_place;
  };
  [[nodiscard]] Looks look() const;
  void check_directories() const;
  [[nodiscard]] bool has(const std::string& name) const;
  void rename(const File& from_directory, const std::string& from, const File& to_directory,
              const std::string& to) const;
  void remove(const std::string& name) const;
  [[noreturn]] void fail_to_place() const;
  [[nodiscard]] std::string part() const { return temporary_ + ".part"; }
  [[nodiscard]] std::string old() const { return temporary_ + ".old"; }

  System& system_;
  const RunFile& file_;
  std::string name_;
  std::string temporary_;
  File directory_;
  std::optional<File> other_directory_;  ///< the temporary file's, when it is not the file's
};

}  // namespace katafix
