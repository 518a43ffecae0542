#pragma once

#include "katafix/engine/definition.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// How a handler was recognised; the rules are tried in this order.
enum class Rule { shim_path, shim_type, kata_runtime, vm, name, option };

/// The rule's name in reports: "shim-path", "shim-type", ...
[[nodiscard]] std::string_view rule_name(Rule rule);

/// A pattern for the names of handlers: fnmatch(3)'s, case-sensitive.
struct Pattern {
  std::string glob;
  std::string file = {};  ///< the policy that has it; empty for the command line
};

/// Which handlers the user named.
struct Selection {
  std::vector<Pattern> handlers;  ///< --handler: Kata whatever their shim is called
  std::vector<Pattern> skip;      ///< --skip: never touched
};

/// Why a handler is taken for Kata.
struct Evidence {
  Rule rule = Rule::option;
  std::string key;            ///< empty for the rules `name` and `option`
  std::string value;          ///< what the key says, or the handler's name
  Span where;                 ///< the key, or where the handler is named
  bool in_own_table = false;  ///< an entry of the handler's own table: the edit's anchor
};

enum class Kata {
  no,
  yes,
  skipped,     ///< it would be, but --skip or the never-list has it
  doubtful,    ///< only its name or its annotations say so
  unresolved,  ///< CRI-O's default handler decides, and is not in view
};

struct Verdict {
  Kata kata = Kata::no;
  std::optional<Evidence> evidence;  ///< always there for `yes`, perhaps for `skipped`
  std::string reason;                ///< for people
  bool never = false;                ///< it runs a runtime of the never-list
};

/// Judges one handler by what its table says. `peers` are the handlers in view: CRI-O's
/// inherit_default_runtime takes path and type from the default handler among them
/// (cri-o pkg/config/config.go ValidateRuntimes; crun since 1.31).
[[nodiscard]] Verdict judge(const Definition& handler, const Definitions& peers,
                            const Selection& selection);

/// What a handler runs in the end, whichever files say so. Empty for what none says.
struct HandlerValues {
  std::string_view runtime_type;
  std::string_view runtime_path;
  std::string_view runtime_engine;
  std::string_view binary_name;      ///< options.BinaryName
  std::string_view options_runtime;  ///< options.Runtime

  friend bool operator==(const HandlerValues&, const HandlerValues&) = default;

  /// What people know it by: the path or, where there is none, the type.
  [[nodiscard]] std::string_view runtime() const {
    const std::string_view named = runtime_path.empty() ? runtime_type : runtime_path;
    return named.empty() ? "nothing that is named" : named;
  }
  [[nodiscard]] bool are_empty() const { return *this == HandlerValues(); }
};

/// Why a handler of this name with these values is Kata, by the same rules; nothing when it is not.
[[nodiscard]] std::optional<Evidence> judge(Engine engine, std::string_view name,
                                            const HandlerValues& values,
                                            const Selection& selection);

/// Is this binary on the never-list: runc, crun, ..., NVIDIA's, their containerd-shim-..., alone or
/// followed by `-` or `.`?
[[nodiscard]] bool is_never_kata(std::string_view binary);

/// Does a --handler or --skip pattern name this handler?
[[nodiscard]] bool names(const std::string& pattern, const std::string& handler);
/// The first that does; null when none does.
[[nodiscard]] const Pattern* find_naming(const std::vector<Pattern>& patterns,
                                         const std::string& handler);

}  // namespace katafix
