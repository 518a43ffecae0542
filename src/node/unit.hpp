#pragma once

#include <array>
#include <string>
#include <string_view>

namespace katafix {

class FileReader;

/// Where systemd looks for units, the strongest first.
inline constexpr std::array<std::string_view, 5> kUnitDirectories = {
    "/etc/systemd/system/", "/run/systemd/system/", "/usr/local/lib/systemd/system/",
    "/usr/lib/systemd/system/", "/lib/systemd/system/"};

/// The systemd unit that runs the engine of a distribution on this node: k3s and rke2 have one for
/// servers and one for agents, k0s one for controllers and one for workers.
[[nodiscard]] std::string unit_of_distribution(const FileReader& reader,
                                               const std::string& distribution);

/// The same for one of a distribution's units.
[[nodiscard]] std::string unit_on_node(const FileReader& reader, const std::string& unit);

}  // namespace katafix
