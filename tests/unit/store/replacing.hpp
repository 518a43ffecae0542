#pragma once

#include "node/root.hpp"
#include "store/runs.hpp"
#include "temp_dir.hpp"

#include <string>
#include <vector>

namespace katafix::test {

/// A file of this machine that is to be replaced.
struct Replacement {
  std::string path;    ///< as people know it
  std::string target;  ///< absolute
  std::string before;
  std::string after;
  std::string temporary_directory = {};  ///< the target's own where it is empty
  bool in_place = false;
};

/// Replaces files in a run whose backups nobody asks for.
inline void replace_all(System& system, const std::vector<Replacement>& replacements) {
  const TempDir backups(in_memory());
  const Root machine("");
  const Base base{machine.descriptor(), ""};
  std::vector<FileChange> changes;
  for (const Replacement& one : replacements) {
    changes.push_back({one.path,
                       one.target,
                       one.temporary_directory.empty() ? one.target.substr(0, one.target.rfind('/'))
                                                       : one.temporary_directory,
                       one.before,
                       one.after,
                       {},
                       one.in_place});
  }
  Runs runs(system, {base, base, backups.path(), "this machine", {}}, Runs::Create::yes);
  (void)runs.apply(changes, 1);
}

}  // namespace katafix::test
