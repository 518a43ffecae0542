#include "stray_files.hpp"

#include "katafix/engine/lint.hpp"
#include "katafix/engine/spelling.hpp"
#include "katafix/engine/tables.hpp"
#include "katafix/node/files.hpp"

#include "walk.hpp"

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

/// k0s up to 1.35 merges its drop-ins into a file of its own (configurer.go handleImports @v1.30),
/// Deckhouse's bashible into the main file.
bool merges_drop_ins_itself(NodeFiles& files, const EngineTree& tree) {
  const LoadedFile& main = files.load(tree.main);
  return tree.distribution == "deckhouse" ||
         (tree.distribution == "k0s" && main.source &&
          main.source->bytes().find("/run/k0s/containerd-cri.toml") != std::string_view::npos);
}

std::vector<const Definition*> kata_handlers(const LoadedFile& file, const Selection& selection) {
  std::vector<const Definition*> kata;
  if (file.document) {
    const Definitions& found = file.handlers().containerd;
    for (const Definition& handler : found.handlers) {
      if (judge(handler, found, selection).kata == Kata::yes) {
        kata.push_back(&handler);
      }
    }
  }
  return kata;
}

/// EKS AL2023: nodeadm-run.service renders the main file from the NodeConfig at each boot
/// (amazon-eks-ami nodeadm/internal/containerd). Our own unit runs before each start of the engine.
void find_rewritten(NodeFiles& files, const EngineTree& tree, const Selection& selection,
                    std::vector<Finding>& findings) {
  constexpr const char* enabled = "/etc/systemd/system/containerd.service.wants/katafix.service";
  if (tree.is_rewritten && files.reader().kind(enabled, false) == FileKind::missing &&
      !kata_handlers(files.load(tree.main), selection).empty()) {
    findings.push_back(warning(
        Code::rewritten_file, tree.main,
        "nodeadm writes this file anew from the NodeConfig at each boot, and a fix is lost then",
        "systemctl enable katafix.service fixes it before each start of containerd; or set the "
        "flag in the NodeConfig's spec.containerd.config"));
  }
}

void find_unloaded(const EngineTree& tree, const std::set<std::string>& loaded,
                   std::vector<Finding>& findings) {
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

/// The Kata handlers of the files that imports names, and that are not loaded.
std::string handlers_behind(NodeFiles& files, const std::string& importer, const Node& imports,
                            const Selection& selection, const std::set<std::string>& loaded) {
  std::string lost;
  for (const Node& pattern : imports.elements()) {
    const std::string named(pattern.string().value_or(""));
    for (const std::string& path :
         files.glob(beside(importer, named)).value_or(std::vector<std::string>())) {
      if (loaded.contains(path)) {
        continue;
      }
      for (const Definition* const handler : kata_handlers(files.load(path), selection)) {
        lost += (lost.empty() ? "" : ", ") + handler->name + " in " + path;
      }
    }
  }
  return lost;
}

/// imports behind a header belong to that table. What a FILE alone names is not looked at.
void find_misplaced_imports(NodeFiles& files, const EngineTree& tree, const Selection& selection,
                            const std::set<std::string>& loaded, std::vector<Finding>& findings) {
  for (const TreeFile& tree_file : tree.files) {
    const LoadedFile& file = files.load(tree_file.path);
    if (!file.document) {
      continue;
    }
    for (const Entry& entry : misplaced_root_keys(*file.document, file.handlers().containerd)) {
      if (!same_in_any_case(entry.name, "imports", Engine::containerd)) {
        continue;
      }
      std::string lost;
      try {
        if (!tree.is_lone) {
          lost = handlers_behind(files, file.path, entry.value, selection, loaded);
        }
      } catch (const Error& error) {
        findings.push_back(error.finding());
      }
      findings.push_back(finding_in(
          Code::misplaced_imports, lost.empty() ? Severity::warning : Severity::error, *file.source,
          entry.key().begin,
          "imports stands below a table header and belongs to that table: nothing is imported" +
              (lost.empty() ? lost : ", not even the Kata handler " + lost),
          "move it to the top of the file, above the first header"));
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

std::optional<Finding> not_loaded(const EngineTree& tree, const PlannedFile& stray) {
  std::string lost;
  std::size_t count = 0;
  for (const HandlerReport& handler : stray.fix.handlers) {
    if (handler.kata) {
      lost += (lost.empty() ? "" : ", ") + handler.name +
              (handler.flag_before == "true" ? "" : " (without the flag)");
      ++count;
    }
  }
  const std::string directory = stray.path.substr(0, stray.path.rfind('/'));
  const bool is_toml = stray.path.ends_with(".toml");
  const bool is_drop_in = is_toml && directory.ends_with("/conf.d");
  if (is_backup_name(last_part(stray.path)) || (count == 0 && !is_drop_in)) {
    return std::nullopt;
  }
  const std::string imports =
      "imports = [\"" + (is_drop_in ? directory + "/*.toml" : stray.path) + "\"]";
  const bool is_main = stray.place.role == Role::main;  // or was to be
  return warning(Code::not_loaded, stray.path,
                 std::string(engine_name(tree.engine)) + " does not load this file, for " +
                     (is_main ? "its unit names " + tree.main : tree.main + " does not import it") +
                     (lost.empty() ? lost
                      : count == 1 ? ": the Kata handler " + lost + " is not served"
                                   : ": the Kata handlers " + lost + " are not served"),
                 is_main ? "put the handlers there, or systemctl edit " + tree.unit + ".service"
                 : !tree.has_main ? "make that file, with this line at its top: " + imports +
                                        "; for the rest see containerd config default"
                 : is_toml ? "add " + imports + " at the top of that file"
                           : "give it a name that imports has, such as *.toml");
}

std::vector<Finding> stray_files(NodeFiles& files, const EngineTree& tree,
                                 const std::vector<Effective>& views, const Selection& selection) {
  std::vector<Finding> findings;
  std::set<std::string> loaded;
  for (const Effective& view : views) {
    loaded.insert(view.files.begin(), view.files.end());
  }
  if (tree.engine == Engine::crio) {
    find_backups(tree, findings);
  } else {
    find_misplaced_imports(files, tree, selection, loaded, findings);
    find_rewritten(files, tree, selection, findings);
  }
  const bool was_loaded = std::any_of(views.begin(), views.end(),
                                      [](const Effective& view) { return view.accepted(); });
  if (tree.has_main && was_loaded && !merges_drop_ins_itself(files, tree)) {
    find_unloaded(tree, loaded, findings);
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
