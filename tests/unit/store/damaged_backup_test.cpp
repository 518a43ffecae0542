// What restore and recovery do where a backup is not what its run replaced: they write nothing.

#include "store/run_files.hpp"
#include "store/runs.hpp"

#include <filesystem>
#include <unistd.h>

namespace katafix {
namespace {

using test::RunFiles;
using test::TempDir;

/// A run of which the backup of the second file, "old 2", is damaged.
struct Damaged : RunFiles {
  void damage(const std::string& bytes) const {
    (void)directory.write(run_file(run, "1.orig"), bytes);
  }
  [[nodiscard]] Finding recover_error() const {
    return test::error_of([&] { (void)recover(); });
  }

  Run run = apply(all());
};

/// A byte of what was removed, one where nothing was, a byte less, a byte more, none.
const std::vector<std::string> kNotWhatWasReplaced = {"olD 2", "old X", "old ", "old 22", ""};

TEST_CASE("A damaged backup is not put back", "[store]") {
  for (const std::string& bytes : kNotWhatWasReplaced) {
    CAPTURE(bytes);
    const Damaged node;
    node.damage(bytes);
    const Finding finding = node.restore_error();
    CHECK(finding.code == Code::bad_backup);
    CHECK(test::contains(finding.file, "1.orig"));
    CHECK(test::contains(finding.advice, "/etc/b.toml"));
    node.check("new 1", "new 2");
    CHECK(node.list()[0].state == RunState::done);
  }
}

TEST_CASE("A backup that is gone or a link is an error and nothing is put back", "[store]") {
  const Damaged node;
  const std::string backup = node.directory / node.run_file(node.run, "1.orig");
  REQUIRE(::unlink(backup.c_str()) == 0);
  CHECK(node.restore_error().code == Code::bad_backup);
  (void)node.directory.write("old", "old 2");
  (void)node.directory.link(node.run_file(node.run, "1.orig"), node.directory / "old");
  CHECK(node.restore_error().code == Code::bad_backup);
  node.check("new 1", "new 2");
}

TEST_CASE("Recovery with a damaged backup touches nothing and works once that is mended",
          "[store]") {
  for (const std::string& bytes : kNotWhatWasReplaced) {
    CAPTURE(bytes);
    const Damaged node;
    const std::string temporary = "node" + node.run.files[0].temporary + ".part";
    (void)node.directory.write(temporary, "ne");
    (void)node.directory.write("node/etc/a.toml", "old 1");
    node.damage(bytes);
    node.cut_off(node.run);
    for (const Finding& finding : {node.recover_error(), node.restore_error()}) {
      CHECK(finding.code == Code::bad_backup);
      CHECK(test::contains(finding.file, "1.orig"));
    }
    node.check("old 1", "new 2");
    CHECK(node.list()[0].state == RunState::prepared);
    node.damage("old 2");
    CHECK(node.recover().size() == 1);
    node.check("old 1", "old 2");
  }
}

TEST_CASE("Recovery does not call a run undone whose new file has a damaged backup", "[store]") {
  const Damaged node;
  (void)node.directory.write("node/etc/a.toml", "old 1");
  node.damage("old X");
  node.cut_off(node.run);
  CHECK(node.recover_error().code == Code::bad_backup);
  node.check("old 1", "new 2");
  CHECK(node.list()[0].state == RunState::prepared);
}

TEST_CASE("A file that is overwritten is not put back from a damaged backup", "[store]") {
  const std::string before = "aa\naa\naa\n";  // a damaged byte may be right one line further
  for (const bool is_cut_off : {false, true}) {
    for (std::size_t at = 0; at < before.size(); ++at) {
      CAPTURE(is_cut_off, at);
      const RunFiles node;
      (void)node.directory.write("node/etc/a.toml", before);
      REQUIRE(::link(node.first.c_str(), (node.first + ".link").c_str()) == 0);
      const Run run = node.apply({{"/etc/a.toml", before, "aa\nbb\naa\naa\n", true}});
      if (is_cut_off) {
        node.cut_off(run);
      }
      std::string damaged = before;
      damaged[at] = damaged[at] == 'a' ? '\n' : 'a';
      (void)node.directory.write(node.run_file(run, "0.orig"), damaged);
      CHECK(node.restore_error().code == Code::bad_backup);
      CHECK(TempDir::read_file(node.first) == "aa\nbb\naa\naa\n");
    }
  }
}

TEST_CASE("A torn file is not mended from a damaged backup", "[store]") {
  for (const char* bytes : {"olD 1", "old X", "old 11"}) {
    const RunFiles node;
    REQUIRE(::link(node.first.c_str(), (node.first + ".link").c_str()) == 0);
    test::TestChange file = node.change_first();
    file.in_place = true;
    const Run run = node.apply({file});
    node.cut_off(run);
    (void)node.directory.write("node/etc/a.toml", "ned 1");
    (void)node.directory.write(node.run_file(run, "0.orig"), bytes);
    CHECK(node.restore_error().code == Code::bad_backup);
    CHECK(TempDir::read_file(node.first) == "ned 1");
    (void)node.directory.write(node.run_file(run, "0.orig"), "old 1");
    (void)node.restore();
    CHECK(TempDir::read_file(node.first) == "old 1");
  }
}

}  // namespace
}  // namespace katafix
