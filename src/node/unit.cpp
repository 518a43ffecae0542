#include "unit.hpp"

#include "katafix/node/reader.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

// Distributions and their usual unit.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kUnits = {
    {{"containerd", "containerd"},
     {"crio", "crio"},
     {"k3s", "k3s"},
     {"rke2", "rke2-server"},
     {"k0s", "k0sworker"},
     {"microk8s", "snap.microk8s.daemon-containerd"}}};

// A unit, and the one that a node of the other kind has.
constexpr std::array<std::pair<const char*, const char*>, 3> kOthers = {
    {{"k3s", "k3s-agent"}, {"rke2-server", "rke2-agent"}, {"k0sworker", "k0scontroller"}}};

/// rke2's packages bring both units, and only one is enabled; the other installers write one.
bool is_enabled(const FileReader& reader, const std::string& unit) {
  return reader.kind("/etc/systemd/system/multi-user.target.wants/" + unit + ".service", false) !=
         FileKind::missing;
}

bool is_installed(const FileReader& reader, const std::string& unit) {
  return std::any_of(
      kUnitDirectories.begin(), kUnitDirectories.end(), [&](std::string_view directory) {
        return reader.kind(std::string(directory) + unit + ".service", false) != FileKind::missing;
      });
}

}  // namespace

std::string unit_on_node(const FileReader& reader, const std::string& unit) {
  for (const auto& [usual, other] : kOthers) {
    if (unit != usual) {
      continue;
    }
    if (is_enabled(reader, usual) != is_enabled(reader, other)) {
      return is_enabled(reader, other) ? other : usual;
    }
    return is_installed(reader, other) && !is_installed(reader, usual) ? other : usual;
  }
  return unit;
}

std::string unit_of_distribution(const FileReader& reader, const std::string& distribution) {
  for (const auto& [name, unit] : kUnits) {
    if (name == distribution) {
      return unit_on_node(reader, std::string(unit));
    }
  }
  return {};
}

}  // namespace katafix
