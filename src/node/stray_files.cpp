#include "stray_files.hpp"

#include "katafix/engine/tables.hpp"
#include "katafix/node/files.hpp"

#include <algorithm>
#include <array>
#include <fnmatch.h>
#include <set>
#include <string>
#include <utility>

namespace katafix {

namespace {

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The names that editors and package managers give to what is not to be used.
bool is_backup_name(const std::string& name) {
  constexpr std::array patterns = {"*.bak",      "*.bak.*",   "*~",       "*.orig",    "*.old",
                                   "*.save",     "*.rpmsave", "*.rpmnew", "*.rpmorig", "*.dpkg-*",
                                   "*.ucf-*",    "*.augsave", "*.augnew", "*.sw[op]",  "#*#",
                                   "*.disabled", "*.tmp",     "*.backup", "*.bk",      ".#*"};
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const char* pattern) { return ::fnmatch(pattern, name.c_str(), 0) == 0; });
}

Finding warning(Code code, const std::string& file, std::string message, std::string advice) {
  return {code, Severity::warning, file, {}, std::move(message), std::move(advice), {}};
}

void find_backups(const EngineTree& tree, std::vector<Finding>& findings) {
  for (const TreeFile& file : tree.files) {
    if (file.path.starts_with(tree.drop_ins + "/") && is_backup_name(last_part(file.path))) {
      findings.push_back(
          warning(Code::backup_loaded, file.path,
                  "CRI-O loads every file below crio.conf.d, and this looks like a backup",
                  "move it to another directory"));
    }
  }
}

/// k0s up to 1.35 merges its drop-ins into a file of its own (configurer.go handleImports @v1.30).
bool merges_drop_ins_itself(NodeFiles& files, const EngineTree& tree) {
  const LoadedFile& main = files.load(tree.main);
  return tree.distribution == "k0s" && main.source &&
         main.source->bytes().find("/run/k0s/containerd-cri.toml") != std::string_view::npos;
}

void find_unloaded(const EngineTree& tree, const std::vector<Effective>& views,
                   std::vector<Finding>& findings) {
  std::set<std::string> loaded;
  for (const Effective& view : views) {
    loaded.insert(view.files.begin(), view.files.end());
  }
  const bool is_rendered = tree.distribution != "containerd";
  for (const TreeFile& file : tree.files) {
    const Role role = file.place.role;
    if ((role == Role::import || role == Role::drop_in) && !loaded.contains(file.path)) {
      findings.push_back(
          warning(Code::not_loaded, file.path,
                  "nothing imports this file: " + tree.main + " does not name it or its directory",
                  is_rendered ? "this release of " + tree.distribution +
                                    " does not load it: put the handler where it does, or upgrade"
                              : "add its directory to imports in that file"));
    }
  }
}

/// k0s since 1.36 checks its drop-ins before it starts containerd (configurer.go @v1.36).
void find_refused_by_k0s(NodeFiles& files, const EngineTree& tree, std::vector<Finding>& findings) {
  for (const TreeFile& tree_file : tree.files) {
    const LoadedFile& file = files.load(tree_file.path);
    if (tree_file.place.role != Role::drop_in || !file.document) {
      continue;
    }
    for (const Entry& entry : file.document->root().entries()) {
      const bool is_old = entry.name == "version" && entry.value.integer().value_or(3) < 3;
      const std::vector<Entry> plugins = entry.value.entries();
      const bool has_old_id = entry.name == "plugins" &&
                              std::any_of(plugins.begin(), plugins.end(), [](const Entry& plugin) {
                                return plugin.name == kCriGrpc;
                              });
      if (is_old || has_old_id) {
        findings.push_back(finding_on_line(
            Code::engine_refuses, Severity::error, *file.source,
            file.source->line_of(entry.key().begin),
            "k0s does not start with a drop-in of config version 2 beside its own of version 3",
            "write it for version 3, under plugins.'io.containerd.cri.v1.runtime'"));
        break;
      }
    }
  }
}

void find_dead_template(const EngineTree& tree, std::vector<Finding>& findings) {
  const auto is_named = [&](const char* name) {
    return [name](const TreeFile& file) { return last_part(file.path) == name; };
  };
  const auto old_template =
      std::find_if(tree.files.begin(), tree.files.end(), is_named("config.toml.tmpl"));
  if (old_template != tree.files.end() &&
      std::any_of(tree.files.begin(), tree.files.end(), is_named("config-v3.toml.tmpl"))) {
    findings.push_back(
        warning(Code::dead_template, old_template->path,
                "config-v3.toml.tmpl stands beside it, and containerd 2 is configured by that one",
                "make changes there, and remove this one"));
  }
}

}  // namespace

std::vector<Finding> stray_files(NodeFiles& files, const EngineTree& tree,
                                 const std::vector<Effective>& views) {
  std::vector<Finding> findings;
  if (tree.engine == Engine::crio) {
    find_backups(tree, findings);
  }
  const bool was_loaded = std::any_of(views.begin(), views.end(),
                                      [](const Effective& view) { return view.accepted(); });
  if (tree.has_main && was_loaded && !merges_drop_ins_itself(files, tree)) {
    find_unloaded(tree, views, findings);
  }
  const bool is_managed = std::any_of(tree.files.begin(), tree.files.end(), [](const auto& file) {
    return file.place.role == Role::managed;
  });
  if (tree.distribution == "k0s" && is_managed && !merges_drop_ins_itself(files, tree)) {
    find_refused_by_k0s(files, tree, findings);
  }
  find_dead_template(tree, findings);
  return findings;
}

}  // namespace katafix
