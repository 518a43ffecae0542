#include "store/runs.hpp"

#include "store/run_files.hpp"
#include "store/systems.hpp"

#include <algorithm>
#include <filesystem>

namespace katafix {
namespace {

using test::Call;
using test::QuickSystem;
using test::RunFiles;
using test::TempDir;

TEST_CASE("A run replaces its files and keeps what they were", "[store]") {
  const RunFiles node;
  const Run run = node.apply(node.all());
  node.check("new 1", "new 2");
  CHECK(run.state == RunState::done);
  REQUIRE(run.files.size() == 2);
  CHECK(run.files[1].path == "/etc/b.toml");
  CHECK(run.files[1].target == "/etc/b.toml");
  CHECK(run.files[1].before == fingerprint("old 2"));
  CHECK(run.files[1].after == fingerprint("new 2"));
  CHECK(node.directory.read(node.run_file(run, "0.orig")) == "old 1");
  CHECK(node.directory.read(node.run_file(run, "1.orig")) == "old 2");
}

TEST_CASE("Backups are private", "[store]") {
  const RunFiles node;
  const mode_t umask = ::umask(0);
  const Run run = node.apply(node.all());
  ::umask(umask);
  CHECK(test::mode_of(node.backups) == 0700);
  CHECK(test::mode_of(node.backups + "/runs") == 0700);
  CHECK(test::mode_of(node.directory / node.run_file(run, "")) == 0700);
  for (const char* name : {"0.orig", "1.orig", "manifest.json", "done"}) {
    CHECK(test::mode_of(node.directory / node.run_file(run, name)) == 0600);
  }
}

TEST_CASE("A run has only its manifest, its backups and its mark", "[store]") {
  const RunFiles node;
  const Run run = node.apply(node.all());
  std::size_t count = 0;
  for (const std::string& name : node.directory.names()) {
    count += name.starts_with("backups/runs/" + run.name + "/") ? 1 : 0;
  }
  CHECK(count == 4);
}

TEST_CASE("The path of a backup is where it lies", "[store]") {
  const RunFiles node;
  System system;
  const auto texts = node.all();
  Runs runs(system, node.place(), Runs::Create::yes);
  const Run run = runs.apply(RunFiles::changes(texts), 20);
  CHECK(TempDir::read_file(runs.backup_path(run, 1)) == "old 2");
}

TEST_CASE("The backup directory is made with those above it", "[store]") {
  const RunFiles node;
  System system;
  RunsPlace deep = node.place();
  deep.directory = node.directory / "a/b/c";
  const auto texts = node.all();
  (void)Runs(system, deep, Runs::Create::yes).apply(RunFiles::changes(texts), 20);
  std::vector<Finding> damaged;
  CHECK(Runs(system, deep, Runs::Create::no).list(damaged).size() == 1);
}

TEST_CASE("Runs are listed oldest first with what they did", "[store]") {
  const RunFiles node;
  const Run first = node.apply(node.all());
  const Run second = node.apply(node.change_first("newer"));
  const std::vector<Run> runs = node.list();
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].name == first.name);
  CHECK(runs[1].name == second.name);
  CHECK(runs[0].state == RunState::done);
  CHECK(runs[0].files.size() == 2);
  CHECK(runs[0].files[0].metadata.mode == first.files[0].metadata.mode);
  CHECK(runs[0].files[0].metadata.modified.tv_nsec == first.files[0].metadata.modified.tv_nsec);
}

TEST_CASE("The names of runs sort by time", "[store]") {
  const RunFiles node;
  std::vector<std::string> names;
  for (int round = 0; round < 30; ++round) {
    names.push_back(node.apply(node.change_first(std::to_string(round)), 100).name);
  }
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  for (const std::string& name : names) {
    CHECK(name.find_first_not_of("0123456789TZ.") == std::string::npos);
  }
}

TEST_CASE("A clock that was set back does not make a new run the older one", "[store]") {
  const RunFiles node;
  const Run old = node.apply(node.all());
  const std::string future = "29991231T235959.000000Z";
  std::filesystem::rename(node.directory / ("backups/runs/" + old.name),
                          node.directory / ("backups/runs/" + future));
  const Run second = node.apply(node.change_first("second"));
  const Run third = node.apply(node.change_first("third"));
  CHECK(second.name > future);
  CHECK(third.name > second.name);
  CHECK(node.list().size() == 3);
  CHECK(node.directory.read(node.run_file(second, "0.orig")) == "new 1");
  CHECK(node.restore().run.name == third.name);
  node.check("second", "new 2");
}

TEST_CASE("Only the newest runs are kept", "[store]") {
  const RunFiles node;
  std::vector<std::string> names;
  for (int round = 0; round < 5; ++round) {
    names.push_back(node.apply(node.change_first(std::to_string(round)), 3).name);
  }
  const std::vector<Run> runs = node.list();
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].name == names[2]);
  CHECK(runs[2].name == names[4]);
  CHECK(node.directory.names().size() == 4 + 2 + 3 + 3 * 3);
}

TEST_CASE(
    "Runs of another tree and runs that were cut off are not removed for the sake of newer ones",
    "[store]") {
  const RunFiles node;
  const Run first = node.apply(node.change_first("1"));
  node.cut_off(first);
  RunsPlace place = node.place();
  place.tree = "at another";
  QuickSystem system;
  const auto others = node.change_first("2");
  const Run other = Runs(system, place, Runs::Create::yes).apply(RunFiles::changes(others), 1);
  for (int round = 3; round < 6; ++round) {
    (void)node.apply(node.change_first(std::to_string(round)), 1);
  }
  const std::vector<Run> runs = node.list();
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].name == first.name);
  CHECK(runs[0].state == RunState::prepared);
  CHECK(std::filesystem::exists(node.directory / node.run_file(other, "0.orig")));
}

TEST_CASE("A run at the end of time, which an image may bring, hides no later run", "[store]") {
  const RunFiles node;
  (void)node.directory.make_directory("backups/runs/99991231T235959.999999Z");
  const Run run = node.apply(node.all());
  CHECK(node.restore().run.name == run.name);
  node.check("old 1", "old 2");
}

TEST_CASE("A run that is not made leaves no trace of itself", "[store]") {
  const RunFiles node;
  (void)node.directory.write("node/etc/b.toml", "changed");
  CHECK(test::error_of([&] { (void)node.apply(node.all()); }).code == Code::conflict);
  node.check("old 1", "changed");
  CHECK(node.list().empty());
}

TEST_CASE("A run that was rolled back leaves its files as they were and no run behind", "[store]") {
  const RunFiles node;
  const Run before = node.apply(node.change_first("old 1 changed"));
  test::FailingSystem system(Call::exchange, 2, EROFS);
  const Finding finding = test::error_of([&] {
    (void)node.apply(system, {node.change_first("new 1")[0], RunFiles::change_second()});
  });
  CHECK(finding.code == Code::rolled_back);
  node.check("old 1 changed", "old 2");
  CHECK(node.restore().run.name == before.name);
  node.check("old 1", "old 2");
}

TEST_CASE("Two katafix at once do not share a backup directory", "[store]") {
  const RunFiles node;
  System system;
  const Runs holder(system, node.place(), Runs::Create::yes);
  for (const Runs::Create create : {Runs::Create::yes, Runs::Create::no}) {
    const Finding finding = test::error_of([&] { const Runs runs(system, node.place(), create); });
    CHECK(finding.code == Code::locked);
  }
}

TEST_CASE("The lock goes with its holder", "[store]") {
  const RunFiles node;
  System system;
  { const Runs holder(system, node.place(), Runs::Create::yes); }
  CHECK_NOTHROW(Runs(system, node.place(), Runs::Create::no));
}

TEST_CASE("A directory without runs is told as one and is not made", "[store]") {
  const RunFiles node;
  CHECK(node.restore_error().code == Code::no_such_run);
  CHECK_FALSE(std::filesystem::exists(node.backups));
}

TEST_CASE("States of runs have stable names", "[store]") {
  CHECK(run_state_name(RunState::prepared) == "prepared");
  CHECK(run_state_name(RunState::done) == "done");
  CHECK(run_state_name(RunState::undone) == "undone");
}

}  // namespace
}  // namespace katafix
