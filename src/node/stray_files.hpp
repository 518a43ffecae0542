#pragma once

#include "katafix/node/discovery.hpp"
#include "katafix/node/effective.hpp"
#include "katafix/text/finding.hpp"

#include <vector>

namespace katafix {

class NodeFiles;

/// Files of a tree that are loaded by accident, or not although they stand where drop-ins do:
/// backups in CRI-O's directory, drop-ins that nothing imports, k3s' older template.
[[nodiscard]] std::vector<Finding> stray_files(NodeFiles& files, const EngineTree& tree,
                                               const std::vector<Effective>& views);

}  // namespace katafix
