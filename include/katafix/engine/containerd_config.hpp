#pragma once

#include "katafix/engine/containerd_rules.hpp"
#include "katafix/engine/value.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// The ids of the plugins that serve CRI.
inline constexpr std::string_view kCriShort = "cri";                       ///< config version 1
inline constexpr std::string_view kCriGrpc = "io.containerd.grpc.v1.cri";  ///< version 2
inline constexpr std::string_view kCriRuntime = "io.containerd.cri.v1.runtime";  ///< 3 and 4
inline constexpr std::string_view kCriImages = "io.containerd.cri.v1.images";

/// Those that have handlers.
inline constexpr std::array<std::string_view, 3> kCriIds = {kCriShort, kCriGrpc, kCriRuntime};

[[nodiscard]] constexpr bool is_cri(std::string_view id) {
  return std::find(kCriIds.begin(), kCriIds.end(), id) != kCriIds.end();
}

/// A string in a list, and where it stands.
struct Listed {
  std::string text;
  Origin origin;
};

/// A containerd configuration, of one file or merged, as far as it concerns handlers.
struct ContainerdConfig {
  std::int64_t version = 0;  ///< 0 where none is given
  Origin version_origin;
  std::vector<Listed> imports;
  std::vector<Listed> disabled_plugins;
  std::vector<Listed> required_plugins;
  Value plugins;        ///< a table
  Value proxy_plugins;  ///< a table
};

/// Decodes a file's tree. Throws Error (Code::engine_refuses) where containerd refuses its types.
[[nodiscard]] ContainerdConfig read_containerd_config(const Value& tree,
                                                      const ContainerdRules& rules);

}  // namespace katafix
