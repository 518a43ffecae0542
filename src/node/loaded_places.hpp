#pragma once

#include "discovery.hpp"

#include <set>
#include <string>
#include <vector>

namespace katafix {

/// Would an engine load whatever is put into a directory, as far as its path tells? It is
/// absolute, from the node's root.
[[nodiscard]] bool is_loaded_whole(const std::string& directory);

/// The directories that the engines of some trees load whole: where no temporary file may lie.
class LoadedPlaces {
 public:
  /// Of trees whose files `files` has.
  LoadedPlaces(NodeFiles& files, const std::vector<EngineTree>& trees);

  /// Where the new file goes that is to take the place of another, whose links are resolved: beside
  /// it, or else in the nearest directory above that no engine loads whole.
  [[nodiscard]] std::string temporary_directory(const std::string& file) const;

 private:
  void add_patterns(NodeFiles& files, const EngineTree& tree);
  [[nodiscard]] bool is_loaded(const std::string& directory) const;

  std::set<std::string> whole_;
  std::set<std::string> with_all_below_;  ///< CRI-O's
};

}  // namespace katafix
