#pragma once

#include "katafix/fix/fix.hpp"
#include "katafix/text/finding.hpp"
#include "katafix/text/source.hpp"
#include "katafix/toml/document.hpp"

#include "engine/value.hpp"
#include "reader.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace katafix {

/// Which file it is: device and inode.
using FileId = std::pair<std::uint64_t, std::uint64_t>;

/// A file of the node, read and parsed once.
struct LoadedFile {
  std::string path;
  FileId id;
  std::uint64_t links = 1;  ///< hard links: its names
  std::chrono::system_clock::time_point changed;
  std::shared_ptr<const Source> source;  ///< null when there is no such file, or it cannot be read
  std::shared_ptr<const Document> document;  ///< null when it is not TOML either
  std::shared_ptr<const Error> error;        ///< why one of them is null; null for a missing file

  [[nodiscard]] bool is_missing() const { return source == nullptr && error == nullptr; }
  /// The document's tree, as far as it leads to an engine's handlers. Made when first asked for.
  [[nodiscard]] const Value& value(Engine engine) const;
  /// The document's handlers. Found when first asked for. Throws Error when there are too many.
  [[nodiscard]] const Handlers& handlers() const;

  // What the two above have made.
  mutable std::optional<Value> containerd_value;
  mutable std::optional<Value> crio_value;
  mutable std::optional<Handlers> known_handlers;
};

/// A file below CRI-O's drop-in directory, or what is there instead and makes CRI-O stop.
struct DropIn {
  std::string path;
  std::optional<Error> error;
};

/// What a node's files may come to together, in bytes: links and holes make much of little.
inline constexpr std::size_t kMaxTogether = std::size_t{128} << 20U;

/// The files of a node, each read and parsed when it is first asked for.
class NodeFiles {
 public:
  /// `on_read` is told of each file that is read, perhaps by several threads at once.
  explicit NodeFiles(const FileReader& reader, std::function<void()> on_read = {})
      : reader_(reader), on_read_(std::move(on_read)) {}

  /// The same node once some of its files are edited; the others are those of `now`, which
  /// outlives this.
  NodeFiles(NodeFiles& now, std::map<FileId, std::shared_ptr<const Source>> edited)
      : reader_(now.reader_), now_(&now), edited_(std::move(edited)) {}

  /// The file at a path on the node. The reference stays valid.
  [[nodiscard]] const LoadedFile& load(const std::string& path);

  /// Reads a file that need not be kept; nothing when there is none. Throws Error.
  [[nodiscard]] std::optional<FileImage> glance(const std::string& path) const;

  /// Lets go of a file and its parts, to which nothing may refer any more.
  void forget(const std::string& path);

  /// Makes bytes that come from elsewhere a file of that name.
  const LoadedFile& add(const std::string& path, std::string bytes);
  /// Makes a part of a file one of its own.
  const LoadedFile& add(LoadedFile file);

  /// What a pattern of Go's filepath.Glob matches: see go_glob(). Looked up once.
  /// Throws Error as load() keeps it: Code::too_large where all files and matches are too many.
  [[nodiscard]] std::optional<std::vector<std::string>> glob(const std::string& pattern);

  /// What is below CRI-O's drop-in directory, in its order. Looked up once.
  [[nodiscard]] const std::vector<DropIn>& drop_ins(const std::string& directory);

  [[nodiscard]] const FileReader& reader() const { return reader_; }

 private:
  [[nodiscard]] static LoadedFile parsed(const std::string& path, FileId id, std::string bytes);
  [[nodiscard]] LoadedFile read(const std::string& path);
  void spend(std::size_t cost, const std::string& path);

  const FileReader& reader_;
  std::function<void()> on_read_;
  NodeFiles* now_ = nullptr;
  std::map<FileId, std::shared_ptr<const Source>> edited_;
  std::size_t spent_ = 0;
  std::map<std::string, LoadedFile> files_;
  std::map<std::string, std::optional<std::vector<std::string>>> globs_;
  std::map<std::string, std::vector<DropIn>> drop_ins_;
};

}  // namespace katafix
