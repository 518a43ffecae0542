#pragma once

#include "katafix/node/reader.hpp"
#include "katafix/text/finding.hpp"
#include "katafix/text/source.hpp"
#include "katafix/toml/document.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace katafix {

/// A file of the node, read and parsed once.
struct LoadedFile {
  std::string path;
  std::uint64_t device = 0;  ///< with the inode: which file that is
  std::uint64_t inode = 0;
  std::unique_ptr<Source> source;      ///< null when there is no such file, or it cannot be read
  std::unique_ptr<Document> document;  ///< null when it is not TOML either
  std::optional<Error> error;          ///< why one of them is null; nothing for a missing file
};

/// The files of a node, each read and parsed when it is first asked for.
class NodeFiles {
 public:
  explicit NodeFiles(const FileReader& reader) : reader_(reader) {}

  /// The file at an absolute path on the node. The reference stays valid.
  [[nodiscard]] const LoadedFile& load(const std::string& path);

  [[nodiscard]] const FileReader& reader() const { return reader_; }

 private:
  const FileReader& reader_;
  std::map<std::string, LoadedFile> files_;
};

}  // namespace katafix
