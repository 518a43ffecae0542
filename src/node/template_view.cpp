#include "engine/tables.hpp"
#include "rancher.hpp"
#include "text/append.hpp"
#include "tree_findings.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <string_view>

namespace katafix {

namespace {

/// k3s since containerd 2 takes config-v3.toml.tmpl where it is there (pkg/agent/containerd/
/// config.go templateGenerations).
bool takes(const Release& release, const EngineTree& tree, std::string_view path) {
  const auto is_new = [](std::string_view name) { return name.ends_with("/config-v3.toml.tmpl"); };
  const bool has_new =
      std::ranges::any_of(tree.files, [&](const TreeFile& file) { return is_new(file.path); });
  return !path.ends_with(".tmpl") ||
         (is_new(path) ? release.rules->is_2 : !has_new || !release.rules->is_2);
}

/// How a release sees a template's own text with these flags true, and with the version that its
/// base gives it. The base has the rest: what keeps CRI from starting is not in view.
Effective view_of(const LoadedFile& file, std::int64_t version, const Release& release,
                  const std::vector<KeyPath>& flags) {
  Effective view;
  view.engine = Engine::containerd;
  view.files = {file.path};
  Value text = with_flags(file.value(Engine::containerd), flags);
  if (version != 0) {
    Value& entry = text.entries.change()["version"];
    entry.kind = Kind::integer;
    entry.integer = version;
    entry.origin.source = file.source.get();
  }
  try {
    const std::unique_ptr<Merge> merge = new_merge(release);
    merge->add(text);
    static_cast<View&>(view) = merge->finish(Merge::Complete::yes);
    view.start_problems.clear();
  } catch (const Error& error) {
    view.refusal = error.finding();
  }
  return view;
}

}  // namespace

std::vector<Finding> template_warnings(const TreeFacts& facts, const PlannedFile& planned,
                                       const std::vector<Release>& releases) {
  const LoadedFile& file = *planned.file;
  const std::int64_t version =
      file.document ? template_version(*file.document, file.path).value_or(-1) : -1;
  std::vector<Release> taking;
  std::ranges::copy_if(releases, std::back_inserter(taking), [&](const Release& release) {
    return version >= 0 && takes(release, facts.tree, file.path);
  });
  const auto views_with = [&](const std::vector<KeyPath>& flags) {
    return views_by_rules(
        taking, [&](const Release& release) { return view_of(file, version, release, flags); });
  };
  const std::vector<Effective> views = views_with({});
  const std::vector<Effective> after =
      planned.fix.paths.empty() ? views : views_with(planned.fix.paths);
  EngineTree alone;
  alone.main = file.path;
  alone.files = {{file.path, planned.place}};
  std::set<HandlerId> others;
  std::map<HandlerId, OwnEvidence> own = own_evidence(facts.files, alone, facts.selection, others);
  // Below an id that a directive makes there is what the template's author saw to.
  std::erase_if(own, [](const auto& handler) {
    return std::ranges::find(kCriIds, handler.second.plugin) == kCriIds.end();
  });
  const std::vector<PlannedFile> one = {planned};
  const TreeFacts inside{facts.files, alone, facts.selection, own, one, views, after};
  std::vector<Finding> findings = refusals(inside);
  append(findings, tree_warnings(inside, {}));
  return findings;
}

}  // namespace katafix
