#pragma once

#include "katafix/store/runs.hpp"

#include "store/systems.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <string>
#include <vector>

namespace katafix::test {

/// A node with two files and a backup directory.
struct RunFiles {
  TempDir directory{in_memory()};
  std::string root = directory.make_directory("node");
  std::string backups = directory / "backups";
  std::string first = directory.write("node/etc/a.toml", "old 1");
  std::string second = directory.write("node/etc/b.toml", "old 2");

  /// Makes "new N" of "old N".
  [[nodiscard]] std::vector<FileEdits> all() const { return {change_first(), change_second()}; }
  [[nodiscard]] FileEdits change_first() const {
    return {"/etc/a.toml", first, "old 1", {{{0, 3}, "new"}}};
  }
  [[nodiscard]] FileEdits change_second() const {
    return {"/etc/b.toml", second, "old 2", {{{0, 3}, "new"}}};
  }

  /// Replaces all that the first file holds.
  [[nodiscard]] std::vector<FileEdits> change_first(const std::string& after) const {
    const std::string before = TempDir::read_file(first);
    return {{"/etc/a.toml", first, before, {{{0, before.size()}, after}}}};
  }

  Run apply(System& system, const std::vector<FileEdits>& files, std::size_t keep = 20) const {
    return Runs(system, backups, root, Runs::Create::yes).apply(files, keep);
  }
  Run apply(const std::vector<FileEdits>& files, std::size_t keep = 20) const {
    QuickSystem system;
    return apply(system, files, keep);
  }
  Run restore(const std::string& name = {}) const {
    QuickSystem system;
    return restore(system, name);
  }
  Run restore(System& system, const std::string& name = {}) const {
    return Runs(system, backups, root, Runs::Create::no).restore(name);
  }
  [[nodiscard]] std::vector<Run> list() const {
    QuickSystem system;
    std::vector<Finding> damaged;
    return Runs(system, backups, root, Runs::Create::no).list(damaged);
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
    return Runs(system, backups, root, Runs::Create::no).recover();
  }

  void check(const std::string& bytes_of_first, const std::string& bytes_of_second) const {
    CHECK(TempDir::read_file(first) == bytes_of_first);
    CHECK(TempDir::read_file(second) == bytes_of_second);
  }
};

}  // namespace katafix::test
