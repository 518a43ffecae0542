#pragma once

#include "katafix/engine/containerd_config.hpp"
#include "katafix/node/reader.hpp"

#include <string>
#include <vector>

namespace katafix {

/// A file that another imports.
struct Import {
  std::string path;  ///< as containerd names it, to tell whether it was loaded
  Origin origin;     ///< the entry of `imports`; no source for the main file
  bool by_glob = false;
};

/// The files that the `imports` of a file name, in order (resolveImports in containerd's
/// config.go). Throws Error (Code::engine_refuses) for a malformed pattern.
[[nodiscard]] std::vector<Import> resolve_imports(const FileReader& reader,
                                                  const std::string& importer,
                                                  const std::vector<Listed>& imports,
                                                  const ContainerdRules& rules);

}  // namespace katafix
