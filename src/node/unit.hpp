#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/text/finding.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

  /// What is assigned to a variable; empty where nothing is.
  [[nodiscard]] std::string variable(const std::string& assigned) const;
};

/// The units of a node: systemd's directories, listed once.
class Units {
 public:
  explicit Units(const FileReader& reader);

  /// The unit of that name ("containerd"); nothing when there is none, or it starts nothing. Throws
  /// Error when a file of it cannot be read, when its files or its command are larger than 1 MiB,
  /// and when it has more than 64 environment files.
  [[nodiscard]] std::optional<Unit> read(const std::string& name) const;

  /// Is there a unit of that name?
  [[nodiscard]] bool has(const std::string& unit) const;

  /// The unit of this name or, of k3s, rke2 and k0s, the one that a node of the other kind has
  /// (servers and agents, controllers and workers), whichever is enabled or installed.
  [[nodiscard]] std::string on_node(const std::string& unit) const;

 private:
  [[nodiscard]] bool is_enabled(const std::string& unit) const;

  const FileReader& reader_;
  std::vector<std::pair<std::string, std::vector<std::string>>> directories_;  // with their names
};

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
[[nodiscard]] UnitConfig unit_config(const Units& units, Engine engine);

}  // namespace katafix
