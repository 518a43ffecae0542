#include "installed.hpp"

#include "katafix/engine/release.hpp"

#include "log.hpp"
#include "process.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace katafix {

namespace {

constexpr std::chrono::seconds kVersionLimit{5};
constexpr std::string_view kRancherMain = "/agent/etc/containerd/config.toml";

struct Known {
  std::string_view distribution;
  std::string_view binary;  ///< of k3s and rke2: below the data directory
  std::string_view socket;
};

constexpr std::array kKnown = {
    Known{"containerd", "containerd", "/run/containerd/containerd.sock"},
    Known{"deckhouse", "", "/run/containerd/containerd.sock"},
    Known{"canonical-k8s", "", "/run/containerd/containerd.sock"},
    Known{"crio", "crio", "/run/crio/crio.sock"},
    Known{"k3s", "/data/current/bin/containerd", "/run/k3s/containerd/containerd.sock"},
    Known{"rke2", "/bin/containerd", "/run/k3s/containerd/containerd.sock"},
    Known{"k0s", "/var/lib/k0s/bin/containerd", "/run/k0s/containerd.sock"},
    Known{"microk8s", "/snap/microk8s/current/bin/containerd",
          "/var/snap/microk8s/common/run/containerd.sock"}};

Known known(const EngineTree& tree) {
  const auto* const found = std::ranges::find(kKnown, tree.distribution, &Known::distribution);
  return found == kKnown.end() ? Known{} : *found;
}

}  // namespace

std::optional<Release> release_in(Engine engine, std::string_view printed) {
  constexpr std::string_view blanks = " \t\r\n";
  while (!printed.empty()) {
    std::string_view word = printed.substr(0, printed.find_first_of(blanks));
    printed.remove_prefix(std::min(word.size() + 1, printed.size()));
    word.remove_prefix(word.starts_with('v') ? 1 : 0);
    auto release =
        word.find('.') == std::string_view::npos ? std::nullopt : parse_release(engine, word);
    if (release) {
      return release;
    }
  }
  return std::nullopt;
}

std::string engine_binary(const EngineTree& tree) {
  std::string data_dir;
  if (tree.main.ends_with(kRancherMain)) {
    data_dir = tree.main.substr(0, tree.main.size() - kRancherMain.size());
  }
  return data_dir.append(known(tree).binary);
}

std::string usual_socket(const EngineTree& tree) { return std::string(known(tree).socket); }

std::optional<Release> installed_release(const EngineTree& tree) {
  const std::string binary = engine_binary(tree);
  if (binary.empty()) {
    return std::nullopt;
  }
  const Outcome outcome = run_own_program({binary, "--version"}, kVersionLimit);
  std::optional<Release> release =
      outcome.has_succeeded() ? release_in(tree.engine, outcome.out) : std::nullopt;
  debug(binary + " --version: " +
        (release                   ? release->name
         : outcome.has_succeeded() ? "no release in what it prints"
                                   : outcome.failure));
  return release;
}

}  // namespace katafix
