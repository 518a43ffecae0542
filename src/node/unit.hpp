#pragma once

#include <string>

namespace katafix {

class FileReader;

/// The systemd unit that runs the engine of a distribution on this node: k3s and rke2 have one for
/// servers and one for agents, k0s one for controllers and one for workers.
[[nodiscard]] std::string unit_of_distribution(const FileReader& reader,
                                               const std::string& distribution);

/// The same for one of a distribution's units.
[[nodiscard]] std::string unit_on_node(const FileReader& reader, const std::string& unit);

}  // namespace katafix
