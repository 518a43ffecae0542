#pragma once

#include "file.hpp"
#include "runs.hpp"

#include <string>

namespace katafix {

/// The bits of a mode that a config file may have.
inline constexpr mode_t kPermissions = 0777;

/// What an open file's metadata is. `info` is what stat says of it.
[[nodiscard]] Metadata metadata_of(const File& file, const struct stat& info);

/// Gives a file its owner, extended attributes and mode, the last one last: until then the mode
/// that it was made with keeps others out, whatever ACL the directory hands down. Throws Error when
/// it does not have them afterwards.
void set_rights(const File& file, const Metadata& wanted);

/// Throws the Error of set_rights() for one who cannot give a new file the owner that the old one
/// has, as far as that can be told beforehand.
void check_keeping_owner(const struct stat& info, const std::string& shown);

/// Gives a file its old time of modification.
void set_time(const File& file, const Metadata& wanted);

}  // namespace katafix
