#include "katafix/engine/containerd_validate.hpp"

#include <string_view>

namespace katafix {

namespace {

bool is_used(const std::optional<ContainerdHandler>& legacy) {
  return legacy && !legacy->runtime_type.empty();
}

void check_default(const ContainerdHandlers& handlers, std::vector<StartFailure>& failures) {
  if (is_used(handlers.default_runtime)) {
    return;
  }
  const std::string& name = handlers.default_runtime_name;
  if (!handlers.runtimes.contains(name)) {
    const bool is_set = handlers.default_runtime_name_origin.source != nullptr;
    const std::string message = name.empty() ? "default_runtime_name is empty"
                                             : "default_runtime_name is " + name +
                                                   (is_set ? "" : ", as nothing else is set,") +
                                                   " and no such handler is defined";
    failures.push_back({Code::engine_refuses, message, handlers.default_runtime_name_origin});
  }
}

void check_handler(const std::string& name, const ContainerdHandler& handler,
                   const ContainerdRules& rules, std::vector<StartFailure>& failures) {
  constexpr std::string_view linux_v1 = "io.containerd.runtime.v1.linux";
  if (handler.all_devices_allowed && !handler.flag) {
    failures.push_back({Code::all_devices_allowed,
                        "the handler " + name +
                            " has privileged_without_host_devices_all_devices_allowed, but not "
                            "privileged_without_host_devices, which that needs",
                        handler.origin});
  }
  if (handler.runtime_type == linux_v1 || rules.merges_plugins) {
    return;
  }
  if (!handler.runtime_engine.empty() || !handler.runtime_root.empty()) {
    failures.push_back({Code::engine_refuses,
                        "the handler " + name + " has " +
                            (handler.runtime_engine.empty() ? "runtime_root" : "runtime_engine") +
                            ", which only works with the runtime_type " + std::string(linux_v1),
                        handler.origin});
  }
}

}  // namespace

std::vector<StartFailure> cri_start_failures(const ContainerdHandlers& handlers,
                                             const ContainerdRules& rules) {
  std::vector<StartFailure> failures;
  if (!rules.merges_plugins && is_used(handlers.untrusted_workload_runtime) &&
      handlers.runtimes.contains("untrusted")) {
    failures.push_back({Code::engine_refuses,
                        "both untrusted_workload_runtime and the handler untrusted are defined",
                        handlers.untrusted_workload_runtime->origin});
  }
  check_default(handlers, failures);
  for (const auto& [name, handler] : handlers.runtimes) {
    check_handler(name, handler, rules, failures);
  }
  return failures;
}

}  // namespace katafix
