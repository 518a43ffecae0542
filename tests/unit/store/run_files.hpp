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

  [[nodiscard]] std::vector<Replacement> all() const {
    return {{"/etc/a.toml", first, "old 1", "new 1", {}},
            {"/etc/b.toml", second, "old 2", "new 2", {}}};
  }

  /// Replaces what the first file holds.
  [[nodiscard]] std::vector<Replacement> change_first(const std::string& after) const {
    return {{"/etc/a.toml", first, TempDir::read_file(first), after, {}}};
  }

  Run apply(System& system, const std::vector<Replacement>& replacements,
            std::size_t keep = 20) const {
    return Runs(system, backups, root, Runs::Create::yes).apply(replacements, keep);
  }
  Run apply(const std::vector<Replacement>& replacements, std::size_t keep = 20) const {
    QuickSystem system;
    return apply(system, replacements, keep);
  }
  Run restore(const std::string& name = {}) const {
    QuickSystem system;
    return Runs(system, backups, root, Runs::Create::no).restore(name);
  }
  [[nodiscard]] std::vector<Run> list() const {
    QuickSystem system;
    return Runs(system, backups, root, Runs::Create::no).list();
  }
  [[nodiscard]] Finding restore_error(const std::string& name = {}) const {
    return error_of([&] { (void)restore(name); });
  }

  [[nodiscard]] std::string run_file(const Run& run, const std::string& name) const {
    return "backups/runs/" + run.name + "/" + name;
  }

  void check(const std::string& bytes_of_first, const std::string& bytes_of_second) const {
    CHECK(TempDir::read_file(first) == bytes_of_first);
    CHECK(TempDir::read_file(second) == bytes_of_second);
  }
};

}  // namespace katafix::test
