#pragma once

#include "katafix/node/reader.hpp"
#include "katafix/text/finding.hpp"

#include <functional>
#include <string>

namespace katafix {

/// Calls `visit` for each file that CRI-O reads below its drop-in directory, in its order: Go's
/// filepath.Walk, which does not follow links, takes everything that is no directory, whatever it
/// is called (cri-o pkg/config/config.go UpdateFromPath). A link to a file is visited. `stop` gets
/// the error of each place where CRI-O would end; when it does not throw, the walk goes on.
void walk_crio_directory(const FileReader& reader, const std::string& directory,
                         const std::function<void(const std::string&)>& visit,
                         const std::function<void(const Error&)>& stop);

}  // namespace katafix
