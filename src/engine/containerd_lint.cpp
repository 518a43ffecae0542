#include "lint_run.hpp"
#include "spelling.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

namespace katafix {

namespace {

std::string_view id_of(const Definition& handler) { return handler.path.at(1); }

/// The names in the `runtimes` table of a plugin id.
std::set<std::string_view> runtimes_of(const LintRun& run, std::string_view id) {
  std::set<std::string_view> names;
  for (const Definition& handler : run.found.handlers) {
    // 2.x moves these exact keys (plugins/cri/runtime/plugin.go @v2.1.9). What is in a template may
    // be there instead of the other id's.
    if (run.document.go_template() == nullptr && handler.path.size() == 5 && id_of(handler) == id &&
        handler.path[2] == "containerd" && handler.path[3] == "runtimes") {
      names.insert(handler.path.back());
    }
  }
  return names;
}

/// The first handler under a plugin id; there is one.
const Definition& first_of(const LintRun& run, std::string_view id) {
  return *std::find_if(run.found.handlers.begin(), run.found.handlers.end(),
                       [&](const Definition& handler) { return id_of(handler) == id; });
}

void tell_of_both(LintRun& run, std::string_view hidden, std::string_view other, Severity severity,
                  const std::string& effect) {
  run.note(Code::both_plugin_ids, severity, first_of(run, hidden).key,
           "handlers stand under both " + std::string(hidden) + " and " + std::string(other) +
               ": " + effect,
           "define all handlers under one plugin id: " + std::string(kCriRuntime) +
               " for containerd 2, " + std::string(kCriGrpc) + " for containerd 1");
}

/// Do all handlers stand under one plugin id, as they nearly always do?
bool is_one_id(const std::vector<Definition>& handlers) {
  return std::all_of(handlers.begin(), handlers.end(), [&](const Definition& handler) {
    return id_of(handler) == id_of(handlers.front());
  });
}

/// containerd's own tables at the top, none of which has one of the keys above them.
constexpr std::array<std::string_view, 6> kCoreTables = {"grpc",    "ttrpc",  "debug",
                                                         "metrics", "cgroup", "timeouts"};

constexpr std::array<std::string_view, 3> kRootKeys = {"version", "imports", "disabled_plugins"};

/// Walks the tables whose header people write before keys that are to stand at the top.
class MisplacedKeys {
 public:
  MisplacedKeys(const Document& document, const Definitions& found)
      : document_(document), found_(found) {}

  std::vector<Entry> find() && {
    const Node root = document_.root();
    for (const std::string_view name : kCoreTables) {
      each(root, name, [](const Node&) {});
    }
    each(root, "plugins", [&](const Node& plugins) {
      for (const std::string_view id : {kCriShort, kCriGrpc, kCriRuntime, kCriImages}) {
        if (const auto plugin = descend(plugins, {id})) {
          look_into(*plugin);
          each(*plugin, "containerd",
               [&](const Node& containerd) { each(containerd, "runtimes", [](const Node&) {}); });
        }
      }
    });
    for (const Definition& handler : found_.handlers) {
      look_into(handler.table());
    }
    return std::move(keys_);
  }

 private:
  template <class Work>
  void each(const Node& table, std::string_view name, Work work) {
    for (const Entry& entry : entries_named(table, name)) {
      look_into(entry.value);
      work(entry.value);
    }
  }

  void look_into(const Node& table) {
    for (const std::string_view name : kRootKeys) {
      const std::vector<Entry> entries = entries_named(table, name);
      std::copy_if(entries.begin(), entries.end(), std::back_inserter(keys_), is_meant);
    }
  }

  /// Is it what the key at the top would be?
  static bool is_meant(const Entry& entry) {
    const std::int64_t version = entry.value.integer().value_or(0);
    return (version >= 1 && version <= 4) || entry.value.is_array();
  }

  const Document& document_;
  const Definitions& found_;
  std::vector<Entry> keys_;
};

/// What becomes of a main file without version: cmd/containerd/server/config/config.go @v2.1.9,
/// services/server/config/config.go @v1.6.20.
void tell_of_missing_version(LintRun& run) {
  const auto has = [&](std::string_view id) {
    return std::any_of(run.found.handlers.begin(), run.found.handlers.end(),
                       [&](const Definition& handler) { return id_of(handler) == id; });
  };
  const bool is_grpc = has(kCriGrpc);
  const std::string_view id = is_grpc ? kCriGrpc : has(kCriShort) ? kCriShort : kCriRuntime;
  const Version first_ignoring = is_grpc ? Version{1, 0} : Version{2, 0};
  constexpr Version migrating{2, 3};
  if (id == kCriRuntime ? !run.releases.any({2, 0})
                        : !run.releases.any(first_ignoring, migrating)) {
    return;
  }
  // An import may bring the version.
  const bool is_certain =
      entries_named(run.document.root(), "imports").empty() &&
      (!run.releases.are_known() || run.releases.all(first_ignoring, migrating));
  run.note(Code::missing_version,
           id != kCriRuntime && is_certain ? Severity::warning : Severity::info,
           first_of(run, id).key,
           "the file has no version: " +
               std::string(is_grpc           ? "containerd before 2.3 ignores the handlers under "
                           : id == kCriShort ? "containerd 2.0 to 2.2 ignores the handlers under "
                                             : "only containerd 2 guesses that it is made for ") +
               std::string(id),
           is_grpc           ? "write version = 2 as the first line"
           : id == kCriShort ? "write version = 2 as the first line, and the plugin id as \"" +
                                   std::string(kCriGrpc) + "\""
                             : std::string("write version = 3 as the first line"));
}

}  // namespace

void lint_plugin_ids(LintRun& run) {
  if (is_one_id(run.found.handlers)) {
    return;
  }
  const std::set<std::string_view> by_short = runtimes_of(run, kCriShort);
  const std::set<std::string_view> by_grpc = runtimes_of(run, kCriGrpc);
  const std::set<std::string_view> by_new = runtimes_of(run, kCriRuntime);
  for (const auto& [id, names] : {std::pair(kCriShort, &by_short), std::pair(kCriGrpc, &by_grpc)}) {
    if (!names->empty() && !by_new.empty() && run.releases.any({2, 0})) {
      const bool loses = !std::includes(by_new.begin(), by_new.end(), names->begin(), names->end());
      tell_of_both(run, id, kCriRuntime, loses ? Severity::warning : Severity::info,
                   "containerd 2 drops those under " + std::string(id));
    }
  }
  if (!by_short.empty() && !by_grpc.empty()) {
    tell_of_both(run, kCriShort, kCriGrpc, Severity::warning,
                 version_of(run.document) >= 2
                     ? "containerd 1 refuses the first in a file of version 2, 2 ignores it"
                     : "containerd 1 reads only the first in a file without version, 2 either");
  }
}

bool may_have_behind_a_header(const Document& document, std::string_view key) {
  const std::string_view text = document.source().bytes();
  const std::size_t header = text.find('[');
  return header != std::string_view::npos && text.find(key, header) != std::string_view::npos;
}

std::vector<Entry> misplaced_root_keys(const Document& document, const Definitions& handlers) {
  const bool may_have = std::any_of(kRootKeys.begin(), kRootKeys.end(), [&](std::string_view key) {
    return may_have_behind_a_header(document, key);
  });
  return may_have ? MisplacedKeys(document, handlers).find() : std::vector<Entry>();
}

void lint_disabled(LintRun& run) {
  if (run.is_viewed || run.releases.are_known() || run.found.handlers.empty()) {
    return;
  }
  for (const Entry& list : entries_named(run.document.root(), "disabled_plugins")) {
    for (const Node& plugin : list.value.elements()) {
      if (is_cri(plugin.string().value_or(""))) {
        run.note(Code::cri_disabled, Severity::warning, plugin.span(),
                 "the CRI plugin is disabled here: no handler is served to Kubernetes",
                 "remove it from disabled_plugins");
      }
    }
  }
}

void lint_root_keys(LintRun& run) {
  const bool is_ours = run.is_loaded || !run.found.handlers.empty();
  // A template's version may be a directive's, such as k3s' base template.
  const bool lacks_version = !run.found.handlers.empty() && run.document.go_template() == nullptr &&
                             entries_named(run.document.root(), "version").empty();
  bool is_misplaced = false;
  for (const Entry& entry : misplaced_root_keys(run.document, run.found)) {
    const bool is_version = entry.value.integer().has_value();
    if (is_version ? !lacks_version
                   : !is_ours || !run.is_certain(entry) || entry.name == "imports") {
      continue;  // of imports tells who knows the files
    }
    run.note(is_version ? Code::misplaced_version : Code::misplaced_disabled_plugins,
             Severity::warning, entry.key(),
             run.shown(entry) +
                 " stands below a table header and belongs to that table: the file has none",
             "move it to the top of the file, above the first header");
    is_misplaced = is_misplaced || is_version;
  }
  if (run.is_main && lacks_version && !is_misplaced) {
    tell_of_missing_version(run);
  }
}

}  // namespace katafix
