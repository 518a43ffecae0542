#pragma once

#include "katafix/engine/definition.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;

  friend auto operator<=>(const Version&, const Version&) = default;
};

inline constexpr int kNewestPatch = std::numeric_limits<int>::max();

/// Which keys a TOML library takes for a field: see for_each_spelled().
enum class Keys { burntsushi, go_toml_1, go_toml_2 };

/// After which files a CRI-O deletes the handler runc (cri-o pkg/config/config.go UpdateFromFile
/// @v1.18.0, UpdateFromDropInFile @v1.19.0 and @v1.24.0).
enum class DropsRunc { never, where_another_is_default, where_others_are_defined };

/// How releases read their files from a version on, as far as releases of an engine differ.
struct Rules {
  Version since;
  Keys keys = Keys::burntsushi;
  std::string_view built_in = "runc";  ///< the handler that is there without any file
  std::string_view built_in_type;
  // containerd's
  bool is_2 = false;                 ///< merges tables deeply, moves CRI's settings to the new ids
  bool migrates_each_file = false;   ///< 2.3: before the merge, not after it
  bool bars_newer_drop_ins = false;  ///< 2.3.0 to 2.3.4: of a higher config version than the root's
  std::int64_t newest_config = 0;    ///< the highest config version that it takes; 0 for any
  bool globs_from_importer = true;   ///< relative ones; earlier releases took the working directory
  // CRI-O's
  DropsRunc drops_runc = DropsRunc::never;
  bool knows_flag = true;
  bool inherits = false;  ///< knows inherit_default_runtime
};

/// A release of an engine.
struct Release {
  Engine engine = Engine::containerd;
  Version version;
  std::string name;  ///< as it was named, or of its series: "1.6", "2.1.9", "main"
  const Rules* rules = nullptr;
  bool is_newer = false;  ///< than all that are known: judged by the newest rules

  [[nodiscard]] bool since(Version other) const { return version >= other; }
};

/// Reads "1.6.20", "v2.1.9+unknown", "2.1" (the newest patch of it), and for CRI-O "main". Nothing
/// for what is no version, for a containerd before 1.3 (which has neither the flag nor imports),
/// and for a major version that no engine has.
[[nodiscard]] std::optional<Release> parse_release(Engine engine, std::string_view text);

/// The releases that are asked when nothing tells which one runs: one of each series that differs.
[[nodiscard]] const std::vector<Release>& known_releases(Engine engine);

}  // namespace katafix
