#include "discovery.hpp"

#include "engine/spelling.hpp"
#include "files.hpp"
#include "rancher.hpp"
#include "reader.hpp"
#include "text/append.hpp"
#include "unit.hpp"
#include "walk.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace katafix {

namespace {

constexpr const char* kContainerdMain = "/etc/containerd/config.toml";
constexpr const char* kContainerdConfD = "/etc/containerd/conf.d/*.toml";
constexpr const char* kCrioMain = "/etc/crio/crio.conf";
constexpr const char* kCrioDropIns = "/etc/crio/crio.conf.d";
constexpr const char* kDeckhouse = "/etc/containerd/deckhouse.toml";

/// A distribution that has its files in one place.
struct Layout {
  const char* name;
  const char* unit;  ///< that runs its engine; empty where there is none
  const char* main;
  const char* source;    ///< what the main file is made from; may be empty
  const char* drop_ins;  ///< loaded, or made a part of the main file; may be empty
  const char* strays;    ///< what nothing but the main file's imports loads; may be empty
};

// k0s pkg/component/worker/containerd; microk8s run-containerd-with-args; Talos' CRI service, whose
// parts are merged into /etc/cri/conf.d/cri.toml; the strict snap of Canonical Kubernetes.
constexpr std::array kLayouts = {
    Layout{"k0s", "k0sworker", "/etc/k0s/containerd.toml", "", "/etc/k0s/containerd.d/*.toml",
           "/etc/k0s/containerd.d/*"},
    Layout{"microk8s", "snap.microk8s.daemon-containerd",
           "/var/snap/microk8s/current/args/containerd.toml",
           "/var/snap/microk8s/current/args/containerd-template.toml", "", ""},
    Layout{"talos", "", "/etc/cri/containerd.toml", "", "/etc/cri/conf.d/*.part", ""},
    Layout{"canonical-k8s", "snap.k8s.containerd",
           "/var/snap/k8s/common/etc/containerd/config.toml", "", "",
           "/var/snap/k8s/common/etc/containerd/conf.d/*"},
};

bool is_openshift(const FileReader& reader) {
  return reader.kind("/etc/machine-config-daemon", true) != FileKind::missing;
}

/// bashible makes containerd's main file of its own one and of conf.d (Deckhouse
/// candi/bashible, step 032).
bool is_deckhouse(const FileReader& reader) {
  return reader.kind(kDeckhouse, true) != FileKind::missing;
}

/// Has the file a table of an engine?
bool has_tables_of(const LoadedFile& file, Engine engine) {
  const char* const name = engine == Engine::crio ? "crio" : "plugins";
  return file.document && !entries_named(file.document->root(), name, engine).empty();
}

class Discovery {
 public:
  Discovery(NodeFiles& files, const DiscoveryOptions& options)
      : files_(files),
        reader_(files.reader()),
        units_(files.reader()),
        options_(options),
        walks_(walks_of(options)) {}

  EngineTree config(const std::string& main, const std::string& config_dir) && {
    const LoadedFile& file = files_.load(main);
    const bool is_crio = !config_dir.empty() || (has_tables_of(file, Engine::crio) &&
                                                 !has_tables_of(file, Engine::containerd));
    const Engine engine = options_.engine.value_or(is_crio ? Engine::crio : Engine::containerd);
    EngineTree tree = new_tree(engine, "", "", main.empty() ? kCrioMain : main);
    tree.unit = units_.on_node(place_of(tree.main, {}).unit);
    if (tree.unit.empty()) {
      tree.unit = engine_name(engine);
    }
    tree.is_viewed = true;
    if (!main.empty() && file.is_missing()) {
      tree.findings = {Error(Code::unreadable, main, "there is no such file").finding()};
    }
    if (engine == Engine::containerd) {
      add_closure(tree, main);
    } else {
      tree.drop_ins = config_dir.empty() ? main + ".d" : config_dir;
      add_drop_ins(tree);
    }
    return tree;
  }

  std::vector<EngineTree> run() && {
    if (options_.engine != Engine::crio) {
      rancher();
      for (const Layout& one : kLayouts) {
        layout(one);
      }
      containerd();
    }
    if (options_.engine != Engine::containerd) {
      crio();
    }
    return std::move(trees_);
  }

 private:
  /// The plain containerd comes last: its main file may be a link to that of a distribution, whose
  /// layout then tells what may be edited.
  void containerd() {
    EngineTree tree = new_tree(Engine::containerd, "containerd", "containerd", kContainerdMain);
    follow_unit(tree, unit_config(units_, Engine::containerd));
    const bool is_expected = trees_.empty() && options_.named.contains(Engine::containerd);
    tree.is_viewed = tree.has_main || is_expected;
    if (tree.has_main && std::ranges::any_of(trees_, [&](const EngineTree& other) {
          return other.has_main && is_same_file(other.main, tree.main);
        })) {
      return;
    }
    tree.is_rewritten = units_.has("nodeadm-run");
    add_closure(tree, tree.main);
    if (is_deckhouse(reader_)) {
      tree.distribution = "deckhouse";
      tree.unit.clear();  // bashible restarts it
      add_matches(tree, kContainerdConfD);
    } else if (tree.has_main ||
               (trees_.empty() && reader_.kind("/etc/containerd", true) == FileKind::directory)) {
      for (const char* const strays :
           {"/etc/containerd/conf.d/*", "/etc/containerd/*.toml", "/etc/containerd/*.d/*.toml",
            "/opt/kata/containerd/config.d/*.toml"}) {
        find_strays(tree, strays);
      }
    }
    keep(std::move(tree));
  }

  void rancher() {
    std::vector<RancherDirectory> directories;
    try {
      directories = rancher_directories(reader_, units_, options_.data_dir);
    } catch (const Error& error) {
      EngineTree unknown;
      unknown.findings.push_back(error.finding());
      keep(std::move(unknown));
    }
    for (const RancherDirectory& found : directories) {
      if (reader_.kind(found.path, true) == FileKind::missing) {
        continue;
      }
      EngineTree tree = new_tree(Engine::containerd, found.distribution,
                                 found.distribution == "k3s" ? "k3s" : "rke2-server",
                                 found.path + "/config.toml");
      for (const char* name : {"/config-v3.toml.tmpl", "/config.toml.tmpl"}) {
        add_closure(tree, found.path + name);
      }
      for (const char* drop_ins : {"/config-v3.toml.d/*.toml", "/config.toml.d/*.toml"}) {
        add_matches(tree, found.path + drop_ins);
      }
      add_closure(tree, tree.main);
      find_strays(tree, found.path + "/config*.toml.d/*");
      keep(std::move(tree));
    }
  }

  void layout(const Layout& layout) {
    EngineTree tree = new_tree(Engine::containerd, layout.name, layout.unit, layout.main);
    add_closure(tree, layout.source);
    add_closure(tree, tree.main);
    add_matches(tree, layout.drop_ins);
    if (!tree.files.empty()) {
      find_strays(tree, layout.strays);
    }
    keep(std::move(tree));
  }

  void crio() {
    EngineTree tree = new_tree(Engine::crio, "crio", "crio", kCrioMain);
    tree.drop_ins = kCrioDropIns;
    follow_unit(tree, unit_config(units_, Engine::crio));
    tree.is_viewed = tree.has_main || options_.named.contains(Engine::crio) ||
                     reader_.kind(tree.drop_ins, true) != FileKind::missing;
    add_drop_ins(tree);
    find_strays(tree, "/etc/crio/*.conf");
    find_strays(tree, "/etc/crio/*.d/*");
    keep(std::move(tree));
  }

  void add_drop_ins(EngineTree& tree) {
    add(tree, files_.load(tree.main));
    walk_drop_ins(files_, tree.drop_ins,
                  {[&](const LoadedFile& file) { add(tree, file); },
                   [&](const Error& error) {
                     tree.findings.push_back(error.finding());
                     return true;
                   }});
  }

  [[nodiscard]] EngineTree new_tree(Engine engine, const std::string& distribution,
                                    const std::string& unit, const std::string& main) const {
    EngineTree tree;
    tree.engine = engine;
    tree.distribution = distribution;
    tree.unit = units_.on_node(unit);
    set_main(tree, main);
    return tree;
  }

  void set_main(EngineTree& tree, const std::string& main) const {
    tree.main = main;
    tree.has_main = !main.empty() && !files_.load(main).is_missing();
    tree.is_viewed = tree.has_main;
    if (!main.empty() && !tree.has_main && reader_.kind(main, false) == FileKind::link) {
      tree.findings.push_back(finding_on_file(
          Code::no_config, Severity::warning, main, "it is a link to a file that is not there",
          "mend it, or give katafix a root in which it leads somewhere"));
    }
  }

  [[nodiscard]] bool is_same_file(const std::string& one, const std::string& other) const {
    const LoadedFile& file = files_.load(one);
    return file.source != nullptr && file.id == files_.load(other).id;
  }

  /// What a pattern matches; a directory that cannot be listed is a finding.
  [[nodiscard]] std::vector<std::string> matches(EngineTree& tree, const std::string& pattern,
                                                 Severity severity = Severity::error) const {
    try {
      return pattern.empty() ? std::vector<std::string>()
                             : files_.glob(pattern).value_or(std::vector<std::string>());
    } catch (const Error& error) {
      tree.findings.push_back(error.finding());
      tree.findings.back().severity = severity;
      return {};
    }
  }

  /// Releases differ in what a relative pattern counts from; one of each kind is enough, the newest
  /// first.
  static std::vector<const Rules*> walks_of(const DiscoveryOptions& options) {
    const std::vector<Release>& releases =
        options.containerd.empty() ? known_releases(Engine::containerd) : options.containerd;
    std::vector<const Rules*> walks;
    std::set<bool> seen;
    std::for_each(releases.rbegin(), releases.rend(), [&](const Release& release) {
      if (seen.insert(release.rules->globs_from_importer).second) {
        walks.push_back(release.rules);
      }
    });
    return walks;
  }

  /// What is wrong is told by the views.
  void add_closure(EngineTree& tree, const std::string& main) {
    for (const Rules* rules : walks_) {
      walk_imports(files_, main, *rules, {[&](const LoadedFile& file) { add(tree, file); }});
    }
  }

  void add_matches(EngineTree& tree, const std::string& pattern) {
    for (const std::string& path : matches(tree, pattern)) {
      add(tree, files_.load(path));
    }
  }

  void add(EngineTree& tree, const LoadedFile& file) {
    const std::string& path = file.path;
    if (file.is_missing() || !added_.insert(path).second) {
      return;
    }
    TreeFile found{path, place_on_node(reader_, path,
                                       file.source ? file.source->bytes() : std::string_view())};
    if (found.place.role == Role::file) {
      found.place.role = path == tree.main             ? Role::main
                         : tree.engine == Engine::crio ? Role::drop_in
                                                       : Role::import;
    }
    found.place.engine = tree.engine;
    found.place.unit = tree.unit;
    tree.files.push_back(std::move(found));
  }

  /// containerd 2.2 prints conf.d among its default imports, and does not read it
  /// (cmd/containerd/command/config.go @v2.2.0). What cannot be read here harms nobody.
  void find_strays(EngineTree& tree, const std::string& pattern) const {
    for (const std::string& path : matches(tree, pattern, Severity::warning)) {
      if (!added_.contains(path) && files_.load(path).source != nullptr) {
        tree.strays.push_back({path, place_of(path, {})});
      }
    }
  }

  /// Where the engine's unit says that its files are.
  void follow_unit(EngineTree& tree, UnitConfig config) const {
    tree.drop_ins = config.drop_ins.value_or(tree.drop_ins);
    if (config.main && *config.main != tree.main) {
      set_main(tree, *config.main);
      if (!tree.has_main) {
        config.findings.push_back(finding_on_file(
            Code::no_config, Severity::error, tree.main,
            "the unit " + tree.unit + " starts the engine with this file, and it is not there",
            "put the file there, or mend the unit"));
      }
    }
    append(tree.findings, std::move(config.findings));
  }

  void keep(EngineTree tree) {
    added_.clear();
    if (!tree.files.empty() || !tree.strays.empty() || !tree.findings.empty() || tree.is_viewed) {
      const bool is_plain = tree.distribution == "containerd" || tree.distribution == "deckhouse";
      trees_.insert(is_plain ? trees_.begin() : trees_.end(), std::move(tree));
    }
  }

  NodeFiles& files_;
  const FileReader& reader_;
  const Units units_;
  const DiscoveryOptions& options_;
  const std::vector<const Rules*> walks_;
  std::set<std::string> added_;  // to the tree at hand
  std::vector<EngineTree> trees_;
};

}  // namespace

EngineTree tree_of_config(NodeFiles& files, const std::string& main, const std::string& config_dir,
                          const DiscoveryOptions& options) {
  return Discovery(files, options).config(main, config_dir);
}

EngineTree tree_of_file(NodeFiles& files, const LoadedFile& file, const std::string& whole,
                        std::optional<Engine> engine) {
  EngineTree tree;
  tree.is_lone = true;
  tree.main = whole;
  Place place = whole == "-"
                    ? Place()
                    : place_on_node(files.reader(), whole,
                                    file.source ? file.source->bytes() : std::string_view());
  const bool is_containerd = has_tables_of(file, Engine::containerd);
  const bool is_crio = has_tables_of(file, Engine::crio);
  const Engine by_place = place.engine.value_or(Engine::containerd);
  tree.engine = engine.value_or(is_containerd ? Engine::containerd
                                : is_crio     ? Engine::crio
                                              : by_place);
  place.unit = place.unit.empty() ? std::string(engine_name(tree.engine))
                                  : Units(files.reader()).on_node(place.unit);
  tree.is_of_both = !engine && is_crio && is_containerd;
  tree.is_part = place.role != Role::main && place.role != Role::file;
  // A template is no config of an engine yet.
  tree.is_viewed = place.role != Role::go_template &&
                   (file.document == nullptr || file.document->go_template() == nullptr);
  tree.files.push_back({file.path, std::move(place)});
  return tree;
}

std::vector<EngineTree> discover(NodeFiles& files, const DiscoveryOptions& options) {
  return Discovery(files, options).run();
}

std::string places_searched(std::optional<Engine> engine) {
  const std::string containerd =
      "/etc/containerd/config.toml, and the files of k3s, rke2, k0s, microk8s, Canonical "
      "Kubernetes and Talos";
  const std::string crio = "/etc/crio/crio.conf and /etc/crio/crio.conf.d";
  return !engine ? crio + ", " + containerd : *engine == Engine::containerd ? containerd : crio;
}

Place place_on_node(const FileReader& reader, const std::string& path, std::string_view text) {
  Place place = place_of(path, text);
  if (path == kContainerdMain && is_deckhouse(reader)) {
    place.role = Role::generated;
    place.instead =
        "put the handler into a file below /etc/containerd/conf.d: bashible makes this one of "
        "those";
  }
  // The MCO puts its files back, or calls the node degraded (cri-o on OpenShift).
  if (place.engine == Engine::crio && !is_left_alone(place.role) && is_openshift(reader)) {
    place.role = Role::managed;
    place.is_machine_config = true;
    place.instead =
        "put the whole file into a MachineConfig: the Machine Config Operator takes an edit on the "
        "node for drift, and calls the node degraded";
  }
  return place;
}

}  // namespace katafix
