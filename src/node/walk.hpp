#pragma once

#include "discovery.hpp"
#include "engine/view.hpp"
#include "files.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace katafix {

/// The most imports of a file, and the most patterns among those of all its engine's files.
inline constexpr std::size_t kMaxImports = 1000;
inline constexpr std::size_t kMaxGlobs = 100;

/// What happens on the way through the files that an engine loads.
struct Visitor {
  /// A file that is there, whether it can be read or not.
  std::function<void(const LoadedFile&)> visit;
  /// Where the engine would end: a file that is missing (Code::import_missing), a link that leads
  /// nowhere, a directory that cannot be listed. Does the walk go on all the same? It does, and no
  /// more is found out about it, where nobody asks.
  std::function<bool(const Error&)> stop = {};
};

/// Goes through the files that a release loads for a tree, in its order: see walk_imports() and
/// walk_drop_ins(). Of a lone file it visits that alone.
void walk_tree(NodeFiles& files, const EngineTree& tree, const Release& release,
               const Visitor& visitor);

/// containerd: a main file and what it imports, breadth first, each name once (LoadConfig and
/// resolveImports in services/server/config/config.go @v1.7.27).
void walk_imports(NodeFiles& files, const std::string& main, const Rules& rules,
                  const Visitor& visitor);

/// CRI-O: each file below its drop-in directory, in the order of Go's filepath.Walk, which does not
/// follow links, and takes everything that is no directory, whatever it is called (cri-o
/// pkg/config/config.go UpdateFromPath). A link to a file is visited.
void walk_drop_ins(NodeFiles& files, const std::string& directory, const Visitor& visitor);

/// What walk_drop_ins() goes through.
[[nodiscard]] std::vector<DropIn> find_drop_ins(const FileReader& reader,
                                                const std::string& directory);

/// A path that counts from the directory of the file that names it, cleaned.
[[nodiscard]] std::string beside(const std::string& importer, const std::string& path);

}  // namespace katafix
