#include "node/viewed.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <string>

namespace katafix {
namespace {

constexpr const char* kMain = "/etc/containerd/config.toml";
const std::string kOld = "plugins.\"io.containerd.grpc.v1.cri\".containerd";

/// A node's files, and what containerd makes of them.
struct Machine {
  test::TempDir directory;

  void write(const std::string& path, const std::string& text) const {
    (void)directory.write(path.substr(1), text);
  }
  [[nodiscard]] test::Viewed with(const std::string& version) const {
    const RootReader reader(directory.path());
    EngineTree tree;
    tree.main = kMain;
    return test::viewed(reader, tree, version);
  }
};

std::string place(const ViewedHandler& handler) {
  const Origin& origin = handler.decided_by();
  return origin.is_known() ? origin.file() + ":" + std::to_string(origin.line()) : "built in";
}

TEST_CASE("The flag's own line decides, else the handler's", "[node]") {
  const Machine node;
  node.write(kMain, "version = 2\n[" + kOld + ".runtimes.a]\n\n" +
                        "privileged_without_host_devices = false\n[" + kOld + ".runtimes.b]\n");
  const test::Viewed effective = node.with("2.1");
  REQUIRE(effective.accepted());
  CHECK(place(effective.handlers.at("a")) == std::string(kMain) + ":4");
  CHECK(place(effective.handlers.at("b")) == std::string(kMain) + ":5");
  CHECK(place(effective.handlers.at("runc")) == "built in");
}

TEST_CASE("A drop-in with the flag alone adds to a handler from 2.0 on", "[node]") {
  const Machine node;
  const std::string drop_in = "/etc/containerd/conf.d/f.toml";
  node.write(kMain, "version = 2\nimports = [\"conf.d/*.toml\"]\n[" + kOld +
                        ".runtimes.kata]\nruntime_type = \"io.containerd.kata.v2\"\n");
  node.write(drop_in, "[" + kOld + ".runtimes.kata]\nprivileged_without_host_devices = true\n");

  const test::Viewed merged = node.with("2.1");
  CHECK(merged.handlers.at("kata").runtime_type == "io.containerd.kata.v2");
  CHECK(merged.handlers.at("kata").flag);
  CHECK(place(merged.handlers.at("kata")) == drop_in + ":2");
  CHECK(merged.files == std::vector<std::string>{kMain, drop_in});

  const test::Viewed replaced = node.with("1.7");
  CHECK(replaced.handlers.at("kata").runtime_type.empty());
  CHECK_FALSE(replaced.handlers.contains("runc"));

  // Up to 1.6.28 a relative pattern counts from the daemon's working directory, the root.
  CHECK_FALSE(node.with("1.6.20").handlers.at("kata").flag);
}

TEST_CASE("A refusal names the place", "[node]") {
  const Machine node;
  node.write(kMain, "version = 2\n[" + kOld +
                        ".runtimes.kata]\nprivileged_without_host_devices = \"true\"\n");
  const test::Viewed effective = node.with("2.1");
  CHECK_FALSE(effective.accepted());
  CHECK(effective.refusal->file == kMain);
  CHECK(effective.refusal->at.line == 3);
  CHECK(effective.reason() ==
        "/etc/containerd/config.toml:3: privileged_without_host_devices must be true or "
        "false, not a string");
}

TEST_CASE("A missing import stops every daemon, but not the print of 2.x", "[node]") {
  const Machine node;
  node.write(kMain, "version = 2\nimports = [\"gone.toml\"]\n");
  CHECK_FALSE(node.with("1.7").accepted());
  const test::Viewed effective = node.with("2.1");
  CHECK(effective.accepted());
  REQUIRE(effective.start_problems.size() == 1);
  CHECK(effective.start_problems.back().origin.line() == 2);
  CHECK(effective.start_problems.back().message ==
        "the import /etc/containerd/gone.toml does not exist");
}

TEST_CASE("Releases before 1.6 know no runtime_path, and before 1.5 keep the built-in runc",
          "[node]") {
  const Machine node;
  node.write(kMain, "version = 2\n[" + kOld + ".runtimes.kata]\nruntime_path = \"/x\"\n");
  CHECK(node.with("1.6").handlers.at("kata").runtime_path == "/x");
  CHECK(node.with("1.5").handlers.at("kata").runtime_path.empty());
  CHECK_FALSE(node.with("1.5").handlers.contains("runc"));
  CHECK(node.with("1.4").handlers.at("runc").runtime_type == "io.containerd.runc.v2");
  CHECK(node.with("1.3").handlers.at("runc").runtime_type == "io.containerd.runc.v1");
}

TEST_CASE("A plugin that one file disables stays disabled whatever a later one disables",
          "[node]") {
  const Machine node;
  node.write(kMain,
             "version = 2\nimports = [\"/etc/later.toml\"]\n"
             "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n");
  node.write("/etc/later.toml",
             "version = 2\ndisabled_plugins = [\"io.containerd.snapshotter.v1.zfs\"]\n");
  for (const char* version : {"1.3", "1.7", "2.1", "2.3"}) {
    CAPTURE(version);
    const test::Viewed effective = node.with(version);
    CHECK(effective.accepted());
    CHECK_FALSE(effective.serves_cri);
  }
}

TEST_CASE("A plugin id is long enough for the config's version, or containerd refuses it",
          "[node]") {
  const Machine node;
  node.write(kMain, "[plugins.cri.containerd.runtimes.kata]\n");
  CHECK(node.with("1.6").accepted());
  node.write(kMain, "version = 2\n[plugins.cri.containerd.runtimes.kata]\n");
  CHECK(node.with("1.6").reason() ==
        "/etc/containerd/config.toml:2: \"cri\" is no plugin id: config version 2 wants "
        "io.containerd.X.vX, here \"io.containerd.grpc.v1.cri\"");
}

TEST_CASE("containerd 1.5 to 1.7 read a name in capitals where the exact one is missing",
          "[node]") {
  const Machine node;
  node.write(kMain, "version = 2\n[" + kOld +
                        ".RUNTIMES.kata]\nRUNTIME_TYPE = \"a.b.v1\"\nRuntime_Path = \"/unread\"\n");
  const test::Viewed effective = node.with("1.7");
  CHECK(effective.handlers.at("kata").runtime_type == "a.b.v1");
  CHECK(effective.handlers.at("kata").runtime_path.empty());
}

TEST_CASE("A handler with all devices needs the flag since containerd 1.7", "[node]") {
  const Machine node;
  const std::string handler = "version = 2\n[" + kOld +
                              ".runtimes.runc]\nruntime_type = \"io.containerd.runc.v2\"\n"
                              "privileged_without_host_devices_all_devices_allowed = true\n";
  node.write(kMain, handler);
  CHECK(node.with("1.6").start_problems.empty());
  const test::Viewed effective = node.with("1.7");
  REQUIRE(effective.start_problems.size() == 1);
  CHECK(effective.start_problems.front().code == Code::all_devices_allowed);
  node.write(kMain, handler + "privileged_without_host_devices = true\n");
  CHECK(node.with("1.7").start_problems.empty());
}

}  // namespace
}  // namespace katafix
