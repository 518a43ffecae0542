#include "engine_print.hpp"

#include "katafix/engine/definition.hpp"

#include "installed.hpp"
#include "log.hpp"
#include "node/knowledge.hpp"
#include "process.hpp"
#include "program.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace katafix {

namespace {

constexpr std::chrono::seconds kPrintLimit{30};
constexpr std::size_t kMaxPrint = kMaxFileSize;

/// A handler in an engine's print.
struct Printed {
  bool has_flag = false;
  std::optional<bool> is_kata;  ///< nothing where it is not said what runs

  friend bool operator==(const Printed&, const Printed&) = default;
};

/// What an engine prints of a copy.
struct Print {
  std::string refusal;  ///< "exited with status 1", ...; empty when it has printed its config
  std::string words;    ///< what it says to that
  std::map<std::string, Printed, std::less<>> handlers;

  [[nodiscard]] const Printed* find(std::string_view name) const {
    const auto found = handlers.find(name);
    return found == handlers.end() ? nullptr : &found->second;
  }
};

/// The handlers of a print. Throws Error where it is not TOML.
std::map<std::string, Printed, std::less<>> handlers_in(std::string text, Engine engine,
                                                        const Selection& selection) {
  if (text.size() == kMaxPrint) {
    throw Error(Code::too_large, "", "it is too long");
  }
  const Source source("", std::move(text));
  const Document document(source);
  const Definitions found = find_definitions(document, engine);
  std::map<std::string, Printed, std::less<>> handlers;
  for (const Definition& handler : found.handlers) {
    Printed& printed = handlers[handler.name];
    printed.has_flag = handler.flag_is_set();
    if (handler.has_identity()) {
      printed.is_kata = judge(handler, found, selection).kata == Kata::yes;
    }
  }
  return handlers;
}

class Hearing {
 public:
  Hearing(const PlannedTree& planned, const Selection& selection)
      : planned_(planned),
        tree_(planned.tree),
        selection_(selection),
        name_(engine_name(planned.tree.engine)) {}

  std::vector<Finding> run(const PrivateCopy& before) && {
    try {
      const Print was = print(before);
      const Print becomes = print(planned_.after);
      if (!becomes.refusal.empty()) {
        tell_of_refusal(was, becomes);
      } else {
        judge_after(was, becomes);
      }
      compare_with_views(was);
    } catch (const Error& error) {
      tell(Code::not_validated, Severity::warning,
           "what " + name_ + " prints of its config cannot be read: " + error.what(),
           "--validate CMD asks another program");
    }
    return std::move(findings_);
  }

 private:
  [[nodiscard]] std::vector<std::string> command(const PrivateCopy& copy) const {
    std::vector<std::string> words{engine_binary(tree_), "--config", copy.path_of(tree_.main)};
    if (tree_.engine == Engine::containerd) {
      words.insert(words.end(), {"config", "dump"});
    } else {
      words.insert(
          words.end(),
          {"--config-dir", tree_.drop_ins.empty() ? "" : copy.path_of(tree_.drop_ins), "config"});
    }
    return words;
  }

  [[nodiscard]] Print print(const PrivateCopy& copy) const {
    Outcome outcome = run_own_program(command(copy), kPrintLimit, kMaxPrint);
    if (outcome.has_succeeded()) {
      return {{}, {}, handlers_in(std::move(outcome.out), tree_.engine, selection_)};
    }
    return {
        std::move(outcome.failure), last_lines(copy.about_the_node(std::move(outcome.err))), {}};
  }

  Finding& tell(Code code, Severity severity, std::string message, std::string advice) {
    return findings_.emplace_back(
        finding_on_file(code, severity, planned_.changed, std::move(message), std::move(advice)));
  }

  void fail(const std::string& what) {
    tell(Code::validation_failed, Severity::error, "by " + name_ + "'s own print " + what,
         without_its_word());
  }

  [[nodiscard]] std::string without_its_word() const {
    return "katafix diff shows what was to change; --validate none does it without " + name_ +
           "'s word";
  }

  void tell_of_refusal(const Print& was, const Print& becomes) {
    if (was.refusal.empty()) {
      tell(Code::validation_failed, Severity::error,
           name_ + " takes the files as they are, and would not with the change: it " +
               becomes.refusal,
           without_its_word())
          .output = becomes.words;
      return;
    }
    Finding& told =
        tell(Code::engine_refuses, Severity::warning,
             name_ + " refuses these files, with the change and without it: it " + becomes.refusal,
             "mend what it tells of: as they are, " + name_ + " will not start again");
    told.file = tree_.main;
    told.output = becomes.words;
  }

  /// All but the fixed handlers must be as they were, as far as that is known.
  void judge_after(const Print& was, const Print& becomes) {
    for (const auto& [name, handler] : becomes.handlers) {
      const Printed* const before = was.find(name);
      const bool is_kata = handler.is_kata.value_or(planned_.fixed.contains(name));
      if (is_kata && !handler.has_flag) {
        fail("the Kata handler " + name + " would not have the flag");
      } else if (!is_kata && (before == nullptr ? was.refusal.empty() : *before != handler)) {
        fail("the handler " + name + ", which is not Kata, would change");
      }
    }
    for (const auto& [name, handler] : was.handlers) {
      if (becomes.find(name) == nullptr) {
        fail("the handler " + name + " would be gone");
      }
    }
    for (const std::string& name : planned_.fixed) {
      if (was.find(name) == nullptr && becomes.find(name) == nullptr && is_viewed(name)) {
        fail("there is no Kata handler " + name);
      }
    }
  }

  /// Should it be in the print? CRI-O prints names without quotes: one with a dot is a table's.
  [[nodiscard]] bool is_viewed(const std::string& name) const {
    const bool is_lost = tree_.engine == Engine::crio && name.find('.') != std::string::npos;
    return !is_lost && std::ranges::any_of(planned_.views, [&](const Effective* view) {
      return view->handlers.contains(name);
    });
  }

  /// What we assume of the files as they are is settled by what the engine prints.
  void compare_with_views(const Print& was) {
    for (const auto& [name, handler] : was.handlers) {
      const ViewedHandler* ours = nullptr;
      bool is_ours_kata = false;
      bool agrees = false;
      for (const Effective* const view : planned_.views) {
        if (const ViewedHandler* const found = view->handlers.find(name)) {
          ours = found;
          is_ours_kata = judge_merged(*view, name, selection_).has_value();
          agrees = agrees || (ours->flag == handler.has_flag &&
                              is_ours_kata == handler.is_kata.value_or(is_ours_kata));
        }
      }
      if (ours != nullptr && !agrees) {
        const auto as = [](bool is_kata, bool has_flag) {
          return std::string(is_kata ? "Kata" : "not Kata") + (has_flag ? ", with" : ", without") +
                 " the flag";
        };
        tell(Code::view_differs, Severity::warning,
             "katafix sees the handler " + name + " as " + as(is_ours_kata, ours->flag) + ", and " +
                 name_ + "'s own print shows it as " +
                 as(handler.is_kata.value_or(is_ours_kata), handler.has_flag) +
                 ": that is believed",
             "this is a bug of katafix: please report it, with these files")
            .file = tree_.main;
      }
    }
  }

  const PlannedTree& planned_;
  const EngineTree& tree_;
  const Selection& selection_;
  std::string name_;
  std::vector<Finding> findings_;
};

}  // namespace

bool can_print(const EngineTree& tree) {
  const std::string binary = engine_binary(tree);
  const Program program = find_program(binary);
  if (program.path.empty()) {
    debug(tree.main + ": no engine is asked for its own print" +
          (program.distrusted.empty() ? "" : ": " + program.distrusted));
  }
  return !program.path.empty();
}

std::vector<Finding> hear_engine(const PlannedTree& planned, NodeFiles& files,
                                 const Selection& selection) {
  debug(planned.tree.main + ": asking " + engine_binary(planned.tree) + " for its own print");
  const PrivateCopy before(files, planned.tree);
  return Hearing(planned, selection).run(before);
}

}  // namespace katafix
