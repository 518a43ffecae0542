#pragma once

#include "katafix/engine/containerd_config.hpp"
#include "katafix/node/reader.hpp"
#include "katafix/toml/document.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace katafix {

/// A file that another imports.
struct Import {
  std::string path;  ///< as containerd names it, to tell whether it was loaded
  Origin origin;     ///< the entry of `imports`; no source for the main file
  bool by_glob = false;
};

/// The most imports of a file, and the most patterns among those of all its engine's files.
inline constexpr std::size_t kMaxImports = 1000;
inline constexpr std::size_t kMaxGlobs = 100;

/// What the `imports` of a document name, as written; no more than kMaxImports.
[[nodiscard]] std::vector<Listed> imports_of(const Document& document);

/// A path that counts from the directory of the file that names it, cleaned.
[[nodiscard]] std::string beside(const std::string& importer, const std::string& path);

/// The files that the `imports` of a file name, in order (resolveImports in containerd's
/// config.go), but for what a pattern in `globs`, those that were resolved before, matches: it is
/// loaded already, or will be. Throws Error (Code::engine_refuses) for a malformed pattern, and for
/// what is over a limit.
[[nodiscard]] std::vector<Import> resolve_imports(const FileReader& reader,
                                                  const std::string& importer,
                                                  const std::vector<Listed>& imports,
                                                  const ContainerdRules& rules,
                                                  std::set<std::string>& globs);

}  // namespace katafix
