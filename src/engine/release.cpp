#include "katafix/engine/release.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace katafix {

namespace {

constexpr std::string_view kRuncV1 = "io.containerd.runc.v1";
constexpr std::string_view kRuncV2 = "io.containerd.runc.v2";

// In the order of versions. A row holds up to the next one.
// TOML libraries: vendor folders of each. Types of runc: pkg/config/config_unix.go of
// containerd/cri
// @release/1.3 and @release/1.4. Config versions: services/server/config/config.go @v1.7.27,
// version/version.go @v2.0.0 and @v2.3.4. The bar of 2.3: PR 12891, reverted by 1125b053f.
constexpr std::array kContainerd = {
    Rules{{1, 3}, Keys::burntsushi, "runc", kRuncV1, false, false, false, 0, false},
    Rules{{1, 4}, Keys::burntsushi, "runc", kRuncV2, false, false, false, 0, false},
    Rules{{1, 5}, Keys::go_toml_1, "runc", kRuncV2, false, false, false, 0, false},
    Rules{{1, 6}, Keys::go_toml_1, "runc", kRuncV2, false, false, false, 0, false},
    Rules{{1, 6, 29}, Keys::go_toml_1, "runc", kRuncV2, false, false, false, 0, true},
    Rules{{1, 6, 32}, Keys::go_toml_1, "runc", kRuncV2, false, false, false, 2, true},
    Rules{{1, 7}, Keys::go_toml_1, "runc", kRuncV2, false, false, false, 0, false},
    Rules{{1, 7, 16}, Keys::go_toml_1, "runc", kRuncV2, false, false, false, 0, true},
    Rules{{1, 7, 17}, Keys::go_toml_1, "runc", kRuncV2, false, false, false, 2, true},
    Rules{{2, 0}, Keys::go_toml_2, "runc", kRuncV2, true, false, false, 3, true},
    Rules{{2, 1}, Keys::go_toml_2, "runc", kRuncV2, true, false, false, 3, true},
    Rules{{2, 3}, Keys::go_toml_2, "runc", kRuncV2, true, true, true, 4, true},
    Rules{{2, 3, 5}, Keys::go_toml_2, "runc", kRuncV2, true, true, false, 4, true},
};

constexpr Rules crio_rules(Version since, std::string_view built_in, DropsRunc drops,
                           bool knows_flag, bool inherits) {
  Rules rules{since, Keys::burntsushi, built_in, "oci"};
  rules.drops_runc = drops;
  rules.knows_flag = knows_flag;
  rules.inherits = inherits;
  return rules;
}

// cri-o pkg/config/config.go at the tags.
constexpr std::array kCrio = {
    crio_rules({1, 0}, "runc", DropsRunc::never, false, false),
    crio_rules({1, 16, 2}, "runc", DropsRunc::never, true, false),
    crio_rules({1, 18}, "runc", DropsRunc::where_others_are_defined, true, false),
    crio_rules({1, 19}, "runc", DropsRunc::where_another_is_default, true, false),
    crio_rules({1, 26}, "runc", DropsRunc::never, true, false),
    crio_rules({1, 31}, "crun", DropsRunc::never, true, false),
    crio_rules({1, 32}, "crun", DropsRunc::never, true, true),
};

// The last series of each major version whose sources were read.
constexpr Version kLast1{1, 7};
constexpr Version kLast2{2, 4};
constexpr Version kLastCrio{1, 37};

constexpr std::array<std::string_view, 8> kContainerdSeries = {"1.3", "1.6", "1.7", "2.0",
                                                               "2.1", "2.2", "2.3", "2.4"};
constexpr std::array<std::string_view, 4> kCrioSeries = {"1.18", "1.24", "1.30", "main"};

std::span<const Rules> all_rules(Engine engine) {
  return engine == Engine::containerd ? std::span<const Rules>(kContainerd)
                                      : std::span<const Rules>(kCrio);
}

/// The parts that are there, dots between them; -1 for each that is not. A suffix, as in
/// 1.7.24~ds1, only behind a whole version.
std::optional<Version> parse(std::string_view text) {
  std::array<int, 3> parts = {-1, -1, -1};
  for (int& part : parts) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (error != std::errc() || part < 0) {
      return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) {
      break;
    }
    if (&part == &parts.back()) {
      return text[0] == '.' ? std::nullopt : std::optional(Version{parts[0], parts[1], parts[2]});
    }
    if (text[0] != '.') {
      return std::nullopt;
    }
    text.remove_prefix(1);
  }
  return Version{parts[0], parts[1], parts[2]};
}

}  // namespace

std::optional<Release> parse_release(Engine engine, std::string_view text) {
  const bool is_crio = engine == Engine::crio;
  std::optional<Version> version;
  if (is_crio && text == "main") {
    version = kLastCrio;
  } else {
    version = parse(text.substr(text.starts_with('v') ? 1 : 0));
  }
  if (!version || version->major > (is_crio ? 1 : 2) || version->major < 1 ||
      (is_crio && version->minor < 0)) {
    return std::nullopt;
  }
  const Version last = is_crio ? kLastCrio : version->major == 1 ? kLast1 : kLast2;
  version->minor = version->minor < 0 ? last.minor : version->minor;
  version->patch = version->patch < 0 || text == "main" ? kNewestPatch : version->patch;
  if (!is_crio && version->major == 1 && version->minor > last.minor) {
    return std::nullopt;  // 1.7 is the last of its kind
  }
  const std::span<const Rules> rules = all_rules(engine);
  const auto after = std::find_if(rules.begin(), rules.end(),
                                  [&](const Rules& row) { return row.since > *version; });
  if (after == rules.begin()) {
    return std::nullopt;
  }
  const bool is_newer = version->minor > last.minor;
  return Release{engine, *version, std::string(text), &*std::prev(after), is_newer};
}

const std::vector<Release>& known_releases(Engine engine) {
  const auto parsed = [](Engine of, std::span<const std::string_view> names) {
    std::vector<Release> releases;
    for (const std::string_view name : names) {
      releases.push_back(*parse_release(of, name));
    }
    return releases;
  };
  static const std::vector<Release> containerd = parsed(Engine::containerd, kContainerdSeries);
  static const std::vector<Release> crio = parsed(Engine::crio, kCrioSeries);
  return engine == Engine::containerd ? containerd : crio;
}

}  // namespace katafix
