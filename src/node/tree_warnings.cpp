#include "engine/spelling.hpp"
#include "engine/tables.hpp"
#include "notices.hpp"
#include "tree_findings.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace katafix {

namespace {

/// Where a containerd file names a plugin's table; 0 where it does not.
std::size_t plugin_line(const LoadedFile& file, std::string_view id) {
  std::size_t line = 0;
  if (file.document) {
    for_each_spelled(file.value(Engine::containerd), "plugins", Keys::go_toml_2,
                     [&](const Value& plugins) {
                       const Value* const plugin = plugins.find(id);
                       line = plugin == nullptr ? line : plugin->origin.line();
                     });
  }
  return line;
}

constexpr std::string_view kShimLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+";

/// Has CRI-O's shim of a vm such a name? Up to 1.20 it is not known what is checked; 1.21 to 1.36
/// want -v2, later ones nothing behind it (cri-o pkg/config/config.go @v1.36.0 and e256d4dde5).
bool is_shim(std::string_view path, const Release& release) {
  constexpr std::string_view prefix = "containerd-shim-";
  std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t at = name.find(prefix);
  if (at == std::string_view::npos || !release.since({1, 21})) {
    return at != std::string_view::npos;
  }
  name.remove_prefix(at + prefix.size());
  const std::size_t end = std::min(name.find_first_not_of(kShimLetters), name.size());
  return release.since({1, 37}) ? at == 0 && end == name.size() && end > 0
                                : name.substr(0, end).find("-v2", 1) != std::string_view::npos;
}

/// Why CRI-O ignores a handler; empty where it does not. A handler that fails is left out (cri-o
/// pkg/config/config.go ValidateRuntimes).
std::string why_dropped(const Effective& view, const ViewedHandler& handler) {
  if (view.engine != Engine::crio || !handler.origin.is_known()) {
    return {};
  }
  const std::string type(handler.runtime_type);
  if (!type.empty() && type != "oci" && type != "vm" && type != "pod") {
    return "its runtime_type is " + type + ", not oci, vm or pod";
  }
  return type == "vm" && !handler.runtime_path.empty() &&
                 !is_shim(handler.runtime_path, view.releases.front())
             ? "the shim of a vm is called containerd-shim-NAME-v2"
             : std::string();
}

class Warnings {
 public:
  Warnings(const TreeFacts& facts, const std::set<HandlerId>& explained)
      : files_(facts.files), facts_(facts), explained_(explained) {
    for (const PlannedFile& planned : facts.planned) {
      if (planned.is_changed()) {
        changed_.insert(planned.path);
      }
      for (const HandlerReport& handler : planned.fix.handlers) {
        if (handler.flag_before == "true") {
          true_flags_.insert({handler.file, handler.id()});
        }
      }
      if (std::ranges::any_of(planned.fix.findings, tells_of_ids)) {
        told_.insert(planned.path);
      }
    }
  }

  /// Notes which handlers a release serves. All are to be asked before one is looked at.
  void count_served(const Effective& view) {
    for (const auto& [id, place] : facts_.own) {
      if (view.engine == id.engine && serves(view, id.name, place)) {
        served_.insert(id);
      }
    }
  }

  void look_at(const Effective& view) {
    if (!view.accepted()) {
      return;
    }
    ++accepted_;
    if (!view.serves_cri) {
      cri_disabled(view);
      return;
    }
    order_.clear();
    for (const std::string& path : view.files) {
      order_.try_emplace(path, static_cast<std::ptrdiff_t>(order_.size()));
    }
    std::map<std::string, std::vector<std::string>> erased;  // by the file that erases
    for (const auto& [id, place] : facts_.own) {
      if (id.engine != view.engine) {
        continue;
      }
      const std::string& name = id.name;
      const ViewedHandler* const handler = view.handlers.find(name);
      if (handler == nullptr) {
        if (!view.legacy_tables.contains(name)) {
          not_there(name, place, view, erased);
        }
      } else if (!is_kata(view, name, place, *handler)) {
        replaced(name, place, view, *handler);
      } else {
        overridden(name, place, view, *handler);
        dropped_at_start(name, view, *handler);
        runs_a_shim(name, view, *handler);
      }
    }
    for (const auto& [path, names] : erased) {
      const std::string& plugin = facts_.own.at({view.engine, names.front()}).plugin;
      add_unserved({Code::handler_erased, path, plugin_line(files_.load(path), plugin),
                    "this file's CRI settings replace those of the files before it, and the Kata " +
                        listed(names) + " with them",
                    "repeat all handlers here, or move these settings there"},
                   names, view);
    }
  }

  [[nodiscard]] std::vector<Finding> findings() const {
    std::vector<Finding> all =
        notices_.findings(files_, [this](const Notice& notice, std::size_t releases) {
          if (notice.code == Code::not_effective) {
            return facts_.tree.is_lone ? Severity::warning : Severity::error;
          }
          return releases == accepted_ || notice.code == Code::handler_erased ||
                         ignored_by_2_.contains({notice.file, notice.line})
                     ? Severity::warning
                     : Severity::info;
        });
    for (Finding& finding : all) {
      finding.is_cured = finding.code == Code::overridden && changed_.contains(finding.file);
    }
    return all;
  }

 private:
  /// Does it tell of all handlers of a file that some releases do not read them?
  static bool tells_of_ids(const Finding& finding) {
    return finding.severity == Severity::warning &&
           (finding.code == Code::missing_version || finding.code == Code::misplaced_version ||
            finding.code == Code::both_plugin_ids);
  }

  /// Is a handler that is there what a file shows it to be? By its name alone CRI-O runs what is
  /// in $PATH, which is not what a path said.
  [[nodiscard]] bool is_kata(const Effective& view, const std::string& name,
                             const OwnEvidence& place, const ViewedHandler& handler) {
    const auto known = kata_.find(&handler);
    if (known != kata_.end()) {
      return known->second;
    }
    const auto merged = judge_merged(view, name, facts_.selection);
    const bool is = merged && (merged->rule != Rule::name || place.evidence.rule == Rule::name);
    // One that inherits is what the default of its view is.
    return handler.inherits_default ? is : kata_.emplace(&handler, is).first->second;
  }

  [[nodiscard]] bool serves(const Effective& view, const std::string& name,
                            const OwnEvidence& place) {
    const ViewedHandler* const handler = view.handlers.find(name);
    if (!view.serves_cri) {
      return false;
    }
    if (handler == nullptr) {
      return view.legacy_tables.contains(name);
    }
    return why_dropped(view, *handler).empty() && is_kata(view, name, place, *handler);
  }

  /// Why a release does not serve these handlers. Where no other serves them either, nothing that
  /// is done to the files helps.
  void add_unserved(Notice notice, const std::vector<std::string>& names, const Effective& view) {
    if (!std::ranges::all_of(names, [&](const std::string& name) {
          return served_.contains({view.engine, name});
        })) {
      notice.code = Code::not_effective;
    }
    notices_.add(std::move(notice), view);
  }

  /// The place of a file in the order of loading; nothing for one that is not loaded.
  [[nodiscard]] std::optional<std::ptrdiff_t> order_of(const std::string& path) const {
    const auto found = order_.find(path);
    return found == order_.end() ? std::nullopt : std::optional(found->second);
  }

  /// A flag that is true, and does not count.
  void overridden(const std::string& name, const OwnEvidence& place, const Effective& view,
                  const ViewedHandler& handler) {
    const Origin& winner = handler.decided_by();
    if (handler.flag || !winner.is_known() ||
        !true_flags_.contains({place.file, {view.engine, name}})) {
      return;
    }
    const auto loser = order_of(place.file);
    if (!loser || order_of(winner.file()) <= loser) {
      return;
    }
    notices_.add({Code::overridden, winner.file(), winner.line(),
                  "the handler " + name + " has the flag in " + place.file +
                      ", but this file is loaded later and wins",
                  changed_.contains(winner.file()) ? "set the flag here: katafix apply does"
                                                   : "set the flag here"},
                 view);
  }

  void dropped_at_start(const std::string& name, const Effective& view,
                        const ViewedHandler& handler) {
    const std::string reason = why_dropped(view, handler);
    if (!reason.empty()) {
      const Origin& place = handler.decided_by();
      add_unserved({Code::table_ignored, place.file(), place.line(),
                    "CRI-O ignores the handler " + name + ": " + reason,
                    "set runtime_type and runtime_path as CRI-O wants them, or no pod can use it"},
                   {name}, view);
    }
  }

  /// internal/oci/oci.go newRuntimeImpl: without a type it is an OCI runtime, which a shim is not.
  void runs_a_shim(const std::string& name, const Effective& view, const ViewedHandler& handler) {
    if (view.engine == Engine::crio && handler.origin.is_known() &&
        (handler.runtime_type.empty() || handler.runtime_type == "oci") &&
        is_shim(handler.runtime_path, view.releases.front())) {
      const Origin& place = handler.decided_by();
      notices_.add({Code::table_ignored, place.file(), place.line(),
                    "CRI-O takes the shim of the handler " + name + " for an OCI runtime",
                    "write runtime_type = \"vm\" there"},
                   view);
    }
  }

  /// The handler is there, but it runs something else, or nothing is left of what it runs.
  void replaced(const std::string& name, const OwnEvidence& place, const Effective& view,
                const ViewedHandler& handler) {
    if (!handler.origin.is_known() || explained_.contains({view.engine, name})) {
      return;
    }
    Notice notice{
        Code::handler_erased, handler.decided_by().file(), handler.decided_by().line(), {}};
    if (has_identity(handler)) {
      notice.message = "the handler " + name + ", which is Kata in " + place.file + ", runs " +
                       std::string(handler.runtime()) + " once all files are merged";
      notice.advice = "let one file define the handler, or leave it alone with --skip " + name;
    } else if (handler.origin.file() == place.file) {
      notice.message = "the engine reads nothing here that says what the handler " + name + " runs";
      notice.advice = "spell its keys in lower case, and its type as this release knows it";
    } else {
      notice.message = "this table replaces the handler " + name + " of " + place.file +
                       ", and does not say what it runs";
      notice.advice = "repeat the whole handler here, or remove this table";
    }
    add_unserved(std::move(notice), {name}, view);
  }

  void not_there(const std::string& name, const OwnEvidence& place, const Effective& view,
                 std::map<std::string, std::vector<std::string>>& erased) {
    const auto own = order_of(place.file);
    if (!own) {
      return;
    }
    if (const std::string* later = later_with_plugin(view, *own, place.plugin)) {
      erased[*later].push_back(name);
      return;
    }
    // That 1.x does not read what is made for 2.x is no news, and of legacy tables it is told.
    const bool is_legacy = name == "default_runtime" || name == "untrusted_workload_runtime";
    if (view.releases.front().rules->is_2 && !is_legacy && !told_.contains(place.file)) {
      ignored_by_2_.insert({place.file, place.evidence.line});
    }
    add_unserved({Code::table_ignored, place.file, place.evidence.line,
                  "the handler " + name + " stands in a table that the engine does not read",
                  "containerd 1.x reads plugins.\"io.containerd.grpc.v1.cri\" in a config of "
                  "version 2, 2.x plugins.'io.containerd.cri.v1.runtime' in one of version 3"},
                 {name}, view);
  }

  /// The last file behind another that has the same plugin's table, where a release takes a
  /// plugin's table from one file alone, and reads this plugin.
  [[nodiscard]] const std::string* later_with_plugin(const Effective& view, std::ptrdiff_t own,
                                                     const std::string& plugin) {
    if (view.engine == Engine::crio || view.releases.front().rules->is_2 || plugin == kCriRuntime) {
      return nullptr;
    }
    for (auto later = view.files.rbegin();
         later != std::make_reverse_iterator(view.files.begin() + own + 1); ++later) {
      const LoadedFile& file = files_.load(*later);
      const bool is_link_to_it =
          file.id == files_.load(view.files[static_cast<std::size_t>(own)]).id;
      if (!is_link_to_it && plugin_line(file, plugin) > 0) {
        return &*later;
      }
    }
    return nullptr;
  }

  void cri_disabled(const Effective& view) {
    std::vector<std::string> names;
    for (const auto& [id, place] : facts_.own) {
      if (id.engine == view.engine) {
        names.push_back(id.name);
      }
    }
    const std::string loss =
        names.empty() ? "no handler is"
                      : "the Kata " + listed(names) + (names.size() == 1 ? " is" : " are") + " not";
    for (const std::string& path : view.files) {
      const LoadedFile& file = files_.load(path);
      if (!file.document) {
        continue;
      }
      for (const Listed& plugin :
           list_of(file.value(view.engine), "disabled_plugins", Keys::go_toml_2)) {
        if (is_cri(plugin.text)) {
          add_unserved({Code::cri_disabled, path, plugin.origin.line(),
                        "the CRI plugin is disabled here: " + loss + " served to Kubernetes",
                        "remove it from disabled_plugins"},
                       names, view);
        }
      }
    }
  }

  NodeFiles& files_;
  const TreeFacts& facts_;
  const std::set<HandlerId>& explained_;
  std::set<std::string> changed_;
  std::set<std::pair<std::string, HandlerId>> true_flags_;      // file and handler
  std::map<std::string_view, std::ptrdiff_t> order_;            // of the files of the view at hand
  std::set<HandlerId> served_;                                  // by any release
  std::map<const ViewedHandler*, bool> kata_;                   // of all views, which share them
  std::set<std::string> told_;                                  // files: see tells_of_ids()
  std::set<std::pair<std::string, std::size_t>> ignored_by_2_;  // file and line
  std::size_t accepted_ = 0;
  Notices notices_;
};

}  // namespace

std::vector<Finding> tree_warnings(const TreeFacts& facts, const std::set<HandlerId>& explained) {
  Warnings warnings(facts, explained);
  // Lines are those of the files as they are, unless only the edits make the engine take them.
  const auto view = [&](std::size_t index) -> const Effective& {
    return facts.before[index].accepted() ? facts.before[index] : facts.after[index];
  };
  for (std::size_t index = 0; index < facts.before.size(); ++index) {
    warnings.count_served(view(index));
  }
  for (std::size_t index = 0; index < facts.before.size(); ++index) {
    warnings.look_at(view(index));
  }
  return warnings.findings();
}

}  // namespace katafix
