#include "tree_warnings.hpp"

#include "katafix/engine/containerd_config.hpp"
#include "katafix/engine/spelling.hpp"
#include "katafix/node/files.hpp"

#include "notices.hpp"

#include <algorithm>
#include <array>
#include <fnmatch.h>
#include <iterator>
#include <optional>
#include <set>
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

/// The value of a key of a table, whatever its spelling.
std::optional<Entry> entry_of(const Node& table, std::string_view name) {
  for (const Entry& entry : table.entries()) {
    if (same_in_any_case(entry.name, name)) {
      return entry;
    }
  }
  return std::nullopt;
}

/// Where a containerd file names a CRI plugin's table: 1.x takes the last such file's alone.
std::optional<std::size_t> cri_line(const LoadedFile& file) {
  const auto plugins = file.document ? entry_of(file.document->root(), "plugins") : std::nullopt;
  if (!plugins) {
    return std::nullopt;
  }
  for (const Entry& plugin : plugins->value.entries()) {
    if (plugin.name == kCriShort || plugin.name == kCriGrpc || plugin.name == kCriRuntime) {
      return file.source->line_of(plugin.value.is_table() ? plugin.value.span().begin
                                                          : plugin.key().begin);
    }
  }
  return std::nullopt;
}

class Warnings {
 public:
  Warnings(NodeFiles& files, const EngineTree& tree, const std::map<std::string, OwnEvidence>& own)
      : files_(files), tree_(tree), own_(own) {}

  /// What stays as it is, whatever is edited.
  void look_at(const Effective& view) {
    loaded_.insert(view.files.begin(), view.files.end());
    if (!view.accepted) {
      return;
    }
    ++accepted_;
    if (!view.serves_cri) {
      cri_disabled(view);
      return;
    }
    for (const auto& [name, place] : own_) {
      const auto handler = view.handlers.find(name);
      if (handler != view.handlers.end()) {
        erased_in_part(name, place, view, handler->second);
      } else if (!view.legacy_tables.contains(name) &&
                 std::find(view.files.begin(), view.files.end(), place.file) != view.files.end()) {
        not_there(name, place, view);
      }
    }
  }

  /// A flag that is true, and does not count.
  void overridden(const Effective& view) {
    for (const auto& [name, place] : own_) {
      const auto handler = view.handlers.find(name);
      if (!view.accepted || handler == view.handlers.end() || handler->second.flag ||
          !handler->second.decided_by || handler->second.decided_by->file == place.file ||
          !has_true_flag(place.file, name)) {
        continue;
      }
      const DecidedBy& winner = *handler->second.decided_by;
      add({Code::overridden, winner.file, winner.line,
           "the handler " + name + " has the flag in " + place.file +
               ", but this file is loaded later and wins",
           "set the flag here: katafix apply does"},
          view);
    }
  }

  std::vector<Finding> findings() && {
    backups_and_strangers();
    std::vector<Finding> all =
        notices_.findings(files_, tree_.engine, [this](const Notice& notice, std::size_t releases) {
          return releases == accepted_ || notice.code == Code::handler_erased ? Severity::warning
                                                                              : Severity::info;
        });
    std::move(plain_.begin(), plain_.end(), std::back_inserter(all));
    return all;
  }

 private:
  void add(Notice notice, const Effective& view) { notices_.add(std::move(notice), view.version); }

  void warn(const Notice& notice) {
    plain_.push_back(finding_at(files_, notice, Severity::warning));
  }

  [[nodiscard]] bool has_true_flag(const std::string& path, const std::string& name) const {
    const LoadedFile& file = files_.load(path);
    const Definitions definitions = find_definitions(*file.document, tree_.engine);
    const std::vector<const Definition*> named = definitions.named(name);
    return std::any_of(named.begin(), named.end(),
                       [](const Definition* handler) { return handler->flag_is_set(); });
  }

  /// The handler is there, but nothing is left of what it runs.
  void erased_in_part(const std::string& name, const OwnEvidence& place, const Effective& view,
                      const EffectiveHandler& handler) {
    if (has_identity(handler) || !handler.decided_by || handler.decided_by->file == place.file) {
      return;
    }
    add({Code::handler_erased, handler.decided_by->file, handler.decided_by->line,
         "this table replaces the handler " + name + " of " + place.file +
             ", and does not say what it runs",
         "repeat the whole handler here, or remove this table"},
        view);
  }

  void not_there(const std::string& name, const OwnEvidence& place, const Effective& view) {
    const auto own = std::find(view.files.begin(), view.files.end(), place.file);
    const auto last = std::find_if(
        view.files.rbegin(), std::make_reverse_iterator(own + 1),
        [&](const std::string& path) { return cri_line(files_.load(path)).has_value(); });
    const bool replaces = view.version.starts_with("1.") && tree_.engine == Engine::containerd;
    if (replaces && last != std::make_reverse_iterator(own + 1)) {
      add({Code::handler_erased, *last, cri_line(files_.load(*last)).value_or(0),
           "this file's CRI settings replace those of " + place.file + ", and the Kata handler " +
               name + " with them",
           "repeat all handlers here, or move these settings there"},
          view);
      return;
    }
    add({Code::table_ignored, place.file, place.evidence.line,
         "the handler " + name + " stands in a table that the engine does not read",
         "containerd 1.x reads plugins.\"io.containerd.grpc.v1.cri\" in a config of version 2, 2.x "
         "plugins.'io.containerd.cri.v1.runtime' in one of version 3"},
        view);
  }

  void cri_disabled(const Effective& view) {
    for (const std::string& path : view.files) {
      const LoadedFile& file = files_.load(path);
      const auto disabled =
          file.document ? entry_of(file.document->root(), "disabled_plugins") : std::nullopt;
      if (!disabled) {
        continue;
      }
      for (const Node& plugin : disabled->value.elements()) {
        const std::string_view name = plugin.string().value_or("");
        if (name == kCriShort || name == kCriGrpc || name == kCriRuntime) {
          add({Code::cri_disabled, path, file.source->line_of(plugin.span().begin),
               "the CRI plugin is disabled here: no handler is served to Kubernetes",
               "remove it from disabled_plugins"},
              view);
        }
      }
    }
  }

  void backups_and_strangers() {
    bool has_new_template = false;
    for (const TreeFile& file : tree_.files) {
      const std::string name = last_part(file.path);
      has_new_template = has_new_template || name == "config-v3.toml.tmpl";
      if (tree_.engine == Engine::crio && file.place.role == Role::drop_in &&
          is_backup_name(name)) {
        warn({Code::backup_loaded, file.path, 0,
              "CRI-O loads every file below crio.conf.d, and this looks like a backup",
              "move it to another directory"});
      }
      const bool is_loadable = file.place.role == Role::import || file.place.role == Role::drop_in;
      if (is_loadable && tree_.has_main && accepted_ > 0 && !loaded_.contains(file.path)) {
        warn({Code::not_loaded, file.path, 0,
              "nothing imports this file: " + tree_.main + " does not name it or its directory",
              "add its directory to imports in the engine's config"});
      }
    }
    for (const TreeFile& file : tree_.files) {
      if (has_new_template && last_part(file.path) == "config.toml.tmpl") {
        warn({Code::dead_template, file.path, 0,
              "config-v3.toml.tmpl stands beside it, and containerd 2 is configured by that one",
              "make changes there, and remove this one"});
      }
    }
  }

  NodeFiles& files_;
  const EngineTree& tree_;
  const std::map<std::string, OwnEvidence>& own_;
  std::size_t accepted_ = 0;
  std::set<std::string> loaded_;
  Notices notices_;
  std::vector<Finding> plain_;
};

}  // namespace

std::vector<Finding> tree_warnings(NodeFiles& files, const EngineTree& tree,
                                   const std::map<std::string, OwnEvidence>& own,
                                   const std::vector<Effective>& before,
                                   const std::vector<Effective>& after) {
  Warnings warnings(files, tree, own);
  for (std::size_t index = 0; index < before.size(); ++index) {
    // Lines are those of the files as they are, unless only the edits make the engine take them.
    warnings.look_at(before[index].accepted ? before[index] : after[index]);
    warnings.overridden(before[index]);
  }
  return std::move(warnings).findings();
}

}  // namespace katafix
