#include "node/role.hpp"

#include "support.hpp"

#include <optional>

namespace katafix {
namespace {

TEST_CASE("The path tells what a file is on a node", "[node]") {
  struct Row {
    const char* path;
    Role role;
    std::optional<Engine> engine;
    const char* unit;
  };
  const auto containerd = Engine::containerd;
  const Row rows[] = {
      {"/etc/containerd/config.toml", Role::main, containerd, "containerd"},
      {"/etc/containerd/conf.d/kata.toml", Role::drop_in, containerd, "containerd"},
      {"/etc/containerd/other.toml", Role::file, containerd, "containerd"},
      {"/etc/crio/crio.conf", Role::main, Engine::crio, "crio"},
      {"/etc/crio/crio.conf.d/99-kata", Role::drop_in, Engine::crio, "crio"},
      {"/etc/crio/crio.conf.d/sub/.x.bak~", Role::drop_in, Engine::crio, "crio"},
      {"/var/lib/rancher/k3s/agent/etc/containerd/config.toml", Role::generated, containerd, "k3s"},
      {"/var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl", Role::go_template, containerd,
       "k3s"},
      {"/var/lib/rancher/k3s/agent/etc/containerd/config-v3.toml.tmpl", Role::go_template,
       containerd, "k3s"},
      {"/var/lib/rancher/k3s/agent/etc/containerd/config-v3.toml.d/a.toml", Role::drop_in,
       containerd, "k3s"},
      {"/data/agent/etc/containerd/config.toml", Role::generated, containerd, "k3s"},
      {"/var/lib/rancher/rke2/agent/etc/containerd/config.toml", Role::generated, containerd,
       "rke2-server"},
      {"/var/lib/rancher/rke2/agent/etc/containerd/config.toml.tmpl", Role::go_template, containerd,
       "rke2-server"},
      {"/var/lib/rancher/rke2/agent/etc/containerd/config.toml.d/a.toml", Role::drop_in, containerd,
       "rke2-server"},
      {"/var/snap/microk8s/current/args/containerd-template.toml", Role::go_template, containerd,
       "snap.microk8s.daemon-containerd"},
      {"/var/snap/microk8s/1234/args/containerd.toml", Role::generated, containerd,
       "snap.microk8s.daemon-containerd"},
      {"/etc/k0s/containerd.toml", Role::main, containerd, "k0sworker"},
      {"/etc/k0s/containerd.d/kata.toml", Role::drop_in, containerd, "k0sworker"},
      {"/run/k0s/containerd-cri.toml", Role::generated, containerd, "k0sworker"},
      {"/etc/cri/conf.d/20-kata.part", Role::read_only, containerd, "containerd"},
      {"/opt/kata/containerd/config.d/kata-deploy.toml", Role::import, containerd, "containerd"},
      {"/home/me/config.toml", Role::file, std::nullopt, ""},
      {"/home/me/etc/containerd/config.toml", Role::file, std::nullopt, ""},
      {"/etc/containerd/config.tomlx/y", Role::file, containerd, "containerd"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const Place place = place_of(row.path, "");
    CHECK(role_name(place.role) == role_name(row.role));
    CHECK(place.engine == row.engine);
    CHECK(place.unit == row.unit);
    CHECK(place.instead.empty() != is_left_alone(place.role));
  }
}

TEST_CASE("The file of k0s is managed as long as its first line says so", "[node]") {
  const char* path = "/etc/k0s/containerd.toml";
  CHECK(place_of(path, "# k0s_managed=true\nversion = 2\n").role == Role::managed);
  CHECK_FALSE(place_of(path, "# k0s_managed=true\n").instead.empty());
  CHECK(place_of(path, "# k0s_managed=true").role == Role::managed);
  CHECK(place_of(path, "# k0s_managed=false\n").role == Role::main);
  CHECK(place_of(path, "\n# k0s_managed=true\n").role == Role::main);
  CHECK(place_of("/etc/containerd/config.toml", "# k0s_managed=true\n").role == Role::main);
}

TEST_CASE("Generated and managed and read-only files are left alone", "[node]") {
  CHECK(is_left_alone(Role::generated));
  CHECK(is_left_alone(Role::managed));
  CHECK(is_left_alone(Role::read_only));
  for (const Role role : {Role::file, Role::main, Role::import, Role::drop_in, Role::go_template}) {
    CHECK_FALSE(is_left_alone(role));
  }
}

TEST_CASE("Roles have stable names", "[node]") {
  CHECK(role_name(Role::file) == "file");
  CHECK(role_name(Role::main) == "main");
  CHECK(role_name(Role::import) == "import");
  CHECK(role_name(Role::drop_in) == "drop-in");
  CHECK(role_name(Role::go_template) == "template");
  CHECK(role_name(Role::generated) == "generated");
  CHECK(role_name(Role::managed) == "managed");
  CHECK(role_name(Role::read_only) == "read-only");
}

}  // namespace
}  // namespace katafix
