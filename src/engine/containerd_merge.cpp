#include "katafix/engine/containerd_merge.hpp"

#include "katafix/engine/containerd_migrate.hpp"
#include "katafix/engine/spelling.hpp"
#include "katafix/text/finding.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

namespace katafix {

namespace {

[[noreturn]] void refuse(const Origin& origin, const std::string& message) {
  throw Error(Code::engine_refuses, *origin.source, origin.offset, message);
}

void append(std::vector<Listed>& to, std::vector<Listed> from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

ContainerdMerge::ContainerdMerge(const ContainerdRules& rules) : rules_(rules) {
  // cmd/containerd/command/config.go: what a file without a version counts as.
  whole_.version = rules.merges_plugins ? rules.newest_config : 1;
}

void ContainerdMerge::add(ContainerdConfig file) {
  if (rules_.migrates_each_file) {
    migrate_to_newest(file);
  } else if (rules_.merges_plugins && (file.version == 0 || file.version == 1)) {
    migrate_to_whole(file);
  }
  if (file.version != 0) {
    whole_.version = file.version;
  }
  if (file.version_origin.source != nullptr && file.version == whole_.version) {
    whole_.version_origin = file.version_origin;
  }
  append(whole_.disabled_plugins, std::move(file.disabled_plugins));
  append(whole_.required_plugins, std::move(file.required_plugins));
  for (auto& [name, plugin] : file.proxy_plugins.entries) {
    whole_.proxy_plugins.entries.insert_or_assign(name, std::move(plugin));
  }
  if (rules_.merges_plugins) {
    merge_deeply(whole_.plugins, std::move(file.plugins));
    return;
  }
  for (auto& [name, plugin] : file.plugins.entries) {
    whole_.plugins.entries.insert_or_assign(name, std::move(plugin));
  }
}

/// 2.0 to 2.2 lift a file without a version to the version so far, 3 at first, and call that its
/// own: then nothing moves its CRI settings to the id of version 3.
void ContainerdMerge::migrate_to_whole(ContainerdConfig& file) const {
  if (whole_.version > file.version) {
    check_version();  // the migration panics on a version that it does not know
    if (whole_.version >= 2) {
      rename_version_1_plugins(file);
    }
    file.version = whole_.version;
  }
}

void ContainerdMerge::migrate_to_newest(ContainerdConfig& file) {
  if (root_version_ == 0) {
    root_version_ = file.version;
    root_version_origin_ = file.version_origin;
  }
  if (file.version > root_version_) {
    refuse(file.version_origin, "config version " + std::to_string(file.version) +
                                    " is higher than version " + std::to_string(root_version_) +
                                    " of " + root_version_origin_.source->path() +
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

ContainerdConfig ContainerdMerge::finish(Complete complete) && {
  if (complete == Complete::yes) {
    check_version();
    check_plugin_names();
  }
  check_proxy_plugins();
  const bool moves = rules_.merges_plugins && !rules_.migrates_each_file;
  if (moves && whole_.version < rules_.newest_config && !is_disabled(whole_, kCriRuntime)) {
    migrate_cri(whole_.plugins);
  }
  return std::move(whole_);
}

void ContainerdMerge::check_version() const {
  if (rules_.newest_config != 0 && whole_.version > rules_.newest_config) {
    refuse(whole_.version_origin, "config version " + std::to_string(whole_.version) +
                                      " is not supported: the highest is " +
                                      std::to_string(rules_.newest_config));
  }
}

void ContainerdMerge::check_plugin_names() const {
  const bool is_1 = !rules_.merges_plugins;
  const bool only_version_2 = rules_.generation < 106;
  if (is_1 && (only_version_2 ? whole_.version != 2 : whole_.version < 2)) {
    return;
  }
  const auto check = [&](const std::string& name, const Origin& origin) {
    const auto dots = std::count(name.begin(), name.end(), '.');
    const bool has_prefix = !rules_.checks_plugin_prefix || name.starts_with("io.containerd.");
    if (is_1 ? dots < 3 || !has_prefix : dots == 0) {
      refuse(origin, "\"" + name + "\" is no plugin id: config version " +
                         std::to_string(whole_.version) + " wants io.containerd.X.vX" +
                         (name == kCriShort ? ", here \"" + std::string(kCriGrpc) + "\"" : ""));
    }
  };
  for (const std::vector<Listed>* list : {&whole_.disabled_plugins, &whole_.required_plugins}) {
    for (const Listed& plugin : *list) {
      check(plugin.text, plugin.origin);
    }
  }
  if (is_1) {
    for (const auto& [name, plugin] : whole_.plugins.entries) {
      check(name, plugin.origin);
    }
  }
}

/// LoadPlugins in services/server/server.go @v1.7.27 and cmd/containerd/server/server.go @v2.1.9.
void ContainerdMerge::check_proxy_plugins() const {
  struct ProxyType {
    std::string_view name;
    std::string_view plugin_type;
    int since = 0;
  };
  constexpr std::array<ProxyType, 4> known = {
      {{"snapshot", "io.containerd.snapshotter.v1"},
       {"content", "io.containerd.content.v1"},
       {"diff", "io.containerd.differ.v1", 107},
       {"sandbox", "io.containerd.sandbox.controller.v1", 200}}};
  for (const auto& [name, plugin] : whole_.proxy_plugins.entries) {
    const std::vector<const Value*> types = spelled(plugin, "type", rules_.keys);
    const std::string type = types.empty() ? "" : types.back()->string;
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const ProxyType& one) {
      return rules_.generation >= one.since && (type == one.name || type == one.plugin_type);
    });
    if (!is_known) {
      refuse(plugin.origin, "the proxy plugin " + name + " has no type that containerd knows");
    }
  }
}

bool is_disabled(const ContainerdConfig& config, std::string_view plugin) {
  return std::any_of(config.disabled_plugins.begin(), config.disabled_plugins.end(),
                     [&](const Listed& listed) { return listed.text == plugin; });
}

}  // namespace katafix
