#pragma once

#include "katafix/store/replace.hpp"

#include "file.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace katafix {

/// The bits of a mode that a config file may have.
inline constexpr mode_t kPermissions = 0777;

/// What the name of each temporary file begins with.
inline constexpr std::string_view kTemporaryPrefix = ".katafix-";

/// The bytes of a target. Throws Error when it cannot be read or is no regular file.
[[nodiscard]] std::string read_target(System& system, const std::string& target,
                                      const std::string& shown);

/// Opens a file for reading; nothing when there is none.
[[nodiscard]] std::optional<File> open_if_there(System& system, const std::string& path,
                                                const std::string& shown);

/// Opens what is of a type (S_IFREG, S_IFDIR) for reading; nothing when it is gone, or something
/// else, which somebody put in its place.
[[nodiscard]] std::optional<File> open_if_is(mode_t type, System& system, const std::string& path,
                                             const std::string& shown);

/// Can nobody else replace what is in a directory? It is root's or one's own, and where others may
/// write to it (in one's own: those outside its group) it is sticky.
[[nodiscard]] bool is_trusted(const struct stat& directory);

/// Opens the directory of a target or of its temporary file. Throws Error (Code::unsafe_target)
/// when it cannot be trusted.
[[nodiscard]] File open_directory(System& system, const std::string& path,
                                  const std::string& shown);

/// Overwrites a target that holds `before` by `after`, in place, durably and never truncated first.
/// Throws Error: the target then holds `before` again, or, with Code::partly_written, a mixture.
void overwrite(System& system, const Replacement& replacement);

/// The same replacement the other way round, with the metadata of the original.
[[nodiscard]] Replacement inverse(const Replacement& replacement, const Metadata& metadata);

/// Would an engine load what lies in a directory? Only its name tells, for it need not exist yet.
[[nodiscard]] bool is_loaded_directory(const std::string& path);

/// The name of the temporary file for undoing what was done with another, and the other way round.
[[nodiscard]] std::string other_temporary(const std::string& name);

/// A name for a temporary file; it ends in no suffix that an engine loads.
[[nodiscard]] std::string new_temporary();

}  // namespace katafix
