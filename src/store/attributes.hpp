#pragma once

#include "katafix/store/replace.hpp"

#include "file.hpp"

#include <string>

namespace katafix {

/// Gives a file the extended attributes of another: labels, ACL and all. What the other does not
/// have, such as an ACL that the directory hands down, is removed.
void copy_attributes(System& system, const File& from, const File& to, const std::string& shown);

/// Gives a file its owner, unless it has that one already.
void set_owner(System& system, const File& file, const Metadata& wanted, const std::string& shown);

/// Gives a file its mode. Throws Error when it does not have that and its owner afterwards.
void set_mode(System& system, const File& file, const Metadata& wanted, const std::string& shown);

/// Gives a file its old time of modification.
void set_time(System& system, const File& file, const struct timespec& modified,
              const std::string& shown);

}  // namespace katafix
