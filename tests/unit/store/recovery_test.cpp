#include "store/run_files.hpp"
#include "store/runs.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace katafix {
namespace {

using test::error_of;
using test::RunFiles;

/// A node with a run that was cut off when all was replaced.
struct CutOff : RunFiles {
  CutOff() : run(apply(all())) { cut_off(run); }

  [[nodiscard]] RunState state() const { return list().at(0).state; }

  Run run;
};

TEST_CASE("A run that was cut off with all files new is done", "[store]") {
  const CutOff node;
  const std::vector<Finding> told = node.recover();
  node.check("new 1", "new 2");
  CHECK(node.state() == RunState::done);
  REQUIRE(told.size() == 1);
  CHECK(told[0].code == Code::recovered);
  CHECK(told[0].severity == Severity::warning);
  CHECK(test::contains(told[0].message, "all its files are new"));
  CHECK(node.recover().empty());
}

TEST_CASE("A run that was cut off half way is undone", "[store]") {
  const CutOff node;
  (void)node.directory.write("node/etc/b.toml", "old 2");
  CHECK(test::contains(node.recover().at(0).message, "as they were before"));
  node.check("old 1", "old 2");
  CHECK(node.state() == RunState::undone);
}

TEST_CASE("A run that was cut off before its first file is undone", "[store]") {
  const CutOff node;
  (void)node.directory.write("node/etc/a.toml", "old 1");
  (void)node.directory.write("node/etc/b.toml", "old 2");
  CHECK(node.recover().size() == 1);
  node.check("old 1", "old 2");
  CHECK(node.state() == RunState::undone);
}

TEST_CASE("A foreign edit stays, and where the other files are all new the run is done",
          "[store]") {
  const CutOff node;
  (void)node.directory.write("node/etc/b.toml", "edited");
  CHECK(node.recover().size() == 1);
  node.check("new 1", "edited");
  CHECK(node.state() == RunState::done);
}

TEST_CASE("A foreign edit beside files that are half done stays, and the others are put back",
          "[store]") {
  const RunFiles node;
  std::vector<test::TestChange> three = node.all();
  const std::string third = node.directory.write("node/etc/c.toml", "old 3");
  three.push_back({"/etc/c.toml", "old 3", "new 3"});
  node.cut_off(node.apply(three));
  (void)node.directory.write("node/etc/a.toml", "old 1");
  (void)node.directory.write("node/etc/b.toml", "edited");
  const std::vector<Finding> told = node.recover();
  REQUIRE(told.size() == 1);
  CHECK(test::contains(told[0].message, "but /etc/b.toml was changed since"));
  CHECK(test::contains(told[0].message, "1.orig"));
  node.check("old 1", "edited");
  CHECK(test::TempDir::read_file(third) == "old 3");
}

TEST_CASE("A file that is gone is nothing that recovery could mend", "[store]") {
  const CutOff node;
  REQUIRE(::unlink(node.second.c_str()) == 0);
  CHECK(node.recover().size() == 1);
  CHECK(node.state() == RunState::done);
  CHECK_FALSE(std::filesystem::exists(node.second));
}

TEST_CASE("What is left of a temporary file goes with recovery", "[store]") {
  const CutOff node;
  const std::string name = node.run.files[0].temporary;
  for (const char* bytes : {"old 1", "new 1"}) {
    (void)node.directory.write("node" + name, bytes);
    (void)node.directory.write("node" + name + ".part", "ne");
    (void)node.directory.write("node" + name + ".old", bytes);
    node.cut_off(node.run);
    (void)node.recover();
    for (const char* end : {"", ".part", ".old"}) {
      CHECK_FALSE(std::filesystem::exists(node.root + name + end));
    }
    node.check("new 1", "new 2");
  }
}

TEST_CASE("A temporary file that was cut off as it was written goes with recovery", "[store]") {
  const CutOff node;
  (void)node.directory.write("node/etc/a.toml", "old 1");
  (void)node.directory.write("node/etc/b.toml", "old 2");
  (void)node.directory.write("node" + node.run.files[0].temporary + ".part", "ne");
  (void)node.recover();
  CHECK_FALSE(std::filesystem::exists(node.root + node.run.files[0].temporary + ".part"));
  node.check("old 1", "old 2");
}

TEST_CASE("Of two versions that may both be edits recovery touches none", "[store]") {
  const CutOff node;
  const std::string name = "node" + node.run.files[0].temporary;
  (void)node.directory.write("node/etc/a.toml", "edited");
  (void)node.directory.write(name, "edited, too");
  const Finding finding = error_of([&] { (void)node.recover(); });
  CHECK(finding.code == Code::conflict);
  CHECK(test::contains(finding.message, node.run.files[0].temporary));
  CHECK(node.directory.read(name) == "edited, too");
  node.check("edited", "new 2");
}

TEST_CASE("A file that is gone is not taken for one that became empty", "[store]") {
  const RunFiles node;
  const Run run = node.apply(node.change_first(""));
  node.cut_off(run);
  REQUIRE(::unlink(node.first.c_str()) == 0);
  const std::string name = "node" + run.files[0].temporary;
  (void)node.directory.write(name, "edited");
  CHECK(error_of([&] { (void)node.recover(); }).code == Code::conflict);
  CHECK(node.directory.read(name) == "edited");
}

TEST_CASE("An edit that was taken out of its place is put back into it", "[store]") {
  const CutOff node;
  for (const char* end : {"", ".old"}) {
    node.cut_off(node.run);
    (void)node.directory.write("node/etc/a.toml", "new 1");
    (void)node.directory.write("node" + node.run.files[0].temporary + end, "edited");
    (void)node.recover();
    node.check("edited", "new 2");
    CHECK_FALSE(std::filesystem::exists(node.root + node.run.files[0].temporary));
  }
}

TEST_CASE("A run that was cut off is undone by a restore before any other", "[store]") {
  const CutOff node;
  const Run next = node.apply(node.change_first("newer"));
  CHECK(node.restore_error().code == Code::conflict);
  CHECK(node.restore(next.name).run.name == next.name);
  CHECK(node.restore().run.name == node.run.name);
  node.check("old 1", "old 2");
}

TEST_CASE("What somebody put in a file's place is no file of the run", "[store]") {
  for (const char* kind : {"link", "fifo", "directory"}) {
    CAPTURE(kind);
    const CutOff node;
    REQUIRE(::unlink(node.first.c_str()) == 0);
    const std::string what = kind;
    if (what == "link") {
      REQUIRE(::symlink("b.toml", node.first.c_str()) == 0);
    } else if (what == "fifo") {
      REQUIRE(::mkfifo(node.first.c_str(), 0600) == 0);
    } else {
      REQUIRE(::mkdir(node.first.c_str(), 0700) == 0);
    }
    CHECK(test::contains(node.recover().at(0).message, "but /etc/a.toml was changed since"));
    CHECK(node.state() == RunState::done);
    CHECK(test::TempDir::read_file(node.second) == "new 2");
  }
}

}  // namespace
}  // namespace katafix
