#include "containerd_migrate.hpp"

#include "katafix/text/finding.hpp"

#include "tables.hpp"

#include <string>
#include <utility>

namespace katafix {

namespace {

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

Value& table_at(Value& parent, std::string_view name, const Origin& origin) {
  const auto [entry, is_new] = parent.entries.change().try_emplace(name);
  if (is_new || !entry->second.is_table()) {
    entry->second = Value();
    entry->second.origin = origin;
  }
  return entry->second;
}

void rename_version_1(std::vector<Listed>& list) {
  std::erase_if(list, [](Listed& plugin) {
    if (plugin.text == kCriShort) {
      plugin.text = kCriGrpc;
    }
    return plugin.text.find('.') == std::string_view::npos;
  });
}

}  // namespace

// v1MigratePluginName in cmd/containerd/server/config/config.go @v2.3.4.
void rename_version_1_plugins(ContainerdConfig& config) {
  rename_version_1(config.disabled_plugins);
  rename_version_1(config.required_plugins);
  if (config.plugins.find(kCriShort) == nullptr) {
    return;
  }
  auto& plugins = config.plugins.entries.change();
  auto found = plugins.extract(kCriShort);
  found.key() = kCriGrpc;
  const auto placed = plugins.insert(std::move(found));
  // Of a short and a long name for one plugin containerd keeps the one that Go's random order of a
  // map brings last: most often, that is the one that was put in last.
  if (!placed.inserted &&
      placed.position->second.origin.offset < placed.node.mapped().origin.offset) {
    placed.position->second = std::move(placed.node.mapped());
  }
}

// plugins/cri/runtime/plugin.go @v2.1.9: exact names only, and the newer id's entries win whole.
void migrate_cri(Value& plugins) {
  if (plugins.find(kCriGrpc) == nullptr) {
    return;
  }
  const auto found = plugins.entries.change().extract(kCriGrpc);
  const Value& old = found.mapped();
  must_be_table(old, kCriGrpc);
  Value& target = table_at(plugins, kCriRuntime, old.origin);
  for (const auto& [name, value] : old.entries) {
    if (name != "containerd") {
      target.entries.change().try_emplace(name, value);
      continue;
    }
    must_be_table(value, name);
    check_runtimes(value);
    Value& containerd = table_at(target, name, value.origin);
    for (const auto& [key, setting] : value.entries) {
      containerd.entries.change().try_emplace(key, setting);
    }
    check_runtimes(containerd);
  }
}

}  // namespace katafix
