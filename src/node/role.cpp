#include "role.hpp"

#include <array>
#include <fnmatch.h>
#include <optional>

namespace katafix {

namespace {

struct Known {
  const char* pattern;  // fnmatch(3); `*` matches slashes too
  Role role;
  std::optional<Engine> engine;
  std::string_view unit;
  std::string_view instead;
};

constexpr std::string_view kTemplateInstead =
    "edit config-v3.toml.tmpl (containerd 2) or config.toml.tmpl beside it: it is rendered from "
    "that at each start";

constexpr std::string_view kTalosInstead =
    "change it in the machine config or the extension: Talos' image is read-only";

// The first that matches counts. Sources: k3s pkg/agent/containerd/config.go, microk8s
// run-containerd-with-args, k0s component.go, Talos' kata-containers extension, CRI-O
// config_unix.go.
constexpr std::array kKnown = {
    Known{"/nix/store/*", Role::read_only, std::nullopt, "",
          "change it in the NixOS configuration: the store is read-only"},
    Known{"*/rke2/agent/etc/containerd/config.toml", Role::generated, Engine::containerd,
          "rke2-server", kTemplateInstead},
    Known{"*/agent/etc/containerd/config.toml", Role::generated, Engine::containerd, "k3s",
          kTemplateInstead},
    Known{"*/rke2/agent/etc/containerd/*.tmpl", Role::go_template, Engine::containerd,
          "rke2-server", ""},
    Known{"*/agent/etc/containerd/*.tmpl", Role::go_template, Engine::containerd, "k3s", ""},
    Known{"*/rke2/agent/etc/containerd/*.d/*", Role::drop_in, Engine::containerd, "rke2-server",
          ""},
    Known{"*/agent/etc/containerd/*.d/*", Role::drop_in, Engine::containerd, "k3s", ""},
    Known{"/var/snap/microk8s/*/args/containerd.toml", Role::generated, Engine::containerd,
          "snap.microk8s.daemon-containerd",
          "edit containerd-template.toml beside it: it is made from that at each start"},
    Known{"/var/snap/microk8s/*/args/containerd-template.toml", Role::go_template,
          Engine::containerd, "snap.microk8s.daemon-containerd", ""},
    Known{"/run/k0s/containerd-cri.toml", Role::generated, Engine::containerd, "k0sworker",
          "edit the file below /etc/k0s/containerd.d that it is made from"},
    Known{"/etc/k0s/containerd.toml", Role::main, Engine::containerd, "k0sworker", ""},
    Known{"/etc/k0s/containerd.d/*", Role::drop_in, Engine::containerd, "k0sworker", ""},
    Known{"/etc/cri/containerd.toml", Role::read_only, Engine::containerd, "containerd",
          kTalosInstead},
    Known{"/etc/cri/conf.d/*", Role::read_only, Engine::containerd, "containerd", kTalosInstead},
    Known{"/var/snap/k8s/common/etc/containerd/config.toml", Role::main, Engine::containerd,
          "snap.k8s.containerd", ""},
    Known{"/var/snap/k8s/common/etc/containerd/conf.d/*", Role::drop_in, Engine::containerd,
          "snap.k8s.containerd", ""},
    Known{"/etc/containerd/config.toml", Role::main, Engine::containerd, "containerd", ""},
    Known{"/etc/containerd/conf.d/*", Role::drop_in, Engine::containerd, "containerd", ""},
    Known{"/etc/containerd/*", Role::file, Engine::containerd, "containerd", ""},
    Known{"/opt/kata/containerd/config.d/*", Role::import, Engine::containerd, "containerd", ""},
    Known{"/etc/crio/crio.conf", Role::main, Engine::crio, "crio", ""},
    Known{"/etc/crio/crio.conf.d/*", Role::drop_in, Engine::crio, "crio", ""},
};

}  // namespace

std::string_view role_name(Role role) {
  constexpr std::array<std::string_view, 8> names = {
      "file", "main", "import", "drop-in", "template", "generated", "managed", "read-only"};
  return names.at(static_cast<std::size_t>(role));
}

Place place_of(std::string_view path, std::string_view text) {
  const std::string name(path);
  for (const Known& known : kKnown) {
    if (::fnmatch(known.pattern, name.c_str(), 0) != 0) {
      continue;
    }
    Place place{known.role, known.engine, std::string(known.unit), std::string(known.instead),
                false};
    const std::string_view first_line = text.substr(0, text.find('\n'));
    if (name == "/etc/k0s/containerd.toml" && first_line == "# k0s_managed=true") {
      place.role = Role::managed;
      place.instead =
          "put the handler into a file below /etc/k0s/containerd.d, or remove line 1 to own this "
          "file";
    }
    return place;
  }
  return {};
}

std::string restart_command(std::string_view unit) {
  constexpr std::string_view snap = "snap.";
  return unit.starts_with(snap) ? "snap restart " + std::string(unit.substr(snap.size()))
                                : "systemctl restart " + std::string(unit);
}

bool is_left_alone(Role role) {
  return role == Role::generated || role == Role::managed || role == Role::read_only;
}

}  // namespace katafix
