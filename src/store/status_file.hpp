#pragma once

#include "system.hpp"

#include <string>
#include <string_view>

namespace katafix {

/// Writes a file of this machine that other programs read, mode 0644, in place of one that may be
/// there: who reads it sees the old one or the new one, whole. A link by that name is not followed:
/// where others may write to the directory it is replaced as any file is, and elsewhere refused.
/// Throws Error: Code::unsafe_target where what is there is no regular file; Code::write_failed.
void replace_status_file(System& system, const std::string& path, std::string_view bytes);

/// The same for a file that cannot be replaced, as it is a mount: a container's termination log. It
/// is overwritten, unless others may write to its directory. What is in it already must begin with
/// `mark`, as `bytes` do; if not, Code::unsafe_target.
void overwrite_status_file(System& system, const std::string& path, std::string_view bytes,
                           std::string_view mark);

}  // namespace katafix
