#pragma once

#include "katafix/text/finding.hpp"

#include "discovery.hpp"
#include "effective.hpp"
#include "plan.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace katafix {

class NodeFiles;

/// That the engine does not load a file, and which Kata handlers that it loads from no other are in
/// it; nothing for one that may well stand there so: it has none and is no drop-in, or is a backup.
[[nodiscard]] std::optional<Finding> not_loaded(
    NodeFiles& files, const EngineTree& tree, const PlannedFile& stray,
    const std::function<bool(const HandlerId&)>& is_loaded);

/// Files of a tree that are loaded by accident, or not although they stand where drop-ins do:
/// backups in CRI-O's directory, drop-ins that nothing imports, what imports names behind a header,
/// k3s' older template.
[[nodiscard]] std::vector<Finding> stray_files(NodeFiles& files, const EngineTree& tree,
                                               const std::vector<Effective>& views,
                                               const Selection& selection);

}  // namespace katafix
