#include "walk.hpp"

#include "katafix/text/finding.hpp"

#include "glob.hpp"
#include "role.hpp"

#include <algorithm>
#include <climits>
#include <deque>
#include <optional>
#include <set>
#include <utility>

namespace katafix {

namespace {

/// A file that another imports.
struct Import {
  std::string path;
  Origin origin;  ///< the entry of `imports`; not known for the main file
};

Error limit(const Listed& import, const std::string& message) {
  return {Code::too_large, *import.origin.source, import.origin.offset, message,
          "no container engine needs that; check what the file is"};
}

class ImportWalk {
 public:
  ImportWalk(NodeFiles& files, const Rules& rules, const Visitor& visitor)
      : files_(files), rules_(rules), visitor_(visitor) {}

  void run(const std::string& main) {
    pending_.push_back({main, {}});
    while (!pending_.empty()) {
      const Import next = std::move(pending_.front());
      pending_.pop_front();
      if (seen_.insert(next.path).second && !enter(next)) {
        return;
      }
    }
  }

 private:
  /// Does the walk go on?
  bool enter(const Import& import) {
    const LoadedFile& file = files_.load(import.path);
    if (file.is_missing()) {
      // A generated one is made when the engine starts.
      return !visitor_.stop || place_of(import.path, {}).role == Role::generated || missing(import);
    }
    visitor_.visit(file);
    return file.document == nullptr || follow(file);
  }

  bool missing(const Import& import) {
    if (!import.origin.is_known()) {
      return visitor_.stop(Error(Code::import_missing, import.path, "there is no such file"));
    }
    // Where one of the path's directories is none, that is another error to every release.
    const Code code = is_below_file(import.path) ? Code::engine_refuses : Code::import_missing;
    const bool is_link = files_.reader().kind(import.path, false) == FileKind::link;
    return visitor_.stop(
        Error(code, *import.origin.source, import.origin.offset,
              "the import " + import.path +
                  (is_link ? " is a link that leads nowhere" : " does not exist")));
  }

  [[nodiscard]] bool is_below_file(std::string path) const {
    FileKind kind = FileKind::missing;
    while (kind == FileKind::missing && path.size() > 1) {
      path.resize(std::max<std::size_t>(path.rfind('/'), 1));
      kind = files_.reader().kind(path, true);
    }
    return kind != FileKind::missing && kind != FileKind::directory;
  }

  bool follow(const LoadedFile& file) {
    const std::vector<Listed> imports =
        list_of(file.value(Engine::containerd), "imports", rules_.keys);
    for (std::size_t index = 0; index < imports.size(); ++index) {
      try {
        if (index == kMaxImports) {
          throw limit(imports[index], "more than " + std::to_string(kMaxImports) + " imports");
        }
        resolve(file.path, imports[index]);
      } catch (const Error& error) {
        if (visitor_.stop && !visitor_.stop(error)) {
          return false;
        }
        if (index == kMaxImports) {
          break;
        }
      }
    }
    return true;
  }

  void resolve(const std::string& importer, const Listed& import) {
    const std::string text(import.text);
    if (text.size() >= PATH_MAX) {
      throw limit(import, "an import of " + std::to_string(PATH_MAX) +
                              " bytes or more: no kernel opens such a path");
    }
    const bool is_glob = text.find('*') != std::string::npos;
    if (text.find('\0') != std::string::npos) {
      if (!is_glob) {
        throw Error(Code::engine_refuses, *import.origin.source, import.origin.offset,
                    "the import \"" + text + "\" holds a NUL byte");
      }
      return;
    }
    if (!is_glob) {
      pending_.push_back({beside(importer, text), import.origin});
      return;
    }
    // The daemon's working directory is the root.
    const std::string pattern =
        rules_.globs_from_importer || text.starts_with('/') ? beside(importer, text) : "/" + text;
    // What a pattern matches once is loaded already, or will be.
    if (!globs_.insert(pattern).second) {
      return;
    }
    if (globs_.size() > kMaxGlobs) {
      throw limit(import, "more than " + std::to_string(kMaxGlobs) + " patterns of imports in all");
    }
    const auto matches = matches_of(import, pattern);
    if (!matches) {
      throw Error(Code::engine_refuses, *import.origin.source, import.origin.offset,
                  "the import \"" + text + "\" is a malformed pattern");
    }
    for (const std::string& match : *matches) {
      pending_.push_back({match, import.origin});
    }
  }

  /// The error of a pattern's size is told at the line that has the pattern.
  std::optional<std::vector<std::string>> matches_of(const Listed& import,
                                                     const std::string& pattern) {
    try {
      return files_.glob(pattern);
    } catch (const Error& error) {
      if (error.finding().code == Code::too_large) {
        throw limit(import, std::string("the import cannot be followed: ") + error.what());
      }
      throw;
    }
  }

  NodeFiles& files_;
  const Rules& rules_;
  const Visitor& visitor_;
  std::deque<Import> pending_;
  std::set<std::string> seen_;
  std::set<std::string> globs_;  // that were resolved
};

// Nobody has so many; each is one more on the way to the files in it.
constexpr std::size_t kMaxNesting = 32;

/// What is at a path below CRI-O's directory that is no directory itself.
DropIn drop_in_at(const FileReader& reader, const std::string& path) {
  switch (reader.kind(path, true)) {
    case FileKind::directory:
      return {{},
              Error(Code::engine_refuses, path,
                    "it is a link to a directory, which CRI-O tries to read as a file",
                    "put the directory itself there")};
    case FileKind::missing:
      return {{},
              Error(Code::engine_refuses, path,
                    "it is a link that leads nowhere, and CRI-O stops there", "remove the link")};
    default:
      return {path, {}};
  }
}

void find_below(const FileReader& reader, const std::string& path, std::size_t depth,
                std::vector<DropIn>& found) {
  if (reader.kind(path, false) != FileKind::directory) {
    found.push_back(drop_in_at(reader, path));
    return;
  }
  try {
    if (depth > kMaxNesting) {
      throw Error(Code::too_large, path,
                  "more than " + std::to_string(kMaxNesting) + " directories in each other",
                  "put the files into crio.conf.d itself");
    }
    for (const std::string& name : reader.list(path)) {
      std::string inside = path;
      find_below(reader, inside.append("/").append(name), depth + 1, found);
    }
  } catch (const Error& error) {
    found.push_back({{}, error});
  }
}

}  // namespace

std::vector<DropIn> find_drop_ins(const FileReader& reader, const std::string& directory) {
  std::vector<DropIn> found;
  if (reader.kind(directory, true) != FileKind::missing) {
    find_below(reader, directory, 0, found);
  }
  return found;
}

std::string beside(const std::string& importer, const std::string& path) {
  std::string clean = go_clean(path);
  if (clean.starts_with('/')) {
    return clean;
  }
  const std::size_t slash = importer.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : importer.substr(0, slash + 1);
  return go_clean(directory + "/" + clean);
}

void walk_imports(NodeFiles& files, const std::string& main, const Rules& rules,
                  const Visitor& visitor) {
  if (!main.empty()) {
    ImportWalk(files, rules, visitor).run(main);
  }
}

void walk_drop_ins(NodeFiles& files, const std::string& directory, const Visitor& visitor) {
  for (const DropIn& found : files.drop_ins(directory)) {
    if (!found.error) {
      visitor.visit(files.load(found.path));
    } else if (visitor.stop && !visitor.stop(*found.error)) {
      return;
    }
  }
}

void walk_tree(NodeFiles& files, const EngineTree& tree, const Release& release,
               const Visitor& visitor) {
  if (tree.is_lone) {
    visitor.visit(files.load(tree.files.front().path));
  } else if (tree.engine == Engine::containerd) {
    walk_imports(files, tree.main, *release.rules, visitor);
  } else {
    // One that is missing, or a link that leads nowhere, is skipped (cri-o internal/criocli/
    // criocli.go mergeConfig).
    const LoadedFile& main = files.load(tree.main);
    if (!main.is_missing()) {
      visitor.visit(main);
    }
    if (!tree.drop_ins.empty()) {
      walk_drop_ins(files, tree.drop_ins, visitor);
    }
  }
}

}  // namespace katafix
