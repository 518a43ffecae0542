#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/engine/kata_rules.hpp"
#include "katafix/text/edit.hpp"
#include "katafix/text/finding.hpp"
#include "katafix/text/source.hpp"
#include "katafix/toml/document.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace katafix {

/// What is done at one place that defines a handler.
enum class Action { none, insert, replace, skip, refuse };

[[nodiscard]] std::string_view action_name(Action action);

/// The evidence as a report tells it.
struct EvidenceLine {
  Rule rule = Rule::option;
  std::string key;
  std::string value;
  std::size_t line = 0;
};

/// One place that defines a handler: what it is, and what is done about it.
struct HandlerReport {
  Engine engine = Engine::containerd;
  std::string name;
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  bool kata = false;
  std::optional<EvidenceLine> evidence;
  std::string evidence_from;  ///< the other file and line that show it; the evidence's line is then
                              ///< that of this definition
  std::string flag_before;    ///< "absent", "true", "false", or the wrong token as written
  Action action = Action::none;
  std::string reason;  ///< why it is skipped or refused, or which other file shows it to be Kata
  std::size_t edit_line = 0;  ///< where the edit goes, before any edit; 0 when nothing is edited

  [[nodiscard]] HandlerId id() const { return {engine, name}; }
  /// Does an edit give it the flag?
  [[nodiscard]] bool is_edited() const {
    return action == Action::insert || action == Action::replace;
  }
};

/// What the other files of the node tell about a handler that this file may not show to be Kata.
struct KnownHandler {
  std::optional<EvidenceLine> evidence;  ///< why it is Kata, a line of `file`; nothing: it is not
  std::string file;
  /// What decides its flag once all files are merged: a flag's key, or the handler's table or key,
  /// by its offset.
  std::set<std::pair<const Source*, std::size_t>> deciding_places;
};

struct FixOptions {
  std::optional<Engine> engine = {};  ///< look for this engine's handlers only
  bool is_loaded = false;  ///< by that engine: then a Kata handler of the other is an error
  Selection selection = {};
  std::map<HandlerId, KnownHandler> known = {};
  /// Handlers that run something else once all files are merged: an edit would give that the flag.
  std::set<HandlerId> conflicting = {};
};

/// The plan for one file: `edits` turn its tree into the same tree with the flag true at each
/// handler whose action is insert or replace, and into nothing else.
struct Fix {
  std::vector<HandlerReport> handlers;  ///< in the order of the file
  std::vector<Finding> findings;        ///< severity error: a handler that cannot be fixed here
  std::vector<Edit> edits;              ///< in the order of the file
  std::vector<KeyPath> paths;           ///< the flags that become true, as the document names them
  std::shared_ptr<const Source> after;  ///< nothing without edits; only prove() makes it
};

/// Plans the fix of one file; pure. `handlers` are those of the document.
[[nodiscard]] Fix plan_fix(const Document& document, const Handlers& handlers,
                           const FixOptions& options);

/// Makes the edits of a plan, and proves them: parsed again, the new bytes are the old tree with
/// exactly the planned flags true. Throws Error when they are not.
void prove(const Document& document, Fix& plan);

/// Could a fix have made the second text of the first? It must be the old tree with flags true that
/// were not, at handlers, and nothing else; whichever handlers they are, for those may have been
/// named.
[[nodiscard]] bool could_be_fixed_so(const std::string& path, std::string_view before,
                                     std::string_view after);

/// Plans and proves.
[[nodiscard]] Fix fix(const Document& document, const Handlers& handlers,
                      const FixOptions& options);

}  // namespace katafix
