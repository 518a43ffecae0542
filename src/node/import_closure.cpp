#include "import_closure.hpp"

#include "katafix/engine/containerd_rules.hpp"
#include "katafix/node/files.hpp"

#include "containerd_imports.hpp"

#include <deque>
#include <map>
#include <set>

namespace katafix {

namespace {

/// Releases differ in what a relative glob counts from; one of each kind is enough.
std::vector<ContainerdRules> ways_to_resolve(const std::vector<std::string>& releases) {
  std::map<bool, ContainerdRules> ways;
  for (const std::string& release : releases) {
    if (const auto version = parse_containerd_version(release)) {
      const ContainerdRules rules = containerd_rules(*version);
      ways.emplace(rules.globs_from_importer, rules);
    }
  }
  std::vector<ContainerdRules> found;
  found.reserve(ways.size());
  for (const auto& [from_importer, rules] : ways) {
    found.push_back(rules);
  }
  return found;
}

std::vector<Import> resolved(const FileReader& reader, const std::string& importer,
                             const Listed& listed, const ContainerdRules& rules,
                             std::set<std::string>& globs) {
  try {
    return resolve_imports(reader, importer, {listed}, rules, globs);
  } catch (const Error&) {
    return {};  // a malformed pattern, or too much: the effective view tells
  }
}

/// What a file imports in one way to resolve that, absolute.
std::vector<std::string> imported(const FileReader& reader, const LoadedFile& file,
                                  const ContainerdRules& rules, std::set<std::string>& globs) {
  std::vector<std::string> paths;
  for (const Listed& listed : imports_of(*file.document)) {
    if (globs.size() > kMaxGlobs) {
      break;
    }
    for (const Import& import : resolved(reader, file.path, listed, rules, globs)) {
      paths.push_back(import.path.starts_with('/') ? import.path : "/" + import.path);
    }
  }
  return paths;
}

}  // namespace

std::vector<std::string> import_closure(NodeFiles& files, const std::string& main,
                                        const std::vector<std::string>& releases) {
  const std::vector<ContainerdRules> ways = ways_to_resolve(releases);
  std::vector<std::string> found;
  std::set<std::string> seen{main};
  std::deque<std::string> pending{main};
  std::map<bool, std::set<std::string>> globs;  // of each way
  while (!pending.empty()) {
    const std::string path = std::move(pending.front());
    pending.pop_front();
    const LoadedFile& file = files.load(path);
    if (file.is_missing()) {
      continue;
    }
    found.push_back(path);
    if (!file.document) {
      continue;
    }
    for (const ContainerdRules& rules : ways) {
      for (std::string& import :
           imported(files.reader(), file, rules, globs[rules.globs_from_importer])) {
        if (seen.insert(import).second) {
          pending.push_back(std::move(import));
        }
      }
    }
  }
  return found;
}

}  // namespace katafix
