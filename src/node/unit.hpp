#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/text/finding.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

class FileReader;

/// What systemd would run for a unit, as far as its files tell: its ExecStart with the variables of
/// Environment= and EnvironmentFile= in it, drop-ins and all (systemd.exec(5), systemd.service(5),
/// "Command lines"; systemd.unit(5) for where units are).
struct Unit {
  std::string name;                                ///< "containerd.service"
  std::string file;                                ///< the one that has the ExecStart
  std::size_t line = 0;                            ///< and where
  std::vector<std::string> words;                  ///< of the command
  std::map<std::string, std::string> environment;  ///< of all that is assigned
};

/// The unit of that name ("containerd"); nothing when there is none, or it starts nothing. Throws
/// Error when a file of it cannot be read, or is larger than 1 MiB.
[[nodiscard]] std::optional<Unit> read_unit(const FileReader& reader, const std::string& name);

/// What follows an option on a unit's command line, as `--option VALUE` or `--option=VALUE`, the
/// last time that it is there; nothing when it is not.
[[nodiscard]] std::optional<std::string> value_of(const Unit& unit,
                                                  const std::vector<std::string_view>& options);

/// Where a unit tells its engine to find its config.
struct UnitConfig {
  std::optional<std::string> main;      ///< the usual one where nothing is said
  std::optional<std::string> drop_ins;  ///< CRI-O's
  std::vector<Finding> findings;        ///< what cannot be told, or outweighs all files
};

/// containerd's --config; CRI-O's --config and --config-dir, and its variables for them
/// (internal/criocli/criocli.go). What cannot be told is a warning that names the unit.
[[nodiscard]] UnitConfig unit_config(const FileReader& reader, Engine engine);

/// The systemd unit that runs the engine of a distribution on this node: k3s and rke2 have one for
/// servers and one for agents, k0s one for controllers and one for workers.
[[nodiscard]] std::string unit_of_distribution(const FileReader& reader,
                                               const std::string& distribution);

/// The same for one of a distribution's units.
[[nodiscard]] std::string unit_on_node(const FileReader& reader, const std::string& unit);

}  // namespace katafix
