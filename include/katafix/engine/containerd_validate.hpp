#pragma once

#include "katafix/engine/containerd_handlers.hpp"
#include "katafix/engine/containerd_rules.hpp"
#include "katafix/text/finding.hpp"

#include <string>
#include <vector>

namespace katafix {

/// Why a part of the daemon would not start with a configuration that containerd can print.
struct StartFailure {
  Code code = Code::engine_refuses;
  std::string message;
  Origin origin;  ///< the guilty place; no source when something is missing everywhere
};

/// What makes the CRI plugin fail to load with these handlers (ValidatePluginConfig in
/// pkg/cri/config/config.go @v1.7.27, ValidateRuntimeConfig in internal/cri/config @v2.1.9).
[[nodiscard]] std::vector<StartFailure> cri_start_failures(const ContainerdHandlers& handlers,
                                                           const ContainerdRules& rules);

}  // namespace katafix
