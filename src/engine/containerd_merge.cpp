#include "katafix/text/finding.hpp"

#include "containerd_migrate.hpp"
#include "merge.hpp"
#include "spelling.hpp"
#include "tables.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

namespace katafix {

namespace {

[[noreturn]] void refuse(const Origin& origin, const std::string& message) {
  throw Error(Code::engine_refuses, *origin.source, origin.offset, message);
}

void check_is_table(std::string_view name, const Value& plugin) {
  if (!plugin.is_table()) {
    refuse(plugin.origin,
           std::string(name) + " must be a table, not " + std::string(kind_name(plugin.kind)));
  }
}

bool holds(const std::vector<Listed>& list, std::string_view plugin) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Listed& listed) { return listed.text == plugin; });
}

/// Merges a main file and its imports as LoadConfig does in services/server/config/config.go (1.x)
/// and cmd/containerd/server/config/config.go (2.x).
class ContainerdMerge final : public Merge {
 public:
  explicit ContainerdMerge(const Release& release) : release_(release), rules_(*release.rules) {
    // cmd/containerd/command/config.go: what a file without a version counts as.
    whole_.version = rules_.is_2 ? rules_.newest_config : 1;
  }

  void add(const Value& file) override {
    has_odd_types_ = has_odd_types_ || file.has_odd_types;
    ContainerdConfig config = read(file);
    if (rules_.migrates_each_file) {
      migrate_to_newest(config);
    } else if (rules_.is_2 && (config.version == 0 || config.version == 1)) {
      migrate_to_whole(config);
    }
    if (config.version != 0) {
      whole_.version = config.version;
      whole_.version_origin =
          config.version_origin.is_known() ? config.version_origin : whole_.version_origin;
    }
    append(whole_.disabled_plugins, config.disabled_plugins);
    append(whole_.required_plugins, config.required_plugins);
    if (rules_.is_2) {
      merge_deeply(whole_.plugins, config.plugins);
      return;
    }
    for (const auto& [name, plugin] : config.plugins.entries) {
      whole_.plugins.entries.change().insert_or_assign(name, plugin);
    }
  }

  View finish(Complete complete) override {
    if (complete == Complete::yes) {
      check_version();
      check_plugin_names();
    }
    const bool moves = rules_.is_2 && !rules_.migrates_each_file;
    if (moves && whole_.version < rules_.newest_config && !is_disabled(kCriRuntime)) {
      migrate_cri(whole_.plugins);
    }
    const std::string_view id = rules_.is_2           ? kCriRuntime
                                : whole_.version == 1 ? kCriShort
                                                      : kCriGrpc;
    View view;
    // 2.x: without its service the CRI runtime serves nobody, and it does not load without images.
    const bool is_enabled = !is_disabled(id) && !(rules_.is_2 && is_disabled(kCriGrpc));
    view.serves_cri = is_enabled && !(rules_.is_2 && is_disabled(kCriImages));
    const Value* const plugin = whole_.plugins.find(id);
    if (plugin != nullptr && !is_disabled(id)) {
      check_is_table(id, *plugin);
      if (has_odd_types_) {
        check_types(*plugin, Level::plugin, release_);
      }
    }
    if (is_enabled) {
      decode(plugin, view);
    }
    return view;
  }

 private:
  ContainerdConfig read(const Value& file) const {
    if (file.has_odd_types) {
      check_types(file, Level::root, release_);
    }
    ContainerdConfig config;
    for_each_spelled(file, "version", rules_.keys, [&](const Value& version) {
      config.version = version.integer;
      config.version_origin = version.origin;
    });
    config.disabled_plugins = list_of(file, "disabled_plugins", rules_.keys);
    config.required_plugins = list_of(file, "required_plugins", rules_.keys);
    for_each_spelled(file, "plugins", rules_.keys,
                     [&](const Value& plugins) { merge_deeply(config.plugins, plugins); });
    // go-toml 1 decodes them into a map of trees.
    for (const auto& [name, plugin] : config.plugins.entries) {
      if (rules_.keys == Keys::go_toml_1) {
        check_is_table(name, plugin);
      }
    }
    return config;
  }

  static void append(std::vector<Listed>& to, const std::vector<Listed>& from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  [[nodiscard]] bool is_disabled(std::string_view plugin) const {
    return holds(whole_.disabled_plugins, plugin);
  }

  /// 2.0 to 2.2 lift a file without a version to the version so far, 3 at first, and call that its
  /// own: then nothing moves its CRI settings to the id of version 3.
  void migrate_to_whole(ContainerdConfig& file) const {
    if (whole_.version > file.version) {
      check_version();  // the migration panics on a version that it does not know
      if (whole_.version >= 2) {
        rename_version_1_plugins(file);
      }
      file.version = whole_.version;
    }
  }

  void migrate_to_newest(ContainerdConfig& file) {
    if (root_version_ == 0) {
      root_version_ = file.version;
      root_version_origin_ = file.version_origin;
    }
    if (file.version > root_version_ && rules_.bars_newer_drop_ins) {
      refuse(file.version_origin, "config version " + std::to_string(file.version) +
                                      " is higher than version " + std::to_string(root_version_) +
                                      " of " + root_version_origin_.file() +
                                      ", which is loaded before it");
    }
    if (file.version < 0) {
      refuse(file.version_origin, "there is no config version " + std::to_string(file.version));
    }
    if (file.version < whole_.version) {
      check_version();
    }
    for (std::int64_t version = file.version; version < whole_.version; ++version) {
      if (version == 1) {
        rename_version_1_plugins(file);
      }
      migrate_cri(file.plugins);
    }
    file.version = std::max(file.version, whole_.version);
  }

  void check_version() const {
    if (rules_.newest_config != 0 && whole_.version > rules_.newest_config) {
      refuse(whole_.version_origin, "config version " + std::to_string(whole_.version) +
                                        " is not supported: the highest is " +
                                        std::to_string(rules_.newest_config));
    }
  }

  void check_plugin_names() const {
    const bool only_version_2 = !release_.since({1, 6});
    if (!rules_.is_2 && (only_version_2 ? whole_.version != 2 : whole_.version < 2)) {
      return;
    }
    for (const std::vector<Listed>* list : {&whole_.disabled_plugins, &whole_.required_plugins}) {
      for (const Listed& plugin : *list) {
        check_plugin_name(plugin.text, plugin.origin);
      }
    }
    if (!rules_.is_2) {
      for (const auto& [name, plugin] : whole_.plugins.entries) {
        check_plugin_name(name, plugin.origin);
      }
    }
  }

  void check_plugin_name(std::string_view name, const Origin& origin) const {
    const auto dots = std::count(name.begin(), name.end(), '.');
    const bool wants_prefix = !rules_.is_2 && release_.since({1, 7});
    if (dots < (rules_.is_2 ? 1 : 3) || (wants_prefix && !name.starts_with("io.containerd."))) {
      refuse(origin, "\"" + std::string(name) + "\" is no plugin id: config version " +
                         std::to_string(whole_.version) + " wants io.containerd.X.vX" +
                         (name == kCriShort ? ", here \"" + std::string(kCriGrpc) + "\"" : ""));
    }
  }

  void decode(const Value* plugin, View& view) {
    view.handlers.set_built_in(rules_.built_in, rules_.built_in_type);
    if (plugin != nullptr) {
      for_each_spelled(*plugin, "containerd", rules_.keys,
                       [&](const Value& table) { decode_containerd(table, view); });
    }
    add_start_problems(view);
  }

  void decode_containerd(const Value& containerd, View& view) {
    for_each_spelled(containerd, "runtimes", rules_.keys, [&](const Value& runtimes) {
      // go-toml 1 makes a new map of them (marshal.go @v1.9.5), the others fill the built-in one.
      if (rules_.keys == Keys::go_toml_1) {
        view.handlers = {};
      }
      for (const auto& [name, table] : runtimes.entries) {
        ViewedHandler& handler = view.handlers.define(name);
        if (!rules_.is_2) {
          handler = {};
        }
        decode_handler(table, release_, handler);
      }
    });
    for_each_spelled(containerd, "default_runtime_name", rules_.keys, [&](const Value& name) {
      default_name_ = name.string;
      default_name_origin_ = name.origin;
    });
    if (!rules_.is_2) {
      decode_legacy(containerd, "default_runtime", default_runtime_, view);
      decode_legacy(containerd, "untrusted_workload_runtime", untrusted_runtime_, view);
    }
  }

  void decode_legacy(const Value& containerd, std::string_view name, ViewedHandler& handler,
                     View& view) const {
    for_each_spelled(containerd, name, rules_.keys, [&](const Value& table) {
      handler = {};
      decode_handler(table, release_, handler);
      view.legacy_tables.emplace(name);
    });
  }

  /// What makes the CRI plugin fail to load (ValidatePluginConfig in pkg/cri/config/config.go
  /// @v1.7.27, ValidateRuntimeConfig in internal/cri/config @v2.1.9).
  void add_start_problems(View& view) const {
    const auto add = [&](Code code, const std::string& message, const Origin& origin) {
      view.start_problems.push_back({code, message, origin});
    };
    if (!untrusted_runtime_.runtime_type.empty() && view.handlers.contains("untrusted")) {
      add(Code::engine_refuses,
          "both untrusted_workload_runtime and the handler untrusted are defined",
          untrusted_runtime_.origin);
    }
    if (default_runtime_.runtime_type.empty() && !view.handlers.contains(default_name_)) {
      const std::string name(default_name_);
      add(Code::engine_refuses,
          name.empty() ? "default_runtime_name is empty"
                       : "default_runtime_name is " + name +
                             (default_name_origin_.is_known() ? "" : ", as nothing else is set,") +
                             " and no such handler is defined",
          default_name_origin_);
    }
    constexpr std::string_view linux_v1 = "io.containerd.runtime.v1.linux";
    for (const auto& [name, handler] : view.handlers.all()) {
      const auto add_of = [&, &name = name, &origin = handler->origin](Code code,
                                                                       const std::string& what) {
        add(code, "the handler " + std::string(name) + " has " + what, origin);
      };
      if (handler->all_devices_allowed && !handler->flag) {
        add_of(Code::all_devices_allowed, std::string(kAllDevicesAllowed) + ", but not " +
                                              std::string(kFlag) + ", which that needs");
      }
      const bool has_engine = !handler->runtime_engine.empty();
      if (!rules_.is_2 && handler->runtime_type != linux_v1 &&
          (has_engine || !handler->runtime_root.empty())) {
        add_of(Code::engine_refuses, std::string(has_engine ? "runtime_engine" : "runtime_root") +
                                         ", which only works with the runtime_type " +
                                         std::string(linux_v1));
      }
    }
  }

  const Release& release_;
  const Rules& rules_;
  ContainerdConfig whole_;
  bool has_odd_types_ = false;
  std::int64_t root_version_ = 0;  // of the first file that names one
  Origin root_version_origin_;
  std::string_view default_name_ = "runc";
  Origin default_name_origin_;
  ViewedHandler default_runtime_;
  ViewedHandler untrusted_runtime_;
};

}  // namespace

std::unique_ptr<Merge> new_containerd_merge(const Release& release) {
  return std::make_unique<ContainerdMerge>(release);
}

}  // namespace katafix
