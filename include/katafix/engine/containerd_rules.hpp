#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace katafix {

/// Which keys a TOML library takes for a field: see spelled().
enum class Keys { burntsushi, go_toml_1, go_toml_2 };

/// A containerd release.
struct ContainerdVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
};

/// Reads "1.6.20", "v2.1.9+unknown" or "2.1": without a patch level, the newest of the series.
/// Nothing for what is no version, or one before 1.3, which has neither the flag nor imports.
[[nodiscard]] std::optional<ContainerdVersion> parse_containerd_version(std::string_view text);

/// How a release reads its configuration, as far as releases differ.
struct ContainerdRules {
  int generation = 0;  ///< 106 for 1.6, 201 for 2.1
  Keys keys = Keys::go_toml_2;
  bool merges_plugins = false;      ///< 2.0: an import adds to a plugin's table, not replaces it
  bool migrates_each_file = false;  ///< 2.3: before the merge, not after it
  std::int64_t newest_config = 0;   ///< the highest config version that it takes; 0 for any
  bool globs_from_importer = true;  ///< relative ones; earlier releases took the working directory
  bool stops_at_missing_import = false;  ///< 2.0: what was read before it is what gets printed
  bool plugins_are_tables = false;       ///< every one of them, also those that it does not know
  bool checks_plugin_prefix = false;     ///< 1.7: a plugin's id begins with "io.containerd."
  bool keeps_built_in_runc = false;      ///< beside the file's own runtimes
  std::string_view runc_type;

  [[nodiscard]] bool has_runtime_path() const { return generation >= 106; }
  [[nodiscard]] bool has_all_devices_allowed() const { return generation >= 107; }
};

[[nodiscard]] ContainerdRules containerd_rules(ContainerdVersion version);

}  // namespace katafix
