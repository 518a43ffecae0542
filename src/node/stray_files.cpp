#include "katafix/engine/lint.hpp"

#include "engine/spelling.hpp"
#include "engine/tables.hpp"
#include "notices.hpp"
#include "tree_findings.hpp"
#include "walk.hpp"

#include <algorithm>
#include <array>
#include <fnmatch.h>
#include <set>
#include <string>

namespace katafix {

namespace {

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The names that editors and package managers give to what is not to be used.
bool is_backup_name(const std::string& name) {
  constexpr std::array patterns = {"*.bak",      "*.bak.*",   "*~",       "*.orig",    "*.old",
                                   "*.save",     "*.rpmsave", "*.rpmnew", "*.rpmorig", "*.dpkg-*",
                                   "*.ucf-*",    "*.augsave", "*.augnew", "*.sw[op]",  "#*#",
                                   "*.disabled", "*.tmp",     "*.backup", "*.bk",      ".#*"};
  return std::ranges::any_of(
      patterns, [&](const char* pattern) { return ::fnmatch(pattern, name.c_str(), 0) == 0; });
}

void find_backups(const EngineTree& tree, std::vector<Finding>& findings) {
  for (const TreeFile& file : tree.files) {
    if (file.path.starts_with(tree.drop_ins + "/") && is_backup_name(last_part(file.path))) {
      findings.push_back(
          finding_on_file(Code::backup_loaded, Severity::warning, file.path,
                          "CRI-O loads every file below crio.conf.d, and this looks like a backup",
                          "move it to another directory"));
    }
  }
}

/// k0s up to 1.35 merges its drop-ins into a file of its own (configurer.go handleImports @v1.30),
/// Deckhouse's bashible into the main file.
bool merges_drop_ins_itself(const TreeFacts& facts) {
  const EngineTree& tree = facts.tree;
  const LoadedFile& main = facts.files.load(tree.main);
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
/// (amazon-eks-ami nodeadm/internal/containerd), and with it what is imported. Our own unit runs
/// before each start of the engine. What is right already may be so by the NodeConfig.
void find_rewritten(const TreeFacts& facts, std::vector<Finding>& findings) {
  constexpr const char* enabled = "/etc/systemd/system/containerd.service.wants/katafix.service";
  if (!facts.tree.is_rewritten || facts.files.reader().kind(enabled, false) != FileKind::missing) {
    return;
  }
  bool has_kata = false;
  bool is_right = true;
  for (const TreeFile& tree_file : facts.tree.files) {
    const LoadedFile& file = facts.files.load(tree_file.path);
    for (const Definition* const handler : kata_handlers(file, facts.selection)) {
      has_kata = true;
      is_right = is_right && handler->flag_is_set();
    }
  }
  if (has_kata) {
    findings.push_back(finding_on_file(
        Code::rewritten_file, is_right ? Severity::info : Severity::warning, facts.tree.main,
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
      findings.push_back(finding_on_file(
          Code::not_loaded, Severity::warning, file.path,
          "nothing imports this file: " + tree.main + " does not name it or its directory",
          is_rendered ? "this release of " + tree.distribution +
                            " does not load it: put the handler where it does, or upgrade"
                      : "add its directory to imports in that file"));
    }
  }
}

/// k0s since 1.36 checks its drop-ins before it starts containerd (configurer.go @v1.36).
void find_refused_by_k0s(const TreeFacts& facts, std::vector<Finding>& findings) {
  for (const TreeFile& tree_file : facts.tree.files) {
    const LoadedFile& file = facts.files.load(tree_file.path);
    if (tree_file.place.role != Role::drop_in || !file.document) {
      continue;
    }
    for (const Entry& entry : file.document->root().entries()) {
      const bool is_old = entry.name == "version" && entry.value.integer().value_or(3) < 3;
      const std::vector<Entry> plugins = entry.value.entries();
      const bool has_old_id =
          entry.name == "plugins" &&
          std::ranges::any_of(plugins, [](const Entry& plugin) { return plugin.name == kCriGrpc; });
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

/// What is to be written so that a file imports another.
std::string how_to_import(const LoadedFile& importer, const std::string& what) {
  if (importer.document) {
    for (const Entry& entry : entries_named(importer.document->root(), "imports")) {
      return "add \"" + what + "\" to imports in line " +
             std::to_string(importer.source->line_of(entry.key().begin)) + " of that file";
    }
  }
  return "write imports = [\"" + what + "\"] at the top of that file";
}

/// Looks for imports behind headers, which belong to the tables there.
class MisplacedImports {
 public:
  MisplacedImports(const TreeFacts& facts, const std::set<std::string>& loaded,
                   std::vector<Finding>& findings)
      : facts_(facts), loaded_(loaded), findings_(findings) {}

  void run() {
    for (const TreeFile& tree_file : facts_.tree.files) {
      const LoadedFile& file = facts_.files.load(tree_file.path);
      if (file.document && may_have_behind_a_header(*file.document, "imports")) {
        look_at(file);
      }
    }
  }

 private:
  void look_at(const LoadedFile& file) {
    core_.clear();
    for (const Entry& entry : misplaced_root_keys(*file.document, file.handlers().containerd)) {
      core_.insert(entry.key().begin);
    }
    for (const Entry& entry : file.document->root().entries()) {
      enter(file, entry.value);
    }
  }

  void enter(const LoadedFile& file, const Node& table) {
    for (const Entry& entry : table.entries()) {
      if (entry.value.is_table()) {
        enter(file, entry.value);
      } else if (entry.value.is_array() &&
                 same_in_any_case(entry.name, "imports", Engine::containerd)) {
        tell(file, entry);
      }
    }
  }

  void tell(const LoadedFile& file, const Entry& entry) {
    const std::vector<std::string> lost = handlers_behind(file, entry.value);
    // Another plugin may have such a key.
    if (lost.empty() && !core_.contains(entry.key().begin)) {
      return;
    }
    const std::vector<Node> elements = entry.value.elements();
    findings_.push_back(finding_in(
        Code::misplaced_imports, lost.empty() ? Severity::warning : Severity::error, *file.source,
        entry.key().begin,
        "imports stands below a table header and belongs to that table: nothing is imported" +
            (lost.empty() ? std::string() : ", not even the Kata " + listed(lost)),
        elements.empty() || entries_named(file.document->root(), "imports").empty()
            ? "move it to the top of the file, above the first header"
            : "move what it names: " +
                  how_to_import(file, std::string(elements.front().string().value_or("")))));
  }

  /// The Kata handlers of the files that it names, and that are not loaded; of a FILE no other file
  /// is looked at.
  std::vector<std::string> handlers_behind(const LoadedFile& importer, const Node& imports) {
    std::vector<std::string> lost;
    for (const Node& pattern : imports.elements()) {
      const std::string whole = beside(importer.path, std::string(pattern.string().value_or("")));
      if (facts_.tree.is_lone || !patterns_.insert(whole).second) {
        continue;
      }
      try {
        for (const std::string& path :
             facts_.files.glob(whole).value_or(std::vector<std::string>())) {
          if (loaded_.contains(path)) {
            continue;
          }
          const LoadedFile& file = facts_.files.load(path);
          for (const Definition* const handler : kata_handlers(file, facts_.selection)) {
            lost.push_back(handler->name + " in " + path);
          }
        }
      } catch (const Error& error) {
        findings_.push_back(error.finding());
        findings_.back().severity = Severity::warning;  // nobody loads that
      }
    }
    return lost;
  }

  const TreeFacts& facts_;
  const std::set<std::string>& loaded_;
  std::vector<Finding>& findings_;
  std::set<std::size_t> core_;      // in tables of containerd that have no such key
  std::set<std::string> patterns_;  // that were looked up
};

void find_dead_template(const EngineTree& tree, std::vector<Finding>& findings) {
  const auto is_named = [&](const char* name) {
    return [name](const TreeFile& file) { return last_part(file.path) == name; };
  };
  const auto old_template = std::ranges::find_if(tree.files, is_named("config.toml.tmpl"));
  if (old_template != tree.files.end() &&
      std::ranges::any_of(tree.files, is_named("config-v3.toml.tmpl"))) {
    findings.push_back(finding_on_file(
        Code::dead_template, Severity::warning, old_template->path,
        "config-v3.toml.tmpl stands beside it, and containerd 2 is configured by that one",
        "make changes there, and remove this one"));
  }
}

}  // namespace

std::optional<Finding> not_loaded(const TreeFacts& facts, const PlannedFile& stray) {
  const EngineTree& tree = facts.tree;
  std::vector<std::string> lost;
  for (const HandlerReport& handler : stray.fix.handlers) {
    if (handler.kata && !facts.own.contains(handler.id())) {
      lost.push_back(handler.name + (handler.flag_before == "true" ? "" : " (without the flag)"));
    }
  }
  const std::string directory = stray.path.substr(0, stray.path.rfind('/'));
  const bool is_toml = stray.path.ends_with(".toml");
  const bool is_drop_in = is_toml && directory.ends_with("/conf.d");
  if (is_backup_name(last_part(stray.path)) || (lost.empty() && !is_drop_in)) {
    return std::nullopt;
  }
  const bool is_main = stray.place.role == Role::main;  // or was to be
  const bool is_crio = tree.engine == Engine::crio;
  const std::string what = is_drop_in ? directory + "/*.toml" : stray.path;
  return finding_on_file(
      Code::not_loaded, Severity::warning, stray.path,
      std::string(engine_name(tree.engine)) + " does not load this file, for " +
          (is_main   ? "its unit names " + tree.main
           : is_crio ? "its directory of drop-ins is " + tree.drop_ins
                     : tree.main + " does not import it") +
          (lost.empty() ? std::string()
                        : ": the Kata " + listed(lost) + (lost.size() == 1 ? " is" : " are") +
                              " not served"),
      is_main || is_crio ? "put the handlers there, or systemctl edit " + tree.unit + ".service"
      : !tree.has_main   ? "make that file, with this line at its top: imports = [\"" + what +
                             "\"]; for the rest see containerd config default"
      : is_toml ? how_to_import(facts.files.load(tree.main), what)
                : "give it a name that imports has, such as *.toml");
}

std::vector<Finding> stray_files(const TreeFacts& facts) {
  const EngineTree& tree = facts.tree;
  const std::vector<Effective>& views = facts.before;
  std::vector<Finding> findings;
  std::set<std::string> loaded;
  for (const Effective& view : views) {
    loaded.insert(view.files.begin(), view.files.end());
  }
  if (tree.engine == Engine::crio) {
    find_backups(tree, findings);
  } else {
    MisplacedImports(facts, loaded, findings).run();
    find_rewritten(facts, findings);
  }
  const bool was_loaded = std::ranges::any_of(views, &Effective::accepted);
  if (tree.has_main && was_loaded && !merges_drop_ins_itself(facts)) {
    find_unloaded(tree, loaded, findings);
  }
  const bool is_managed = std::ranges::any_of(
      tree.files, [](const auto& file) { return file.place.role == Role::managed; });
  if (tree.distribution == "k0s" && is_managed && !merges_drop_ins_itself(facts)) {
    find_refused_by_k0s(facts, findings);
  }
  find_dead_template(tree, findings);
  return findings;
}

}  // namespace katafix
