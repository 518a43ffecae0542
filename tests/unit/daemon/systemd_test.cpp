#include "daemon/systemd.hpp"

#include "catch.hpp"
#include "node/fake_node.hpp"
#include "support.hpp"

using namespace katafix;
using namespace katafix;
using std::chrono::seconds;

namespace {

const WallTime kNoon{seconds(1780315200)};  // 2026-06-01 12:00:00 UTC

/// A node whose files changed at a time of their own.
class TimedNode final : public FileReader {
 public:
  std::map<std::string, WallTime> files;

  [[nodiscard]] std::optional<FileImage> read(const std::string& path) const override {
    const auto file = files.find(path);
    if (file == files.end()) {
      return std::nullopt;
    }
    FileImage image;
    image.changed = file->second;
    return image;
  }
  [[nodiscard]] FileKind kind(const std::string& /*path*/, bool /*follow*/) const override {
    return FileKind::file;
  }
  [[nodiscard]] std::vector<std::string> list(const std::string& /*path*/) const override {
    return {};
  }
};

std::optional<Finding> finding(const TimedNode& node, const std::vector<TreeFile>& tree_files) {
  NodeFiles files(node);
  EngineTree tree;
  tree.unit = "crio";
  tree.files = tree_files;
  return restart_needed(tree, files, kNoon);
}

TreeFile tree_file(const char* path, Role role = Role::drop_in) {
  return {path, {role, Engine::crio, {}, {}}};
}

}  // namespace

TEST_CASE("A unit that was started before its config changed is to be restarted", "[daemon]") {
  TimedNode node;
  node.files = {
      {"/a", kNoon - seconds(60)}, {"/b", kNoon + seconds(90)}, {"/c", kNoon + seconds(5)}};
  const auto found = finding(node, {tree_file("/a"), tree_file("/b"), tree_file("/c")});
  REQUIRE(found);
  CHECK(found->code == Code::restart_needed);
  CHECK(found->severity == Severity::warning);
  CHECK(found->file == "/b");
  CHECK(test::contains(found->message, "the unit crio runs since 2026-06-01 12:00:00 UTC"));
  CHECK(test::contains(found->message, "changed at 2026-06-01 12:01:30 UTC"));
  CHECK(test::contains(found->advice, "systemctl restart crio"));
}

TEST_CASE("A unit that was started after all changes has read them", "[daemon]") {
  TimedNode node;
  node.files = {{"/a", kNoon}, {"/b", kNoon - seconds(1)}};
  CHECK_FALSE(finding(node, {tree_file("/a"), tree_file("/b"), tree_file("/missing")}));
  CHECK_FALSE(finding(node, {}));
}

TEST_CASE("A file that is made anew at each start is no reason to restart", "[daemon]") {
  TimedNode node;
  node.files = {{"/a", kNoon + seconds(1)}};
  for (const Role role : {Role::generated, Role::managed, Role::read_only}) {
    CHECK_FALSE(finding(node, {tree_file("/a", role)}));
  }
  CHECK(finding(node, {tree_file("/a", Role::go_template)}));
}

TEST_CASE("systemctl tells since when an active unit runs", "[daemon]") {
  using std::chrono::microseconds;
  CHECK(active_since("ActiveState=active\nExecMainStartTimestampMonotonic=1234567\n") ==
        microseconds(1234567));
  CHECK(active_since("ExecMainStartTimestampMonotonic=5\nActiveState=active") == microseconds(5));
}

TEST_CASE("Of a unit that does not run nothing is known", "[daemon]") {
  for (const char* printed : {"", "ActiveState=active\n", "ExecMainStartTimestampMonotonic=5\n",
                              "ActiveState=inactive\nExecMainStartTimestampMonotonic=5\n",
                              "ActiveState=activating\nExecMainStartTimestampMonotonic=5\n",
                              "ActiveState=active\nExecMainStartTimestampMonotonic=0\n",
                              "ActiveState=active\nExecMainStartTimestampMonotonic=\n",
                              "ActiveState=active\nExecMainStartTimestampMonotonic=5us\n",
                              "NotActiveState=active\nExecMainStartTimestampMonotonic=5\n"}) {
    INFO(printed);
    CHECK_FALSE(active_since(printed));
  }
}
