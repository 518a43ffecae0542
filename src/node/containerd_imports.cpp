#include "containerd_imports.hpp"

#include "katafix/engine/spelling.hpp"
#include "katafix/text/finding.hpp"

#include "glob.hpp"

#include <climits>
#include <optional>

namespace katafix {

std::vector<Listed> imports_of(const Document& document) {
  std::vector<Listed> imports;
  for (const Entry& entry : entries_named(document.root(), "imports")) {
    for (const Node& element : entry.value.elements()) {
      const auto path = element.string();
      if (path && imports.size() < kMaxImports) {
        imports.push_back({std::string(*path), {&document.source(), element.span().begin}});
      }
    }
  }
  return imports;
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

namespace {

[[noreturn]] void refuse(const Listed& import, const std::string& message) {
  throw Error(Code::engine_refuses, *import.origin.source, import.origin.offset, message,
              "no container engine needs that; check what the file is");
}

/// The error of a pattern's directory or size, at the line that has the pattern.
std::optional<std::vector<std::string>> glob(const FileReader& reader, const Listed& import,
                                             const std::string& pattern) {
  try {
    return go_glob(reader, pattern);
  } catch (const Error& error) {
    if (error.finding().code == Code::too_large) {
      refuse(import, std::string("the import cannot be followed: ") + error.what());
    }
    throw;
  }
}

void check_limits(const std::vector<Listed>& imports) {
  if (imports.size() > kMaxImports) {
    refuse(imports[kMaxImports], "more than " + std::to_string(kMaxImports) + " imports");
  }
  for (const Listed& import : imports) {
    if (import.text.size() >= PATH_MAX) {
      refuse(import, "an import of " + std::to_string(PATH_MAX) +
                         " bytes or more: no kernel opens such a path");
    }
  }
}

}  // namespace

std::vector<Import> resolve_imports(const FileReader& reader, const std::string& importer,
                                    const std::vector<Listed>& imports,
                                    const ContainerdRules& rules, std::set<std::string>& globs) {
  check_limits(imports);
  std::vector<Import> found;
  for (const Listed& import : imports) {
    const bool is_glob = import.text.find('*') != std::string::npos;
    if (import.text.find('\0') != std::string::npos) {
      if (!is_glob) {
        throw Error(Code::engine_refuses, *import.origin.source, import.origin.offset,
                    "the import \"" + import.text + "\" holds a NUL byte");
      }
      continue;
    }
    if (!is_glob) {
      found.push_back({beside(importer, import.text), import.origin, false});
      continue;
    }
    const std::string pattern =
        rules.globs_from_importer ? beside(importer, import.text) : import.text;
    if (!globs.insert(pattern).second) {
      continue;
    }
    if (globs.size() > kMaxGlobs) {
      refuse(import, "more than " + std::to_string(kMaxGlobs) + " patterns of imports in all");
    }
    const auto matches = glob(reader, import, pattern);
    if (!matches) {
      throw Error(Code::engine_refuses, *import.origin.source, import.origin.offset,
                  "the import \"" + import.text + "\" is a malformed pattern");
    }
    for (const std::string& match : *matches) {
      found.push_back({match, import.origin, true});
    }
  }
  return found;
}

}  // namespace katafix
