#include "containerd_imports.hpp"

#include "katafix/text/finding.hpp"

#include "glob.hpp"

namespace katafix {

namespace {

std::string beside(const std::string& importer, const std::string& path) {
  std::string clean = go_clean(path);
  if (clean.starts_with('/')) {
    return clean;
  }
  const std::size_t slash = importer.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : importer.substr(0, slash + 1);
  return go_clean(directory + "/" + clean);
}

}  // namespace

std::vector<Import> resolve_imports(const FileReader& reader, const std::string& importer,
                                    const std::vector<Listed>& imports,
                                    const ContainerdRules& rules) {
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
    const auto matches =
        go_glob(reader, rules.globs_from_importer ? beside(importer, import.text) : import.text);
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
