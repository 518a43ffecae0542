#include "katafix/engine/containerd_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <tuple>

namespace katafix {

namespace {

constexpr int kNewest = std::numeric_limits<int>::max();

/// A rule that came with a patch release of 1.6, one of 1.7, and is in all that is later.
bool since(ContainerdVersion version, int patch_of_1_6, int patch_of_1_7) {
  if (version.major == 1 && version.minor <= 6) {
    return version.minor == 6 && version.patch >= patch_of_1_6;
  }
  return version.major > 1 || version.minor > 7 || version.patch >= patch_of_1_7;
}

void add_libraries(ContainerdRules& rules) {
  if (rules.generation < 105) {
    rules.keys = Keys::burntsushi;
  } else if (rules.generation < 200) {
    rules.keys = Keys::go_toml_1;
  } else {
    rules.keys = Keys::go_toml_2;
  }
  rules.plugins_are_tables = rules.keys == Keys::go_toml_1;
  // go-toml 1 makes a new map of the runtimes (marshal.go @v1.9.5), the others fill the built-in.
  rules.keeps_built_in_runc = rules.keys != Keys::go_toml_1;
}

}  // namespace

std::optional<ContainerdVersion> parse_containerd_version(std::string_view text) {
  if (text.starts_with('v')) {
    text.remove_prefix(1);
  }
  std::array<int, 3> parts = {0, kNewest, kNewest};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t index = 0; index < parts.size(); ++index) {
    const auto [next, error] = std::from_chars(at, end, parts.at(index));
    if (error != std::errc() || parts.at(index) < 0) {
      return std::nullopt;
    }
    at = next;
    if (at == end) {
      break;
    }
    if (*at != '.') {
      // A suffix, as in 1.7.24~ds1, but only behind a whole version.
      if (index != 2) {
        return std::nullopt;
      }
      break;
    }
    ++at;
  }
  const ContainerdVersion version{parts[0], parts[1], parts[2]};
  const bool knows_the_flag = std::tie(version.major, version.minor) >= std::tuple(1, 3);
  return knows_the_flag ? std::optional(version) : std::nullopt;
}

ContainerdRules containerd_rules(ContainerdVersion version) {
  if (version.major > 2) {
    version = {2, kNewest, kNewest};
  }
  ContainerdRules rules;
  rules.generation = 100 * version.major + std::min(version.minor, version.major == 1 ? 7 : 3);
  add_libraries(rules);
  const bool is_2 = version.major == 2;
  rules.merges_plugins = is_2;
  rules.stops_at_missing_import = is_2;
  rules.migrates_each_file = rules.generation >= 203;
  // version/version.go @v2.0.0 and @v2.3.4; services/server/config/config.go @v1.7.27.
  rules.newest_config = rules.generation >= 203 ? 4 : is_2 ? 3 : since(version, 32, 17) ? 2 : 0;
  rules.globs_from_importer = since(version, 29, 16);
  rules.checks_plugin_prefix = rules.generation == 107;
  // pkg/config/config_unix.go of containerd/cri @release/1.3 and @release/1.4.
  rules.runc_type = rules.generation == 103 ? "io.containerd.runc.v1" : "io.containerd.runc.v2";
  return rules;
}

}  // namespace katafix
