#include "katafix/engine/containerd_handlers.hpp"

#include "katafix/engine/containerd_merge.hpp"
#include "katafix/engine/containerd_schema.hpp"
#include "katafix/engine/definition.hpp"
#include "katafix/engine/spelling.hpp"

#include <utility>

namespace katafix {

namespace {

class Decoder {
 public:
  explicit Decoder(const ContainerdRules& rules) : rules_(rules) {
    ContainerdHandler runc;
    runc.runtime_type = rules.runc_type;
    handlers_.runtimes.emplace("runc", runc);
  }

  ContainerdHandlers take() && { return std::move(handlers_); }

  void containerd_of(const Value& cri) {
    const std::vector<const Value*> tables = spelled(cri, "containerd", rules_.keys);
    for (const Value* containerd : tables) {
      containerd_table(*containerd);
    }
    // marshal.go valueFromTree @v1.9.5: an embedded struct without a table of its own.
    if (tables.empty() && rules_.keys == Keys::go_toml_1) {
      containerd_table(cri);
    }
  }

 private:
  void containerd_table(const Value& containerd) {
    for (const Value* runtimes : spelled(containerd, "runtimes", rules_.keys)) {
      runtimes_table(*runtimes);
    }
    for (const Value* name : spelled(containerd, "default_runtime_name", rules_.keys)) {
      handlers_.default_runtime_name = name->string;
      handlers_.default_runtime_name_origin = name->origin;
    }
    if (!rules_.merges_plugins) {
      legacy(containerd, "default_runtime", handlers_.default_runtime);
      legacy(containerd, "untrusted_workload_runtime", handlers_.untrusted_workload_runtime);
    }
  }

  void runtimes_table(const Value& runtimes) {
    if (!rules_.keeps_built_in_runc) {
      handlers_.runtimes.clear();
    }
    for (const auto& [name, table] : runtimes.entries) {
      if (!rules_.merges_plugins) {
        handlers_.runtimes.erase(name);
      }
      fill(handlers_.runtimes[name], table);
    }
  }

  void legacy(const Value& containerd, std::string_view name,
              std::optional<ContainerdHandler>& handler) const {
    for (const Value* table : spelled(containerd, name, rules_.keys)) {
      fill(handler.emplace(), *table);
    }
  }

  void fill(ContainerdHandler& handler, const Value& table) const {
    if (handler.origin.source == nullptr) {
      handler.origin = table.origin;
    }
    string(table, "runtime_type", handler.runtime_type);
    if (rules_.has_runtime_path()) {
      string(table, "runtime_path", handler.runtime_path);
    }
    // 2.x knows them no more, but they tell what is meant to run.
    string(table, "runtime_engine", handler.runtime_engine);
    string(table, "runtime_root", handler.runtime_root);
    if (const Value* options = table.find("options")) {
      const Value* const binary = options->find("BinaryName");
      handler.binary_name = binary == nullptr ? handler.binary_name : binary->string;
    }
    list_settings(table, handler.settings);
    for (const Value* flag : spelled(table, kFlag, rules_.keys)) {
      handler.flag = flag->boolean;
      handler.flag_origin = flag->origin;
    }
    if (rules_.has_all_devices_allowed()) {
      for (const Value* all : spelled(table, kAllDevices, rules_.keys)) {
        handler.all_devices_allowed = all->boolean;
      }
    }
  }

  static void list_settings(const Value& value, std::vector<Origin>& settings) {
    for (const auto& [name, entry] : value.entries) {
      if (entry.origin.source != nullptr) {
        settings.push_back(entry.origin);
      }
      list_settings(entry, settings);
    }
  }

  void string(const Value& table, std::string_view field, std::string& to) const {
    for (const Value* value : spelled(table, field, rules_.keys)) {
      to = value->string;
    }
  }

  static constexpr std::string_view kAllDevices =
      "privileged_without_host_devices_all_devices_allowed";

  const ContainerdRules& rules_;
  ContainerdHandlers handlers_;
};

void check_plugin(const ContainerdConfig& config, std::string_view id,
                  std::span<const Field> fields, const ContainerdRules& rules) {
  const Value* const plugin = config.plugins.find(id);
  if (plugin != nullptr && !is_disabled(config, id)) {
    check_table(*plugin, id, fields, rules);
  }
}

}  // namespace

std::optional<ContainerdHandlers> containerd_handlers(const ContainerdConfig& config,
                                                      const ContainerdRules& rules) {
  const bool is_2 = rules.merges_plugins;
  const std::string_view id = is_2 ? kCriRuntime : config.version == 1 ? kCriShort : kCriGrpc;
  check_plugin(config, id, is_2 ? cri_runtime_fields() : cri_fields(), rules);
  if (is_2) {
    check_plugin(config, kCriImages, cri_image_fields(), rules);
    check_plugin(config, kCriGrpc, cri_server_fields(), rules);
  }
  // 2.x: without its service the CRI runtime serves nobody.
  if (is_disabled(config, id) || (is_2 && is_disabled(config, kCriGrpc))) {
    return std::nullopt;
  }
  Decoder decoder(rules);
  if (const Value* plugin = config.plugins.find(id)) {
    decoder.containerd_of(*plugin);
  }
  return std::move(decoder).take();
}

}  // namespace katafix
