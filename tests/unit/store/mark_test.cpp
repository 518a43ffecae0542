// The mark of a run tells how far it came.

#include "store/run_files.hpp"
#include "store/runs.hpp"
#include "store/systems.hpp"

#include <filesystem>
#include <string_view>

namespace katafix {
namespace {

using test::Call;
using test::FailingSystem;
using test::InterruptedSystem;
using test::QuickSystem;
using test::RunFiles;

/// A node with a run that is done.
struct Done : RunFiles {
  [[nodiscard]] std::string marks() const {
    std::string marks;
    for (const char* mark : {"done", "undone"}) {
      const std::string path = run_file(run, mark);
      if (std::filesystem::exists(directory / path)) {
        CHECK(directory.read(path).empty());
        marks.append(mark).append(" ");
      }
    }
    return marks;
  }

  Run run = apply(all());
};

TEST_CASE("An empty file marks how far a run came and its manifest stays as it is", "[store]") {
  const Done node;
  CHECK(node.marks() == "done ");
  const std::string manifest = node.directory.read(node.run_file(node.run, "manifest.json"));
  (void)node.restore();
  CHECK(node.marks() == "undone ");
  CHECK(node.directory.read(node.run_file(node.run, "manifest.json")) == manifest);
}

TEST_CASE("A run whose files were put back by hand is undone when it is restored", "[store]") {
  const Done node;
  (void)node.directory.write("node/etc/a.toml", "old 1");
  (void)node.directory.write("node/etc/b.toml", "old 2");
  CHECK(node.restore().written.empty());
  CHECK(node.marks() == "undone ");
}

TEST_CASE("A run that is being undone has no mark, whatever marks it had", "[store]") {
  const Done node;
  (void)node.directory.write(node.run_file(node.run, "undone"), "");
  std::string marks = "none looked";
  InterruptedSystem system(Call::exchange, 1, [&] { marks = node.marks(); });
  (void)node.restore(system);
  CHECK(marks.empty());
  CHECK(node.marks() == "undone ");
}

TEST_CASE("A run that could not be undone keeps its mark", "[store]") {
  for (const Call call : {Call::unlink, Call::sync, Call::exchange}) {
    CAPTURE(static_cast<int>(call));
    const Done node;
    FailingSystem system(call, 1, EIO);
    CHECK_THROWS_AS(node.restore(system), Error);
    CHECK(system.failed());
    node.check("new 1", "new 2");
    CHECK(node.marks() == "done ");
  }
}

TEST_CASE("A run whose mark cannot be looked for is not taken for one that was cut off",
          "[store]") {
  const Done node;
  FailingSystem system(Call::stat, 2, EIO);  // the first is of the directory of the runs
  const std::vector<Finding> told = node.recover(system);
  REQUIRE(told.size() == 1);
  CHECK(told[0].code == Code::bad_backup);
  CHECK(told[0].severity == Severity::warning);
  CHECK(test::contains(told[0].file, node.run.name + "/done"));
  CHECK(node.marks() == "done ");
}

TEST_CASE("A run without a mark that cannot be read is told of and keeps no other from recovery",
          "[store]") {
  const RunFiles node;
  const Run damaged = node.apply({node.change_first()});
  const Run other = node.apply({node.change_second()});
  (void)node.directory.write(node.run_file(damaged, "manifest.json"), "{");
  node.cut_off(damaged);
  node.cut_off(other);
  const std::vector<Finding> told = node.recover();
  REQUIRE(told.size() == 2);
  CHECK(told[0].code == Code::recovered);
  CHECK(told[1].code == Code::bad_backup);
  CHECK(told[1].severity == Severity::warning);
  CHECK(test::contains(told[1].file, damaged.name + "/manifest.json"));
}

TEST_CASE("A run whose manifest cannot be removed stays whole", "[store]") {
  class Stuck final : public QuickSystem {
   public:
    int unlink_at(int directory, const char* name, int flags) override {
      if (std::string_view(name) == "manifest.json") {
        errno = EPERM;
        return -1;
      }
      return System::unlink_at(directory, name, flags);
    }
  } system;
  const Done node;
  (void)node.apply(system, node.change_first("newest"), 1);
  CHECK(node.marks() == "done ");
  CHECK(node.directory.read(node.run_file(node.run, "0.orig")) == "old 1");
  CHECK(node.recover().empty());
}

}  // namespace
}  // namespace katafix
