#include "katafix/engine/kata_rules.hpp"
#include "katafix/engine/spelling.hpp"
#include "katafix/engine/tables.hpp"

#include "lint_run.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

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
  void table(const Node& table, Level place, const Entry* of) {
    for (const Entry& entry : table.entries()) {
      if (is_misplaced(entry, place) && run_.is_certain(entry)) {
        tell(entry, place, of == nullptr ? std::string() : run_.shown(*of));
      } else if (place == Level::containerd) {
        tell_of_shim(entry);
      }
      enter(entry, entry.value, place);
    }
  }

 private:
  void enter(const Entry& entry, const Node& value, Level from) {
    if (value.is_array()) {
      for (const Node& element : value.elements()) {
        enter(entry, element, from);
      }
      return;
    }
    if (!value.is_table()) {
      return;
    }
    const Level place = level_below(from, entry.name, run_.engine);
    if (is_no_concern(from, place)) {
      return;
    }
    if (place == Level::plugin) {
      plugin_ = entry.name;
    } else if (place == Level::handler) {
      handler_ = entry;
    }
    table(value, place, &entry);
  }

  /// Another plugin's, the other engine's, or told of by the other engine's run.
  [[nodiscard]] bool is_no_concern(Level from, Level place) const {
    return place == Level::unrelated ||
           place == (run_.engine == Engine::crio ? Level::plugins : Level::crio) ||
           (from == Level::root && place == Level::elsewhere && !tells_elsewhere_);
  }

  [[nodiscard]] bool is_misplaced(const Entry& entry, Level place) const {
    if (!same_in_any_case(entry.name, kFlag, run_.engine) || place == Level::handler ||
        (place == Level::root && !tells_elsewhere_)) {
      return false;
    }
    // A table there is a handler of that name.
    return place != Level::runtimes || !(entry.value.is_table() || entry.is_structure());
  }

  void tell(const Entry& entry, Level place, const std::string& table) {
    std::string message = run_.shown(entry);
    std::string advice = "write it in each Kata handler's own table, such as " + header();
    if (place == Level::root) {
      message += " stands above all tables, where no engine reads it";
    } else if (place == Level::runtimes) {
      message += " stands in the table runtimes, where it would be a handler: " +
                 std::string(run_.engine == Engine::crio ? "CRI-O" : "containerd") +
                 " refuses such a file";
    } else if (place != Level::below_handler && place != Level::options) {
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
    const std::string_view value = entry.value.string().value_or("");
    HandlerValues values;
    if (same_in_any_case(entry.name, "runtime_type", run_.engine)) {
      values.runtime_type = value;
    } else if (same_in_any_case(entry.name, "runtime_path", run_.engine)) {
      values.runtime_path = value;
    } else {
      return;
    }
    if (run_.is_certain(entry) && judge(run_.engine, "", values, {})) {
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

void lint_places(LintRun& run) { Walk(run).table(run.document.root(), Level::root, nullptr); }

}  // namespace katafix
