#pragma once

#include "view.hpp"

#include <cstdint>
#include <vector>

namespace katafix {

/// A containerd configuration, of one file or merged, as far as it concerns handlers.
struct ContainerdConfig {
  std::int64_t version = 0;  ///< 0 where none is given
  Origin version_origin;
  std::vector<Listed> disabled_plugins;
  std::vector<Listed> required_plugins;
  Value plugins;  ///< a table
};

/// Renames the plugin "cri" as 2.x does for config version 1, in `plugins` and in the lists of
/// disabled and required ones. (Others are renamed, too: those in the lists are left out here, for
/// none of them is wrong then.)
void rename_version_1_plugins(ContainerdConfig& config);

/// Moves the handlers of "io.containerd.grpc.v1.cri" to "io.containerd.cri.v1.runtime". Throws
/// Error where that makes containerd panic.
void migrate_cri(Value& plugins);

}  // namespace katafix
