#include "store/run_files.hpp"
#include "store/systems.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace katafix {
namespace {

using test::RunFiles;
using test::TempDir;

/// A node whose first file has a second hard link.
struct LinkedFiles : RunFiles {
  LinkedFiles() { REQUIRE(::link(first.c_str(), (first + ".link").c_str()) == 0); }

  [[nodiscard]] std::vector<test::TestChange> in_place() const {
    std::vector<test::TestChange> files = all();
    for (test::TestChange& file : files) {
      file.in_place = true;
    }
    return files;
  }
};

TEST_CASE("A file with two hard links is overwritten where that is allowed", "[store]") {
  const LinkedFiles node;
  const ino_t inode = test::status_of(node.first).st_ino;
  (void)node.apply(node.in_place());
  node.check("new 1", "new 2");
  CHECK(test::status_of(node.first).st_ino == inode);
  CHECK(TempDir::read_file(node.first + ".link") == "new 1");
  (void)node.restore();
  node.check("old 1", "old 2");
  CHECK(test::status_of(node.first).st_ino == inode);
}

TEST_CASE("A file that can be replaced is, even where it may be overwritten", "[store]") {
  const LinkedFiles node;
  const ino_t inode = test::status_of(node.second).st_ino;
  (void)node.apply(node.in_place());
  CHECK(test::status_of(node.second).st_ino != inode);
}

TEST_CASE("An overwritten file may become longer or shorter", "[store]") {
  const LinkedFiles node;
  for (const std::string bytes : {"a much longer text than before", "x", ""}) {
    std::vector<test::TestChange> one = node.change_first(bytes);
    one[0].in_place = true;
    (void)node.apply(one);
    CHECK(TempDir::read_file(node.first) == bytes);
  }
}

TEST_CASE("A run knows which of its files is overwritten", "[store]") {
  const LinkedFiles node;
  const Run run = node.apply(node.in_place());
  CHECK(run.files[0].in_place);
  CHECK_FALSE(run.files[1].in_place);
  CHECK(node.directory.read(node.run_file(run, "0.orig")) == "old 1");
}

TEST_CASE("Recovery mends a torn file and leaves an edited one alone", "[store]") {
  for (const auto& [now, then] : {std::pair{"new 1", "old 1"}, std::pair{"nel 1", "nel 1"},
                                  std::pair{"new", "new"}, std::pair{"ned 1", "old 1"}}) {
    CAPTURE(now);
    const LinkedFiles node;
    const Run run = node.apply(node.in_place());
    // As if a crash had come while the first file was overwritten, and the second was still old.
    node.cut_off(run);
    (void)node.directory.write("node/etc/a.toml", now);
    (void)node.directory.write("node/etc/b.toml", "old 2");
    (void)node.recover();
    node.check(then, "old 2");
    CHECK(node.list()[0].state == RunState::undone);
  }
}

TEST_CASE("A file that lost its end after a run is no torn one", "[store]") {
  const LinkedFiles node;
  (void)node.apply(node.in_place());
  (void)node.directory.write("node/etc/a.toml", "ned 1");
  CHECK(node.restore_error().code == Code::conflict);
  CHECK(TempDir::read_file(node.first) == "ned 1");
}

}  // namespace
}  // namespace katafix
