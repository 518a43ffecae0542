#pragma once

#include "katafix/engine/containerd_config.hpp"

namespace katafix {

/// Merges a main file and its imports, in the order in which containerd loads them, as LoadConfig
/// does in services/server/config/config.go (1.x) and cmd/containerd/server/config/config.go (2.x).
class ContainerdMerge {
 public:
  explicit ContainerdMerge(const ContainerdRules& rules);

  /// Adds the next file. Throws Error (Code::engine_refuses).
  void add(ContainerdConfig file);

  /// Were all files added? 2.x prints what it has, unchecked, when an import is missing.
  enum class Complete { no, yes };

  /// The whole once all files are in, checked and migrated. Throws Error (Code::engine_refuses).
  [[nodiscard]] ContainerdConfig finish(Complete complete) &&;

 private:
  void migrate_to_whole(ContainerdConfig& file) const;
  void migrate_to_newest(ContainerdConfig& file);
  void check_version() const;
  void check_plugin_names() const;
  void check_proxy_plugins() const;

  ContainerdRules rules_;
  ContainerdConfig whole_;
  std::int64_t root_version_ = 0;  // of the first file that names one
  Origin root_version_origin_;
};

/// Is a plugin among those that are disabled?
[[nodiscard]] bool is_disabled(const ContainerdConfig& config, std::string_view plugin);

}  // namespace katafix
