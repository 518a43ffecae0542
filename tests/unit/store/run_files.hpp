#pragma once

#include "node/root.hpp"
#include "store/runs.hpp"
#include "store/systems.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <string>
#include <vector>

namespace katafix::test {

/// A change of a file that keeps its texts itself.
struct TestChange {
  std::string path;
  std::string before;
  std::string after;
  bool in_place = false;
};

/// A node with two files and a backup directory.
struct RunFiles {
  TempDir directory{in_memory()};
  std::string root = directory.make_directory("node");
  std::string backups = directory / "backups";
  std::string first = directory.write("node/etc/a.toml", "old 1");
  std::string second = directory.write("node/etc/b.toml", "old 2");
  Root node{root};
  Root machine{""};

  /// Makes "new N" of "old N".
  [[nodiscard]] std::vector<TestChange> all() const { return {change_first(), change_second()}; }
  [[nodiscard]] static TestChange change_first() { return {"/etc/a.toml", "old 1", "new 1"}; }
  [[nodiscard]] static TestChange change_second() { return {"/etc/b.toml", "old 2", "new 2"}; }

  /// Replaces all that the first file holds.
  [[nodiscard]] std::vector<TestChange> change_first(const std::string& after) const {
    return {{"/etc/a.toml", TempDir::read_file(first), after}};
  }

  [[nodiscard]] static std::vector<FileChange> changes(const std::vector<TestChange>& all) {
    std::vector<FileChange> changes;
    for (const TestChange& one : all) {
      changes.push_back({one.path, one.path, "/etc", one.before, one.after, {}, one.in_place});
    }
    return changes;
  }

  [[nodiscard]] RunsPlace place() const {
    return {{node.descriptor(), root}, {machine.descriptor(), ""}, backups, "at " + root, {}};
  }

  Run apply(System& system, const std::vector<TestChange>& all, std::size_t keep = 20) const {
    return Runs(system, place(), Runs::Create::yes).apply(changes(all), keep);
  }
  Run apply(const std::vector<TestChange>& all, std::size_t keep = 20) const {
    QuickSystem system;
    return apply(system, all, keep);
  }
  Undone restore(const std::string& name = {}) const {
    QuickSystem system;
    return restore(system, name);
  }
  Undone restore(System& system, const std::string& name = {}) const {
    std::vector<Finding> passed_over;
    Runs runs(system, place(), Runs::Create::no);
    return runs.restore(runs.choose(name, passed_over));
  }
  [[nodiscard]] std::vector<Run> list() const {
    QuickSystem system;
    std::vector<Finding> damaged;
    return Runs(system, place(), Runs::Create::no).list(damaged);
  }
  [[nodiscard]] Finding restore_error(const std::string& name = {}) const {
    return error_of([&] { (void)restore(name); });
  }

  [[nodiscard]] std::string run_file(const Run& run, const std::string& name) const {
    return "backups/runs/" + run.name + "/" + name;
  }

  /// As if a crash had come before the end of a run was noted.
  void cut_off(const Run& run) const { std::filesystem::remove(directory / run_file(run, "done")); }
  [[nodiscard]] std::vector<Finding> recover() const {
    QuickSystem system;
    return recover(system);
  }
  [[nodiscard]] std::vector<Finding> recover(System& system) const {
    return Runs(system, place(), Runs::Create::no).recover();
  }

  void check(const std::string& bytes_of_first, const std::string& bytes_of_second) const {
    CHECK(TempDir::read_file(first) == bytes_of_first);
    CHECK(TempDir::read_file(second) == bytes_of_second);
  }
};

}  // namespace katafix::test
