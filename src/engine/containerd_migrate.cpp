#include "katafix/engine/containerd_migrate.hpp"

#include "katafix/text/finding.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace katafix {

namespace {

/// v1MigratePluginName in cmd/containerd/server/config/config.go @v2.3.4.
std::string full_name(const std::string& plugin) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> core = {
      {{"cri", kCriGrpc},
       {"cgroups", "io.containerd.monitor.v1.cgroups"},
       {"linux", "io.containerd.runtime.v1.linux"},
       {"scheduler", "io.containerd.gc.v1.scheduler"},
       {"bolt", "io.containerd.metadata.v1.bolt"},
       {"task", "io.containerd.runtime.v2.task"},
       {"opt", "io.containerd.internal.v1.opt"},
       {"restart", "io.containerd.internal.v1.restart"},
       {"tracing", "io.containerd.internal.v1.tracing"},
       {"otlp", "io.containerd.tracing.processor.v1.otlp"},
       {"aufs", "io.containerd.snapshotter.v1.aufs"},
       {"btrfs", "io.containerd.snapshotter.v1.btrfs"},
       {"devmapper", "io.containerd.snapshotter.v1.devmapper"},
       {"native", "io.containerd.snapshotter.v1.native"},
       {"overlayfs", "io.containerd.snapshotter.v1.overlayfs"},
       {"zfs", "io.containerd.snapshotter.v1.zfs"}}};
  if (plugin.find('.') != std::string::npos) {
    return plugin;
  }
  for (const auto& [name, full] : core) {
    if (name == plugin) {
      return std::string(full);
    }
  }
  if (plugin.ends_with("-service")) {
    return "io.containerd.service.v1." + plugin;
  }
  const bool is_snapshotter = plugin == "windows" || plugin == "windows-lcow";
  return (is_snapshotter ? "io.containerd.snapshotter.v1." : "io.containerd.grpc.v1.") + plugin;
}

Value& table_at(Value& parent, std::string_view name, const Origin& origin) {
  Value& value = parent.entries[std::string(name)];
  if (!value.is_table() || value.origin.source == nullptr) {
    value = Value();
    value.origin = origin;
  }
  return value;
}

constexpr std::array<std::string_view, 6> kForServer = {
    "disable_tcp_service", "stream_server_address", "stream_server_port",
    "stream_idle_timeout", "enable_tls_streaming",  "x509_key_pair_streaming"};

template <std::size_t Count>
bool is_one_of(std::string_view name, const std::array<std::string_view, Count>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The migration takes these for tables without asking.
void must_be_table(const Value& value, std::string_view name) {
  if (!value.is_table()) {
    throw Error(Code::engine_refuses, *value.origin.source, value.origin.offset,
                std::string(name) + " must be a table, not " + std::string(kind_name(value.kind)) +
                    ": containerd panics when it migrates this file");
  }
}

void check_runtimes(const Value& containerd) {
  if (const Value* const runtimes = containerd.find("runtimes")) {
    must_be_table(*runtimes, "runtimes");
    for (const auto& [name, value] : runtimes->entries) {
      must_be_table(value, name);
    }
  }
}

void rename_sandbox_modes(Value& containerd) {
  const auto runtimes = containerd.entries.find("runtimes");
  if (runtimes == containerd.entries.end()) {
    return;
  }
  for (auto& [name, runtime] : runtimes->second.entries) {
    const auto mode = runtime.entries.find("sandbox_mode");
    if (mode != runtime.entries.end() &&
        runtime.entries.try_emplace("sandboxer", mode->second).second) {
      runtime.entries.erase(mode);
    }
  }
}

constexpr std::array<std::string_view, 3> kOfContainerdForImages = {
    "snapshotter", "disable_snapshot_annotations", "discard_unpacked_layers"};
constexpr std::array<std::string_view, 6> kForImages = {"registry",
                                                        "image_decryption",
                                                        "max_concurrent_downloads",
                                                        "image_pull_progress_timeout",
                                                        "image_pull_with_sync_fs",
                                                        "stats_collect_period"};

/// plugins/cri/images/plugin.go @v2.1.9: here it is the older id's entries that win.
void migrate_images(Value& plugins, const Value& old) {
  if (const Value* const images = plugins.find(kCriImages)) {
    must_be_table(*images, kCriImages);
    if (const Value* const pinned = images->find("pinned_images")) {
      must_be_table(*pinned, "pinned_images");
    }
  }
  Value& images = table_at(plugins, kCriImages, old.origin);
  const auto move = [&](const Value& from, std::string_view name) {
    if (const Value* const value = from.find(name)) {
      images.entries.insert_or_assign(std::string(name), *value);
    }
  };
  std::for_each(kForImages.begin(), kForImages.end(),
                [&](std::string_view name) { move(old, name); });
  if (const Value* const image = old.find("sandbox_image")) {
    table_at(images, "pinned_images", image->origin).entries.insert_or_assign("sandbox", *image);
  }
  const Value* const containerd = old.find("containerd");
  if (containerd != nullptr && containerd->find("runtimes") != nullptr) {
    std::for_each(kOfContainerdForImages.begin(), kOfContainerdForImages.end(),
                  [&](std::string_view name) { move(*containerd, name); });
  }
}

/// Copies what the target lacks, but for what goes to another plugin.
void migrate_runtime(Value& target, const Value& old) {
  for (const auto& [name, value] : old.entries) {
    const bool elsewhere = name == "containerd" || name == "sandbox_image" ||
                           is_one_of(name, kForImages) || is_one_of(name, kForServer);
    if (!elsewhere) {
      target.entries.try_emplace(name, value);
    }
  }
}

}  // namespace

void rename_version_1_plugins(ContainerdConfig& config) {
  Value renamed;
  renamed.origin = config.plugins.origin;
  for (auto& [name, value] : config.plugins.entries) {
    const auto [entry, is_new] = renamed.entries.try_emplace(full_name(name), value);
    // Of a short and a long name for one plugin containerd keeps the one that Go's random order of
    // a map brings last: most often, that is the one that was put in last.
    if (!is_new && entry->second.origin.offset < value.origin.offset) {
      entry->second = std::move(value);
    }
  }
  config.plugins = std::move(renamed);
  for (std::vector<Listed>* list : {&config.disabled_plugins, &config.required_plugins}) {
    for (Listed& plugin : *list) {
      plugin.text = full_name(plugin.text);
    }
  }
}

// plugins/cri/runtime/plugin.go @v2.1.9: exact names only, and the newer id's entries win whole.
void migrate_cri(Value& plugins) {
  const Value* const found = plugins.find(kCriGrpc);
  if (found == nullptr) {
    return;
  }
  must_be_table(*found, kCriGrpc);
  const Value old = *found;
  Value& target = table_at(plugins, kCriRuntime, old.origin);
  migrate_runtime(target, old);
  if (const Value* const containerd = old.find("containerd")) {
    must_be_table(*containerd, "containerd");
    check_runtimes(*containerd);
    Value& new_containerd = table_at(target, "containerd", containerd->origin);
    for (const auto& [name, value] : containerd->entries) {
      if (!is_one_of(name, kOfContainerdForImages)) {
        new_containerd.entries.try_emplace(name, value);
      }
    }
    check_runtimes(new_containerd);
    rename_sandbox_modes(new_containerd);
  }
  migrate_images(plugins, old);
  // plugins/cri/cri.go: only the server's settings stay behind.
  Value& left = plugins.entries.at(std::string(kCriGrpc));
  std::erase_if(left.entries,
                [](const auto& entry) { return !is_one_of(entry.first, kForServer); });
  if (left.entries.empty()) {
    plugins.entries.erase(std::string(kCriGrpc));
  }
}

}  // namespace katafix
