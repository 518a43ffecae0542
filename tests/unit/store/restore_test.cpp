#include "store/run_files.hpp"
#include "store/runs.hpp"
#include "store/systems.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace katafix {
namespace {

using test::QuickSystem;
using test::RunFiles;

TEST_CASE("Restore brings bytes and mode and time back", "[store]") {
  const RunFiles node;
  REQUIRE(::chmod(node.first.c_str(), 0604) == 0);
  const struct timespec times[2] = {{1'000'000'001, 5}, {1'000'000'002, 7}};
  REQUIRE(::utimensat(AT_FDCWD, node.first.c_str(), times, 0) == 0);
  const Run run = node.apply(node.all());
  REQUIRE(::chmod(node.first.c_str(), 0666) == 0);
  const Undone undone = node.restore();
  CHECK(undone.run.name == run.name);
  CHECK(undone.run.state == RunState::undone);
  CHECK(undone.written.size() == 2);
  node.check("old 1", "old 2");
  CHECK(test::mode_of(node.first) == 0604);
  CHECK(test::status_of(node.first).st_mtim.tv_sec == 1'000'000'002);
  CHECK(test::status_of(node.first).st_mtim.tv_nsec == 7);
}

TEST_CASE("Restore undoes the newest run first and then the ones before", "[store]") {
  const RunFiles node;
  const Run first = node.apply(node.all());
  const Run second = node.apply(node.change_first("newer"));
  CHECK(node.restore().run.name == second.name);
  node.check("new 1", "new 2");
  CHECK(node.restore().run.name == first.name);
  node.check("old 1", "old 2");
  CHECK(node.restore_error().code == Code::no_such_run);
  for (const Run& run : node.list()) {
    CHECK(run.state == RunState::undone);
  }
}

TEST_CASE("Restore undoes a run by its name", "[store]") {
  const RunFiles node;
  const Run first = node.apply(node.change_first("new 1"));
  const Run second = node.apply({node.change_second()});
  CHECK(node.restore(first.name).run.name == first.name);
  node.check("old 1", "new 2");
  CHECK(node.restore().run.name == second.name);
}

TEST_CASE("A run that is not there cannot be restored", "[store]") {
  const RunFiles node;
  (void)node.apply(node.all());
  for (const char* name : {"20200101T000000.000000Z", "..", "../runs", "x"}) {
    CAPTURE(name);
    CHECK(node.restore_error(name).code == Code::no_such_run);
  }
  node.check("new 1", "new 2");
}

TEST_CASE("A run that is undone already has nothing left to do", "[store]") {
  const RunFiles node;
  const Run run = node.apply(node.all());
  (void)node.restore();
  CHECK(node.restore(run.name).written.empty());
  node.check("old 1", "old 2");
}

TEST_CASE("A file that was edited since is a conflict and no file is put back", "[store]") {
  const RunFiles node;
  const Run run = node.apply(node.all());
  (void)node.directory.write("node/etc/b.toml", "new 2 edited");
  const Finding finding = node.restore_error();
  CHECK(finding.code == Code::conflict);
  CHECK(finding.file == "/etc/b.toml");
  CHECK(test::contains(finding.advice, run.name + "/1.orig"));
  node.check("new 1", "new 2 edited");
  CHECK(node.list()[0].state == RunState::done);
}

TEST_CASE("A file that is made of both its texts is an edited one unless it was overwritten",
          "[store]") {
  const RunFiles node;
  (void)node.apply(node.all());
  (void)node.directory.write("node/etc/b.toml", "ned 2");
  CHECK(node.restore_error().code == Code::conflict);
  node.check("new 1", "ned 2");
}

TEST_CASE("A file that is as it was before the run is left alone", "[store]") {
  const RunFiles node;
  (void)node.apply(node.all());
  (void)node.directory.write("node/etc/a.toml", "old 1");
  CHECK(node.restore().written == std::vector<std::size_t>{1});
  node.check("old 1", "old 2");
}

TEST_CASE("A file that is gone is an error and nothing is put back", "[store]") {
  const RunFiles node;
  (void)node.apply(node.all());
  REQUIRE(::unlink(node.second.c_str()) == 0);
  CHECK(node.restore_error().file == "/etc/b.toml");
  CHECK(test::TempDir::read_file(node.first) == "new 1");
  CHECK_FALSE(std::filesystem::exists(node.second));
}

/// Opening a FIFO waits for a writer, unless it is told not to.
class Watched final : public System {
 public:
  explicit Watched(std::string_view fifo) : fifo_(fifo) {}

  int open_at(int directory, const char* name, int flags, mode_t mode) override {
    const bool waits = (flags & (O_NONBLOCK | O_PATH)) == 0;
    waited = waited || (waits && std::string_view(name).ends_with(fifo_));
    return System::open_at(directory, name, flags | O_NONBLOCK, mode);
  }
  bool waited = false;

 private:
  std::string_view fifo_;
};

TEST_CASE("A FIFO in place of a manifest does not hold restore up", "[store]") {
  Watched system("manifest.json");
  const RunFiles node;
  const std::string manifest =
      node.directory / node.run_file(node.apply(node.all()), "manifest.json");
  REQUIRE(::unlink(manifest.c_str()) == 0);
  REQUIRE(::mkfifo(manifest.c_str(), 0600) == 0);
  std::vector<Finding> damaged;
  CHECK(Runs(system, node.place(), Runs::Create::no).list(damaged).empty());
  REQUIRE(damaged.size() == 1);
  CHECK(damaged[0].code == Code::bad_backup);
  CHECK(damaged[0].file == manifest);
  CHECK_FALSE(system.waited);
}

TEST_CASE("A FIFO in place of a file does not hold restore up", "[store]") {
  Watched system("b.toml");
  const RunFiles node;
  (void)node.apply(node.all());
  REQUIRE(::unlink(node.second.c_str()) == 0);
  REQUIRE(::mkfifo(node.second.c_str(), 0600) == 0);
  const Finding finding = test::error_of([&] { (void)node.restore(system); });
  CHECK(finding.code == Code::conflict);
  CHECK_FALSE(system.waited);
  CHECK(test::TempDir::read_file(node.first) == "new 1");
}

TEST_CASE("A damaged manifest is told with its path", "[store]") {
  const RunFiles node;
  const Run run = node.apply(node.all());
  for (const char* text :
       {"", "{", "[]", "{}", "{\"schema\": 1}", "{\"schema\": 3, \"tree\": 1, \"files\": []}"}) {
    CAPTURE(text);
    (void)node.directory.write(node.run_file(run, "manifest.json"), text);
    System system;
    std::vector<Finding> damaged;
    CHECK(Runs(system, node.place(), Runs::Create::no).list(damaged).empty());
    REQUIRE(damaged.size() == 1);
    for (const Finding& finding : {damaged[0], node.restore_error(run.name)}) {
      CHECK(finding.code == Code::bad_backup);
      CHECK(test::contains(finding.file, run.name + "/manifest.json"));
    }
  }
  node.check("new 1", "new 2");
}

TEST_CASE("A manifest that is old or damaged does not keep another run from being restored",
          "[store]") {
  for (const char* text : {"{", R"({"schema": 3, "tree": "", "files": []})"}) {
    const RunFiles node;
    const Run good = node.apply({node.change_second()});
    const Run broken = node.apply(node.change_first("new 1"));
    (void)node.directory.write(node.run_file(broken, "manifest.json"), text);
    QuickSystem system;
    std::vector<Finding> passed_over;
    Runs runs(system, node.place(), Runs::Create::no);
    CHECK(runs.restore(runs.choose({}, passed_over)).run.name == good.name);
    node.check("new 1", "old 2");
    REQUIRE(passed_over.size() == 1);
    CHECK(passed_over[0].code == Code::bad_backup);
    CHECK(passed_over[0].severity == Severity::warning);
  }
}

TEST_CASE("A directory without a manifest is no run", "[store]") {
  // As a power cut leaves it between the directory and its manifest.
  const RunFiles node;
  const Run run = node.apply(node.all());
  (void)node.directory.write("backups/runs/29991231T235959.000000Z/0.orig", "half");
  REQUIRE(node.list().size() == 1);
  CHECK(node.restore().run.name == run.name);
  node.check("old 1", "old 2");
}

TEST_CASE("A stray file among the runs is no run", "[store]") {
  const RunFiles node;
  const Run run = node.apply(node.all());
  (void)node.directory.write("backups/runs/notes.txt", "mine");
  REQUIRE(node.list().size() == 1);
  CHECK(node.restore().run.name == run.name);
  CHECK_NOTHROW(node.apply(node.all(), 1));
  CHECK(node.directory.read("backups/runs/notes.txt") == "mine");
}

TEST_CASE("A restored file may be applied again", "[store]") {
  const RunFiles node;
  (void)node.apply(node.all());
  (void)node.restore();
  (void)node.apply(node.all());
  node.check("new 1", "new 2");
  (void)node.restore();
  node.check("old 1", "old 2");
}

TEST_CASE("A run of another tree is not undone", "[store]") {
  const RunFiles node;
  (void)node.apply(node.all());
  RunsPlace other = node.place();
  other.tree = "at another";
  QuickSystem system;
  std::vector<Finding> passed_over;
  const Finding finding =
      test::error_of([&] { (void)Runs(system, other, Runs::Create::no).choose({}, passed_over); });
  CHECK(finding.code == Code::no_such_run);
  node.check("new 1", "new 2");
  CHECK(node.restore().written.size() == 2);
}

TEST_CASE("Restore brings an ACL back as it was and not the one of today", "[store]") {
  const RunFiles node;
  if (::setxattr(node.first.c_str(), "user.katafix", "then", 4, 0) != 0) {
    return;  // a file system without them
  }
  (void)node.apply(node.all());
  REQUIRE(::setxattr(node.first.c_str(), "user.katafix", "now", 3, 0) == 0);
  REQUIRE(::setxattr(node.first.c_str(), "user.later", "now", 3, 0) == 0);
  (void)node.restore();
  std::string value(16, '\0');
  REQUIRE(::getxattr(node.first.c_str(), "user.katafix", value.data(), value.size()) == 4);
  CHECK(value.substr(0, 4) == "then");
  CHECK(::getxattr(node.first.c_str(), "user.later", value.data(), value.size()) < 0);
}

}  // namespace
}  // namespace katafix
