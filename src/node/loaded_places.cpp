#include "loaded_places.hpp"

#include "files.hpp"
#include "glob.hpp"
#include "path.hpp"
#include "role.hpp"
#include "walk.hpp"

#include <algorithm>
#include <climits>

namespace katafix {

namespace {

/// What stands for any temporary file.
constexpr const char* kAnyName = "/.katafix-0123456789abcdef.tmp";

std::string above(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

/// The patterns of a file's imports, from wherever a release may count a relative one.
std::vector<std::string> patterns_of(const LoadedFile& file) {
  std::vector<std::string> patterns;
  if (!file.document) {
    return patterns;
  }
  for (const Listed& import : list_of(file.value(Engine::containerd), "imports", Keys::go_toml_2)) {
    const std::string pattern(import.text.substr(0, PATH_MAX));
    if (pattern.find('*') != std::string::npos && pattern.size() < PATH_MAX &&
        patterns.size() < 2 * kMaxImports) {
      patterns.push_back(pattern);
      patterns.push_back(beside(file.path, pattern));
    }
  }
  return patterns;
}

void add_real(const FileReader& reader, const std::string& directory,
              std::set<std::string>& places) {
  try {
    places.insert(reader.real_path(directory));
  } catch (const Error&) {
    // What is not there is not loaded.
  }
}

}  // namespace

bool is_loaded_whole(const std::string& directory) {
  const Role role = place_of(directory + kAnyName, {}).role;
  return role == Role::drop_in || role == Role::import;
}

LoadedPlaces::LoadedPlaces(NodeFiles& files, const std::vector<EngineTree>& trees) {
  for (const EngineTree& tree : trees) {
    if (!tree.drop_ins.empty()) {
      add_real(files.reader(), tree.drop_ins, with_all_below_);
    }
    add_patterns(files, tree);
  }
}

/// A directory counts when a file of the tree is in it, for that is where something may be made.
void LoadedPlaces::add_patterns(NodeFiles& files, const EngineTree& tree) {
  std::set<std::string> patterns;
  std::set<std::string> directories;
  for (const TreeFile& tree_file : tree.files) {
    const std::vector<std::string> more = patterns_of(files.load(tree_file.path));
    patterns.insert(more.begin(), more.end());
    directories.insert(above(absolute_path(tree_file.path, "/")));
  }
  for (const std::string& directory : directories) {
    if (std::ranges::any_of(patterns, [&](const std::string& pattern) {
          return go_match(pattern, directory + kAnyName).value_or(false);
        })) {
      add_real(files.reader(), directory, whole_);
    }
  }
}

bool LoadedPlaces::is_loaded(const std::string& directory) const {
  return is_loaded_whole(directory) || whole_.contains(directory) ||
         std::ranges::any_of(with_all_below_, [&](const std::string& place) {
           return (directory + "/").starts_with(place + "/");
         });
}

std::string LoadedPlaces::temporary_directory(const std::string& file) const {
  std::string directory = above(file);
  while (directory != "/" && is_loaded(directory)) {
    directory = above(directory);
  }
  return directory;
}

}  // namespace katafix
