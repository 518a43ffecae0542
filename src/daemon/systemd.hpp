#pragma once

#include "node/discovery.hpp"
#include "node/files.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace katafix {

using WallTime = std::chrono::system_clock::time_point;

/// A warning where the engine of a tree of this machine was started before one of its files last
/// changed. Nothing without systemd, or when the unit does not run.
[[nodiscard]] std::optional<Finding> restart_needed(const EngineTree& tree, NodeFiles& files);

/// When a unit's main process was started, in microseconds of CLOCK_MONOTONIC: from what
/// `systemctl show --property=ActiveState,ExecMainStartTimestampMonotonic` prints. Nothing when the
/// unit is not active.
[[nodiscard]] std::optional<std::chrono::microseconds> active_since(std::string_view printed);

/// The same for a unit that was started at that time.
[[nodiscard]] std::optional<Finding> restart_needed(const EngineTree& tree, NodeFiles& files,
                                                    WallTime started);

}  // namespace katafix
