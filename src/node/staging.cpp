#include "staging.hpp"

#include "katafix/text/edit.hpp"

#include "engine/spelling.hpp"
#include "path.hpp"
#include "walk.hpp"

#include <algorithm>

namespace katafix {

namespace {

/// A TOML basic string (https://toml.io/en/v1.0.0#string).
std::string toml_quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      out.append({'\\', byte});
    } else if (value < 0x20 || value == 0x7F) {
      out.append("\\u00").append({digits[value >> 4U], digits[value & 0xFU]});
    } else {
      out.push_back(byte);
    }
  }
  return out + '"';
}

/// An import that names a file below a directory. One with a star is a pattern to containerd, and
/// then the directory's own name is no part of it.
std::string below(const std::string& directory, std::string_view import) {
  const std::string path = clean_path(std::string(import));
  if ((directory + path).find('*') == std::string::npos) {
    return directory + path;
  }
  std::string pattern;
  for (const char byte : directory) {
    pattern.append(std::string_view("*?[\\").find(byte) == std::string_view::npos ? "" : "\\");
    pattern.push_back(byte);
  }
  return pattern + path;
}

std::vector<std::string> loaded_paths(NodeFiles& files, const EngineTree& tree) {
  std::vector<std::string> paths;
  const Release& newest = known_releases(tree.engine).back();
  walk_tree(files, tree, newest, {[&](const LoadedFile& file) { paths.push_back(file.path); }});
  return paths;
}

bool is_template(const LoadedFile& file) {
  return file.document && file.document->go_template() != nullptr;
}

/// Is it only made into the engine's main file?
bool is_template(NodeFiles& files, const std::string& main) {
  return is_template(files.load(main)) || main.ends_with(".tmpl") ||
         place_of(main, {}).role == Role::go_template;
}

}  // namespace

std::string with_imports_below(const std::string& directory, const Document& document) {
  std::vector<Edit> edits;
  for (const Entry& entry : document.root().entries()) {
    if (!same_in_any_case(entry.name, "imports", Engine::containerd)) {
      continue;
    }
    for (const Node& element : entry.value.elements()) {
      const auto import = element.string();
      if (import && import->starts_with('/')) {
        edits.push_back({element.span(), toml_quoted(below(directory, *import))});
      }
    }
  }
  std::ranges::sort(edits, {}, &Edit::span);
  return apply_edits(document.source().bytes(), edits);
}

std::vector<StagedFile> staged_files(NodeFiles& files, const EngineTree& tree,
                                     const std::string& directory) {
  std::vector<StagedFile> staged;
  if (is_template(files, tree.main)) {
    return staged;
  }
  if (tree.engine == Engine::crio && files.load(tree.main).is_missing()) {
    // CRI-O does without, unless it is named on its command line.
    staged.push_back({tree.main, {}, {}});
  }
  for (const std::string& path : loaded_paths(files, tree)) {
    const LoadedFile& file = files.load(path);
    if (file.source) {
      const bool has_imports =
          tree.engine == Engine::containerd && !tree.is_lone && file.document && !is_template(file);
      staged.push_back({clean_path(tree.is_lone ? tree.main : path), file.id,
                        has_imports ? with_imports_below(directory, *file.document)
                                    : std::string(file.source->bytes())});
    }
  }
  return staged;
}

}  // namespace katafix
