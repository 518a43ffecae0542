#pragma once

#include "discovery.hpp"
#include "files.hpp"

#include <string>
#include <vector>

namespace katafix {

/// A file of a tree's private copy.
struct StagedFile {
  std::string path;  ///< below the copy's directory; the one on the node, cleaned
  FileId id;
  std::string bytes;
};

/// What a directory must hold for a tree's engine, told to read the main file there, to load what
/// it would load on the node. Nothing where the main file is a template.
[[nodiscard]] std::vector<StagedFile> staged_files(NodeFiles& files, const EngineTree& tree,
                                                   const std::string& directory);

/// A containerd file with the absolute entries of its `imports` led below a directory.
[[nodiscard]] std::string with_imports_below(const std::string& directory,
                                             const Document& document);

}  // namespace katafix
