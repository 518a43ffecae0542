#pragma once

#include "katafix/engine/containerd_config.hpp"

namespace katafix {

/// Renames plugins without a dot as 2.x does for config version 1 ("cri" becomes
/// "io.containerd.grpc.v1.cri"), in `plugins` and in the lists of disabled and required ones.
void rename_version_1_plugins(ContainerdConfig& config);

/// Moves the settings of "io.containerd.grpc.v1.cri" to "io.containerd.cri.v1.runtime". Throws
/// Error where that makes containerd panic.
void migrate_cri(Value& plugins);

}  // namespace katafix
