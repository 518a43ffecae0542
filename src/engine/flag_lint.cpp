#include "katafix/engine/kata_rules.hpp"
#include "katafix/engine/spelling.hpp"

#include "lint_run.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

/// Where a table is, seen from the handlers.
enum class Place {
  root,
  plugins,     // containerd's
  plugin,      // CRI's
  containerd,  // in it
  crio,
  runtime,
  runtimes,
  handler,
  below_handler,
  elsewhere,  // in none of them, but no other program's either
  unrelated,
};

struct Step {
  Place from;
  std::string_view name;
  Place to;
};

constexpr std::array kSteps = {
    Step{Place::root, "plugins", Place::plugins},
    Step{Place::root, "crio", Place::crio},
    Step{Place::plugins, kCriShort, Place::plugin},
    Step{Place::plugins, kCriGrpc, Place::plugin},
    Step{Place::plugins, kCriRuntime, Place::plugin},
    Step{Place::plugins, kCriImages, Place::elsewhere},
    Step{Place::plugin, "containerd", Place::containerd},
    Step{Place::containerd, "runtimes", Place::runtimes},
    Step{Place::containerd, "default_runtime", Place::handler},
    Step{Place::containerd, "untrusted_workload_runtime", Place::handler},
    Step{Place::crio, "runtime", Place::runtime},
    Step{Place::runtime, "runtimes", Place::runtimes},
};

/// The table that a name leads to from another one.
Place place_below(Place from, std::string_view name, Engine engine) {
  const auto* const step = std::find_if(kSteps.begin(), kSteps.end(), [&](const Step& one) {
    return one.from == from &&
           (from == Place::plugins ? name == one.name : same_in_any_case(name, one.name, engine));
  });
  if (step != kSteps.end()) {
    return step->to;
  }
  switch (from) {
    case Place::plugins:
      return Place::unrelated;
    case Place::runtimes:
      return Place::handler;
    case Place::handler:
    case Place::below_handler:
      return Place::below_handler;
    default:
      return Place::elsewhere;
  }
}

/// Walks all tables in which somebody may have thought that an engine reads the flag.
class Walk {
 public:
  explicit Walk(LintRun& run) : run_(run) {
    if (!run.found.handlers.empty() && run.engine == Engine::containerd) {
      plugin_ = run.found.handlers.front().path.at(1);
    }
    // Of a file of both engines containerd's run tells what is in neither's tables.
    tells_elsewhere_ =
        run.engine == Engine::containerd || entries_named(run.document.root(), "plugins").empty();
  }

  /// `of` is the entry that the table is the value of; the root is no entry's.
  void table(const Node& table, Place place, const Entry* of) {
    for (const Entry& entry : table.entries()) {
      if (is_misplaced(entry, place) && run_.is_certain(entry)) {
        tell(entry, place, of == nullptr ? std::string() : run_.shown(*of));
      } else if (place == Place::containerd) {
        tell_of_shim(entry);
      }
      enter(entry, entry.value, place);
    }
  }

 private:
  void enter(const Entry& entry, const Node& value, Place from) {
    if (value.is_array()) {
      for (const Node& element : value.elements()) {
        enter(entry, element, from);
      }
      return;
    }
    if (!value.is_table()) {
      return;
    }
    const Place place = place_below(from, entry.name, run_.engine);
    if (is_no_concern(from, place)) {
      return;
    }
    if (place == Place::plugin) {
      plugin_ = entry.name;
    } else if (place == Place::handler) {
      handler_ = entry;
    }
    table(value, place, &entry);
  }

  /// Another plugin's, the other engine's, or told of by the other engine's run.
  [[nodiscard]] bool is_no_concern(Place from, Place place) const {
    return place == Place::unrelated ||
           place == (run_.engine == Engine::crio ? Place::plugins : Place::crio) ||
           (from == Place::root && place == Place::elsewhere && !tells_elsewhere_);
  }

  [[nodiscard]] bool is_misplaced(const Entry& entry, Place place) const {
    if (!same_in_any_case(entry.name, kFlag, run_.engine) || place == Place::handler ||
        (place == Place::root && !tells_elsewhere_)) {
      return false;
    }
    // A table there is a handler of that name.
    return place != Place::runtimes || !(entry.value.is_table() || entry.is_structure());
  }

  void tell(const Entry& entry, Place place, const std::string& table) {
    std::string message = run_.shown(entry);
    std::string advice = "write it in each Kata handler's own table, such as " + header();
    if (place == Place::root) {
      message += " stands above all tables, where no engine reads it";
    } else if (place == Place::runtimes) {
      message += " stands in the table runtimes, where it would be a handler: " +
                 std::string(run_.engine == Engine::crio ? "CRI-O" : "containerd") +
                 " refuses such a file";
    } else if (place != Place::below_handler) {
      message += " stands in the table " + table + ", where no engine reads it";
    } else {
      message += " stands in " + table + " of the handler " + run_.shown(*handler_) + ", " +
                 why_not(table);
      advice = "move it up into the handler's own table";
    }
    run_.note(Code::flag_misplaced, Severity::warning, entry.key(), std::move(message),
              std::move(advice));
  }

  /// Maps of strings (cri-o pkg/config/config.go RuntimeHandler @v1.28.0 and @v1.32.0).
  [[nodiscard]] std::string why_not(const std::string& table) const {
    if (run_.engine == Engine::crio &&
        same_in_any_case(table, "platform_runtime_paths", run_.engine)) {
      return "where CRI-O since 1.28 refuses what is no string";
    }
    if (run_.engine == Engine::crio &&
        same_in_any_case(table, "default_annotations", run_.engine)) {
      return "where CRI-O since 1.32 refuses what is no string";
    }
    return "where no engine reads it";
  }

  /// runtime_type or runtime_path where it names no handler: kata-containers#10666.
  void tell_of_shim(const Entry& entry) {
    const std::string value(entry.value.string().value_or(""));
    HandlerValues values{};
    if (same_in_any_case(entry.name, "runtime_type", run_.engine)) {
      values.runtime_type = value;
    } else if (same_in_any_case(entry.name, "runtime_path", run_.engine)) {
      values.runtime_path = value;
    } else {
      return;
    }
    if (run_.is_certain(entry) && judge(values, {})) {
      run_.note(Code::flag_misplaced, Severity::warning, entry.key(),
                run_.shown(entry) +
                    " names Kata's shim in the table containerd, where it makes no "
                    "handler",
                "define a handler with it and the flag, in a table such as " + header());
    }
  }

  [[nodiscard]] std::string header() const {
    if (run_.engine == Engine::crio) {
      return "[crio.runtime.runtimes.NAME]";
    }
    const std::string id(plugin_ == kCriShort ? plugin_ : '"' + plugin_ + '"');
    return "[plugins." + id + ".containerd.runtimes.NAME]";
  }

  LintRun& run_;
  std::string plugin_{kCriGrpc};
  std::optional<Entry> handler_;  ///< the last one on the way
  bool tells_elsewhere_ = true;
};

}  // namespace

void lint_places(LintRun& run) { Walk(run).table(run.document.root(), Place::root, nullptr); }

}  // namespace katafix
