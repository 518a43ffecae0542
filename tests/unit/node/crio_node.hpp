#pragma once

#include "node/fake_node.hpp"
#include "node/viewed.hpp"

#include <string>

namespace katafix::test {

inline constexpr const char* kMain = "/etc/crio/crio.conf";
inline constexpr const char* kDropIns = "/etc/crio/crio.conf.d";

inline Viewed view(const FakeNode& node, const std::string& version = "main") {
  EngineTree tree;
  tree.engine = Engine::crio;
  tree.main = kMain;
  tree.drop_ins = kDropIns;
  return viewed(node, tree, version);
}

inline Viewed view(const std::string& text, const std::string& version = "main") {
  FakeNode node;
  node.files[kMain] = text;
  return view(node, version);
}

inline std::string drop_in(const std::string& name) { return std::string(kDropIns) + "/" + name; }

inline bool says(const Effective& effective, const std::string& part) {
  return effective.reason().find(part) != std::string::npos;
}

inline const std::string kKata =
    "[crio.runtime.runtimes.kata]\n"
    "runtime_path = '/usr/bin/containerd-shim-kata-v2'\n"
    "runtime_type = 'vm'\n";
inline const std::string kFlagTrue = "privileged_without_host_devices = true\n";
inline const std::string kFlagFalse = "privileged_without_host_devices = false\n";

}  // namespace katafix::test
