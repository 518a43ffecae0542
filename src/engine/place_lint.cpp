#include "katafix/engine/kata_rules.hpp"

#include "lint_run.hpp"
#include "spelling.hpp"
#include "tables.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace katafix {

namespace {

/// A key as a header has it.
std::string as_key(const std::string& name) {
  const bool is_bare = !name.empty() && std::all_of(name.begin(), name.end(), [](char byte) {
    return (std::isalnum(static_cast<unsigned char>(byte)) != 0) || byte == '_' || byte == '-';
  });
  std::string quoted = "\"";
  for (const char byte : name) {
    quoted.append(byte == '"' || byte == '\\' ? "\\" : "").append(1, byte);
  }
  return is_bare ? name : quoted + '"';
}

/// Is this a step on an engine's way to its handlers, or nearly one?
bool is_step(const std::string& name) {
  constexpr std::array<std::string_view, 6> steps = {"plugins",  "cri",  "containerd",
                                                     "runtimes", "crio", "runtime"};
  return std::any_of(steps.begin(), steps.end(), [&](std::string_view step) {
    return name.size() < 2 * step.size() && edit_distance(name, step) <= 1;
  });
}

/// Adds what an entry of a table tells of what a handler runs.
void read(const Entry& entry, Engine engine, HandlerValues& values) {
  const auto keep = [engine](const Entry& from, std::string_view name, std::string_view& value) {
    if (same_in_any_case(from.name, name, engine)) {
      value = from.value.string().value_or(value);
    }
  };
  keep(entry, "runtime_type", values.runtime_type);
  keep(entry, "runtime_path", values.runtime_path);
  keep(entry, "runtime_engine", values.runtime_engine);
  if (entry.value.is_table() && same_in_any_case(entry.name, "options", engine)) {
    for (const Entry& option : entry.value.entries()) {
      keep(option, "BinaryName", values.binary_name);
    }
  }
}

/// Walks all tables in which somebody may have thought that an engine reads the flag or a handler.
class Walk {
 public:
  explicit Walk(LintRun& run) : run_(run) {
    if (version_of(run.document) >= 3) {
      plugin_ = kCriRuntime;
    }
    if (!run.found.handlers.empty() && run.engine == Engine::containerd) {
      plugin_ = run.found.handlers.front().path.at(1);
    }
    // Of a file of both engines containerd's run tells what is in neither's tables.
    tells_elsewhere_ =
        run.engine == Engine::containerd || entries_named(run.document.root(), "plugins").empty();
  }

  /// `of` is the entry that the table is the value of; the root is no entry's.
  void table(const Node& table, Level place, const Entry* of) {
    HandlerValues values;
    std::vector<Entry> flags;
    std::optional<Entry> first;
    for (const Entry& entry : table.entries()) {
      if (is_misplaced(entry, place) && run_.is_certain(entry)) {
        flags.push_back(entry);
      } else if (place != Level::handler) {
        read(entry, run_.engine, values);
        first = !first && !values.are_empty() ? entry : first;
      }
      enter(entry, entry.value, place);
    }
    if (first && tell_of_handler(values, place, of == nullptr ? *first : *of)) {
      return;  // its flag will be right with the header
    }
    for (const Entry& flag : flags) {
      tell(flag, place);
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
    const Level place = level_below(from, entry, run_.document, run_.engine);
    if (is_no_concern(from, place)) {
      return;
    }
    if (place == Level::plugin) {
      plugin_ = run_.shown(entry);
    } else if (place == Level::handler) {
      handler_ = path_.size();
    }
    path_.push_back(entry);
    table(value, place, &entry);
    path_.pop_back();
  }

  /// The other engine's, or told of by the other engine's run.
  [[nodiscard]] bool is_no_concern(Level from, Level place) const {
    return place == (run_.engine == Engine::crio ? Level::plugins : Level::crio) ||
           (from == Level::root && place == Level::elsewhere && !tells_elsewhere_);
  }

  [[nodiscard]] bool is_misplaced(const Entry& entry, Level place) const {
    if (!same_in_any_case(entry.name, kFlag, run_.engine) || place == Level::handler ||
        place == Level::unrelated || (place == Level::root && !tells_elsewhere_)) {
      return false;
    }
    // A table there is a handler of that name.
    return place != Level::runtimes || !(entry.value.is_table() || entry.is_structure());
  }

  void tell(const Entry& entry, Level place) {
    const std::string table = path_.empty() ? "" : shown(path_.size() - 1);
    std::string message = run_.shown(entry);
    std::string advice = "write it in each Kata handler's own table, such as " +
                         header(run_.engine, "NAME", plugin_);
    if (place == Level::root) {
      message += " stands above all tables, where no engine reads it";
    } else if (place == Level::runtimes) {
      message += " stands in the table runtimes, where it would be a handler: " +
                 std::string(run_.engine == Engine::crio ? "CRI-O" : "containerd") +
                 " refuses such a file";
    } else if (place != Level::below_handler && place != Level::options) {
      message += " stands in the table " + table + ", where no engine reads it";
    } else {
      message +=
          " stands in " + table + " of the handler " + shown(handler_) + ", " + why_not(table);
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

  /// Tells of a table that shows by its values to be Kata's, where no engine looks for handlers;
  /// `at` is where it is named, or the entry that shows it where it is the root.
  bool tell_of_handler(const HandlerValues& values, Level place, const Entry& at) {
    const Engine engine = is_crios() ? Engine::crio : Engine::containerd;
    const std::string name = name_meant(place);
    const auto evidence = judge(engine, name, values, {});
    const bool is_platform =  // of the images plugin
        std::any_of(path_.begin(), path_.end(),
                    [](const Entry& step) { return step.name == "runtime_platforms"; });
    if (!evidence || evidence->rule == Rule::name || !is_ours() || is_platform ||
        !run_.is_certain(at)) {
      return false;
    }
    std::string table;
    for (std::size_t step = 0; step < path_.size(); ++step) {
      table += (table.empty() ? "" : ".") + as_key(shown(step));
    }
    if (around(place).value_or(Kata::no) != Kata::no) {
      run_.note(Code::misplaced_handler, Severity::warning, at.key(),
                "the " + evidence->key + " in the table " + table +
                    " is read by no engine: the handler's own table says what it runs",
                "remove it");
      return true;
    }
    // Without its quotes, or nearly so.
    const bool is_new = in_small_letters(table).find("cri.v1.runtime") != std::string::npos;
    const bool is_skipped = find_naming(run_.skip, name) != nullptr;
    run_.note(Code::misplaced_handler,
              is_skipped       ? Severity::info
              : run_.is_loaded ? Severity::error
                               : Severity::warning,
              at.key(),
              (table.empty() ? "what stands above all tables" : "the table " + table) +
                  " is Kata's by its " + evidence->key +
                  ", but no engine looks there for a handler",
              (table.empty() ? "write this header above it: " : "write its header as ") +
                  header(engine, name, is_new ? std::string(kCriRuntime) : plugin_));
    run_.findings.back().skipped = is_skipped ? name : "";
    return true;
  }

  /// What the handler around is by what it says itself; nothing where it says nothing.
  [[nodiscard]] std::optional<Kata> around(Level place) const {
    if (place == Level::options || place == Level::below_handler) {
      for (const Definition* handler : run_.found.named(shown(handler_))) {
        if (handler->has_identity()) {
          return judge(*handler, run_.found, {}).kata;
        }
      }
    }
    return std::nullopt;
  }

  /// A step of the path as a person knows it.
  [[nodiscard]] std::string shown(std::size_t step) const { return run_.shown(path_[step]); }

  /// The name of the handler that a table at hand was to be.
  [[nodiscard]] std::string name_meant(Level place) const {
    if (place == Level::options) {
      return shown(handler_);
    }
    if (place == Level::below_handler && !around(place)) {  // a dot in its name, and no quotes
      std::size_t step = handler_;
      while (step + 1 < path_.size() && is_step(shown(step))) {
        ++step;
      }
      std::string name = shown(step);
      while (++step < path_.size()) {
        name += '.' + shown(step);
      }
      return name;
    }
    const std::string last = path_.empty() ? "" : shown(path_.size() - 1);
    if (path_.empty() || is_step(last)) {
      return "NAME";
    }
    // Several tables in one pair of quotes.
    constexpr std::string_view runtimes = "runtimes.";
    const std::size_t at = last.rfind(runtimes);
    return at == std::string::npos ? last : last.substr(at + runtimes.size());
  }

  [[nodiscard]] bool is_crios() const {
    const std::string first = path_.empty() ? "" : shown(0);
    return run_.engine == Engine::crio || first == "runtime" ||
           (first != "cri" && edit_distance(first, "crio") <= 1);
  }

  /// Other programs' files may have such keys, too.
  [[nodiscard]] bool is_ours() const {
    return run_.is_loaded || (path_.size() > 1 && is_step(shown(0))) ||
           !entries_named(run_.document.root(), "plugins").empty() ||
           !entries_named(run_.document.root(), "crio", Engine::crio).empty();
  }

  static std::string header(Engine engine, const std::string& name, const std::string& id) {
    return engine == Engine::crio
               ? "[crio.runtime.runtimes." + as_key(name) + "]"
               : "[plugins." + as_key(id) + ".containerd.runtimes." + as_key(name) + "]";
  }

  LintRun& run_;
  std::string plugin_{kCriGrpc};
  std::vector<Entry> path_;  ///< from the root to the table at hand
  std::size_t handler_ = 0;  ///< where the last handler stands in such a path
  bool tells_elsewhere_ = true;
};

}  // namespace

void lint_places(LintRun& run) { Walk(run).table(run.document.root(), Level::root, nullptr); }

}  // namespace katafix
