#include "daemon/installed.hpp"

#include "catch.hpp"

#include <array>
#include <string_view>
#include <utility>

using namespace katafix;

TEST_CASE("The release is found in what engines print of themselves", "[daemon]") {
  using Printed = std::pair<const char*, const char*>;
  constexpr std::array outputs = {
      Printed{"containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n",
              "1.6.20~ds1"},
      Printed{"containerd github.com/containerd/containerd/v2 v2.1.4 75cb2b7193e4e490e9fbdc236c0e",
              "2.1.4"},
      Printed{"containerd github.com/k3s-io/containerd v1.7.23-k3s2 \n", "1.7.23-k3s2"},
      Printed{"containerd github.com/containerd/containerd/v2 2.2.2-bd1.34 abc\n", "2.2.2-bd1.34"},
      Printed{"containerd containerd.io v1.7.27 05044ec0a9a75232cad458027ca83437aae3f4da",
              "1.7.27"},
      Printed{"crio version 1.24.0\nVersion:          1.24.0\nGitCommit:        unknown\n",
              "1.24.0"},
      Printed{"Version:        1.30.4\r\nGoVersion: go1.22.0\n", "1.30.4"}};
  for (const auto& [output, release] : outputs) {
    INFO(output);
    const bool is_crio = std::string_view(output).find("containerd") == std::string_view::npos;
    const auto found = release_in(is_crio ? Engine::crio : Engine::containerd, output);
    REQUIRE(found);
    CHECK(found->name == release);
  }
}

TEST_CASE("What names no release is none", "[daemon]") {
  for (const char* output :
       {"", "\n", "containerd", "containerd github.com/containerd/containerd", "version 7",
        "containerd github.com/containerd/containerd 1.2.6 894b81a", "go1.22.0", "2.x"}) {
    INFO(output);
    CHECK_FALSE(release_in(Engine::containerd, output));
  }
}

TEST_CASE("Each distribution brings a binary of its own", "[daemon]") {
  const auto binary = [](const char* distribution, const char* main) {
    katafix::EngineTree tree;
    tree.distribution = distribution;
    tree.main = main;
    return engine_binary(tree);
  };
  CHECK(binary("containerd", "/etc/containerd/config.toml") == "containerd");
  CHECK(binary("crio", "/etc/crio/crio.conf") == "crio");
  CHECK(binary("k3s", "/var/lib/rancher/k3s/agent/etc/containerd/config.toml") ==
        "/var/lib/rancher/k3s/data/current/bin/containerd");
  CHECK(binary("rke2", "/data/rke2/agent/etc/containerd/config.toml") ==
        "/data/rke2/bin/containerd");
  CHECK(binary("k0s", "/etc/k0s/containerd.toml") == "/var/lib/k0s/bin/containerd");
  CHECK(binary("microk8s", "/var/snap/microk8s/current/args/containerd.toml") ==
        "/snap/microk8s/current/bin/containerd");
  CHECK(binary("talos", "").empty());
  CHECK_FALSE(installed_release({}));
}

TEST_CASE("A binary that is not there has no version", "[daemon]") {
  katafix::EngineTree tree;
  tree.distribution = "rke2";
  tree.main = "/nowhere/agent/etc/containerd/config.toml";
  CHECK_FALSE(installed_release(tree));
}
