#pragma once

#include "katafix/engine/containerd_config.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace katafix {

/// A handler as containerd's CRI plugin has it.
struct ContainerdHandler {
  std::string runtime_type;
  std::string runtime_path;
  std::string runtime_engine;
  std::string runtime_root;
  std::string binary_name;  ///< options.BinaryName
  bool flag = false;
  bool all_devices_allowed = false;
  Origin origin;                 ///< where it is defined; no source for one that is built in
  Origin flag_origin;            ///< where the flag is set; no source where it is not
  std::vector<Origin> settings;  ///< all that is left of its tables once the files are merged
};

/// The CRI plugin's handlers, as its configuration is printed: legacy tables apart.
struct ContainerdHandlers {
  std::map<std::string, ContainerdHandler> runtimes;
  std::optional<ContainerdHandler> default_runtime;             ///< 1.x
  std::optional<ContainerdHandler> untrusted_workload_runtime;  ///< 1.x
  std::string default_runtime_name = "runc";
  Origin default_runtime_name_origin;
};

/// What the CRI plugin decodes; nothing when it is disabled. Throws Error (Code::engine_refuses).
[[nodiscard]] std::optional<ContainerdHandlers> containerd_handlers(const ContainerdConfig& config,
                                                                    const ContainerdRules& rules);

}  // namespace katafix
