#include "tree_warnings.hpp"

#include "katafix/engine/spelling.hpp"
#include "katafix/engine/tables.hpp"
#include "katafix/node/files.hpp"

#include "notices.hpp"

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

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 3;
  std::string text = names.size() == 1 ? "handler " : "handlers ";
  for (std::size_t index = 0; index < std::min(shown, names.size()); ++index) {
    text += (index == 0 ? "" : ", ") + names[index];
  }
  return names.size() > shown ? text + " and " + std::to_string(names.size() - shown) + " more"
                              : text;
}

class Warnings {
 public:
  Warnings(NodeFiles& files, const TreeFacts& facts) : files_(files), facts_(facts) {
    for (const PlannedFile& planned : facts.files) {
      if (planned.is_changed()) {
        changed_.insert(planned.path);
      }
      for (const HandlerReport& handler : planned.fix.handlers) {
        if (handler.flag_before == "true") {
          true_flags_.insert({handler.file, handler.id()});
        }
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
      const auto handler = view.handlers.find(name);
      if (handler == view.handlers.end()) {
        if (!view.legacy_tables.contains(name)) {
          not_there(name, place, view, erased);
        }
      } else if (!has_identity(handler->second)) {
        erased_in_part(name, place, view, handler->second);
      } else {
        overridden(name, place, view, handler->second);
        dropped_at_start(name, view, handler->second);
      }
    }
    for (const auto& [path, names] : erased) {
      const std::string& plugin = facts_.own.at({view.engine, names.front()}).plugin;
      add({Code::handler_erased, path, plugin_line(files_.load(path), plugin),
           "this file's CRI settings replace those of the files before it, and the Kata " +
               listed(names) + " with them",
           "repeat all handlers here, or move these settings there"},
          view);
    }
  }

  [[nodiscard]] std::vector<Finding> findings() const {
    std::vector<Finding> all =
        notices_.findings(files_, [this](const Notice& notice, std::size_t releases) {
          return releases == accepted_ || notice.code == Code::handler_erased ? Severity::warning
                                                                              : Severity::info;
        });
    for (Finding& finding : all) {
      finding.is_cured = finding.code == Code::overridden && changed_.contains(finding.file);
    }
    return all;
  }

 private:
  void add(Notice notice, const Effective& view) { notices_.add(std::move(notice), view); }

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
    add({Code::overridden, winner.file(), winner.line(),
         "the handler " + name + " has the flag in " + place.file +
             ", but this file is loaded later and wins",
         changed_.contains(winner.file()) ? "set the flag here: katafix apply does"
                                          : "set the flag here"},
        view);
  }

  /// cri-o pkg/config/config.go ValidateRuntimes: a handler that fails is ignored.
  void dropped_at_start(const std::string& name, const Effective& view,
                        const ViewedHandler& handler) {
    if (view.engine != Engine::crio || !handler.origin.is_known()) {
      return;
    }
    const std::string type(handler.runtime_type);
    const bool is_known = type.empty() || type == "oci" || type == "vm" || type == "pod";
    const bool is_shim = handler.runtime_path.find("/containerd-shim-") != std::string_view::npos;
    if (is_known && (type != "vm" || is_shim || handler.runtime_path.empty())) {
      return;
    }
    add({Code::table_ignored, handler.decided_by().file(), handler.decided_by().line(),
         "CRI-O ignores the handler " + name + ": " +
             (is_known ? "the shim of a vm is called containerd-shim-..."
                       : "its runtime_type is " + type + ", not oci, vm or pod"),
         "set runtime_type and runtime_path as CRI-O wants them, or no pod can use it"},
        view);
  }

  /// The handler is there, but nothing is left of what it runs.
  void erased_in_part(const std::string& name, const OwnEvidence& place, const Effective& view,
                      const ViewedHandler& handler) {
    if (!handler.origin.is_known() || handler.origin.file() == place.file) {
      return;
    }
    add({Code::handler_erased, handler.decided_by().file(), handler.decided_by().line(),
         "this table replaces the handler " + name + " of " + place.file +
             ", and does not say what it runs",
         "repeat the whole handler here, or remove this table"},
        view);
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
    add({Code::table_ignored, place.file, place.evidence.line,
         "the handler " + name + " stands in a table that the engine does not read",
         "containerd 1.x reads plugins.\"io.containerd.grpc.v1.cri\" in a config of version 2, 2.x "
         "plugins.'io.containerd.cri.v1.runtime' in one of version 3"},
        view);
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
    for (const std::string& path : view.files) {
      const LoadedFile& file = files_.load(path);
      if (!file.document) {
        continue;
      }
      for (const Listed& plugin :
           list_of(file.value(view.engine), "disabled_plugins", Keys::go_toml_2)) {
        if (is_cri(plugin.text)) {
          add({Code::cri_disabled, path, plugin.origin.line(),
               "the CRI plugin is disabled here: no handler is served to Kubernetes",
               "remove it from disabled_plugins"},
              view);
        }
      }
    }
  }

  NodeFiles& files_;
  const TreeFacts& facts_;
  std::set<std::string> changed_;
  std::set<std::pair<std::string, HandlerId>> true_flags_;  // file and handler
  std::map<std::string_view, std::ptrdiff_t> order_;        // of the files of the view at hand
  std::size_t accepted_ = 0;
  Notices notices_;
};

}  // namespace

std::vector<Finding> tree_warnings(NodeFiles& files, const TreeFacts& facts) {
  Warnings warnings(files, facts);
  for (std::size_t index = 0; index < facts.before.size(); ++index) {
    // Lines are those of the files as they are, unless only the edits make the engine take them.
    const Effective& before = facts.before[index];
    warnings.look_at(before.accepted() ? before : facts.after[index]);
  }
  return warnings.findings();
}

}  // namespace katafix
