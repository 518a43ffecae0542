#pragma once

#include "katafix/engine/definition.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace katafix {

/// What a file is on a node.
enum class Role {
  file,         ///< nothing that its path tells
  main,         ///< the engine's main file
  import,       ///< imported by containerd's main file
  drop_in,      ///< in a directory that is loaded whole
  go_template,  ///< rendered into the engine's config at each start
  generated,    ///< rendered from a template at each start: an edit would not last
  managed,      ///< written by the distribution until its first line is changed
  read_only,    ///< part of an image that cannot be changed on the node
};

[[nodiscard]] std::string_view role_name(Role role);

/// What the path on the node tells about a file.
struct Place {
  Role role = Role::file;
  std::optional<Engine> engine;
  std::string unit;     ///< the systemd unit to restart after a change; empty when unknown
  std::string instead;  ///< for files that are not edited: what to do
  bool is_machine_config = false;  ///< managed by OpenShift's Machine Config Operator
};

/// `path` is absolute, from the node's root; `text` the file's bytes (k0s marks its own in line 1:
/// k0s pkg/component/worker/containerd/component.go).
[[nodiscard]] Place place_of(std::string_view path, std::string_view text);

/// The command that restarts a systemd unit, which may be a snap's.
[[nodiscard]] std::string restart_command(std::string_view unit);

/// Is this role one that katafix reads but does not write?
[[nodiscard]] bool is_left_alone(Role role);

}  // namespace katafix
