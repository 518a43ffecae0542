#pragma once

#include "katafix/store/system.hpp"

#include <string>
#include <string_view>

namespace katafix {

/// Writes a file that other programs read, mode 0644, in place of one that may be there: who reads
/// it sees the old one or the new one, whole. `path` has its links resolved.
/// Throws Error: Code::unsafe_target where an engine would load it, or what is there is no regular
/// file; Code::write_failed.
void replace_status_file(System& system, const std::string& path, std::string_view bytes);

/// Writes a file that cannot be replaced: a mount, as a container's termination log is. What is in
/// it already must begin with `mark`, as `bytes` do.
/// Throws Error: Code::unsafe_target where an engine would load it, what is there is no regular
/// file, or it holds something else; Code::write_failed.
void overwrite_status_file(System& system, const std::string& path, std::string_view bytes,
                           std::string_view mark);

}  // namespace katafix
