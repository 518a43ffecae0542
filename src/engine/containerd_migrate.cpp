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

/// Copies the entries that the target lacks, but for those that belong to another plugin.
template <std::size_t Count>
void copy_missing(Value& to, const Value& from,
                  const std::array<std::string_view, Count>& moved_elsewhere) {
  for (const auto& [name, value] : from.entries) {
    if (std::find(moved_elsewhere.begin(), moved_elsewhere.end(), name) == moved_elsewhere.end()) {
      to.entries.try_emplace(name, value);
    }
  }
}

/// The migration takes each handler for a table without asking.
void check_runtimes(const Value& containerd) {
  const Value* const runtimes = containerd.find("runtimes");
  if (runtimes == nullptr) {
    return;
  }
  const auto check = [](const Value& value, const std::string& name) {
    if (!value.is_table()) {
      throw Error(Code::engine_refuses, *value.origin.source, value.origin.offset,
                  name + " must be a table, not " + std::string(kind_name(value.kind)) +
                      ": containerd panics when it migrates this file");
    }
  };
  check(*runtimes, "runtimes");
  for (const auto& [name, value] : runtimes->entries) {
    check(value, name);
  }
}

}  // namespace

void rename_version_1_plugins(ContainerdConfig& config) {
  Value renamed;
  renamed.origin = config.plugins.origin;
  // Of a short and a long name for one plugin containerd keeps a random one, mostly the long one.
  for (auto& [name, value] : config.plugins.entries) {
    std::string full = full_name(name);
    const bool was_short = full != name;
    if (!was_short || config.plugins.find(full) == nullptr) {
      renamed.entries.insert_or_assign(std::move(full), std::move(value));
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
  constexpr std::array<std::string_view, 14> elsewhere = {"containerd",
                                                          "sandbox_image",
                                                          "registry",
                                                          "image_decryption",
                                                          "max_concurrent_downloads",
                                                          "image_pull_progress_timeout",
                                                          "image_pull_with_sync_fs",
                                                          "stats_collect_period",
                                                          "disable_tcp_service",
                                                          "stream_server_address",
                                                          "stream_server_port",
                                                          "stream_idle_timeout",
                                                          "enable_tls_streaming",
                                                          "x509_key_pair_streaming"};
  constexpr std::array<std::string_view, 3> images = {"snapshotter", "disable_snapshot_annotations",
                                                      "discard_unpacked_layers"};
  const Value* const found = plugins.find(kCriGrpc);
  if (found == nullptr || !found->is_table()) {
    return;
  }
  const Value old = *found;
  Value& target = table_at(plugins, kCriRuntime, old.origin);
  copy_missing(target, old, elsewhere);
  const Value* const containerd = old.find("containerd");
  if (containerd == nullptr || !containerd->is_table()) {
    return;
  }
  Value& new_containerd = table_at(target, "containerd", containerd->origin);
  copy_missing(new_containerd, *containerd, images);
  check_runtimes(new_containerd);
}

}  // namespace katafix
