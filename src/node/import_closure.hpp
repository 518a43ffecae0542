#pragma once

#include "katafix/text/finding.hpp"

#include <string>
#include <vector>

namespace katafix {

class NodeFiles;

/// The files that some of these containerd releases load when they are told to read `main`: itself
/// and its imports, breadth first, each once. Those that are missing or cannot be read are left
/// out; the effective view tells of them.
[[nodiscard]] std::vector<std::string> import_closure(NodeFiles& files, const std::string& main,
                                                      const std::vector<std::string>& releases);

}  // namespace katafix
