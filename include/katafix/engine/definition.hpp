#pragma once

#include "katafix/toml/document.hpp"

#include <compare>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

enum class Engine { containerd, crio };

/// "containerd" or "crio".
[[nodiscard]] std::string_view engine_name(Engine engine);

/// Which handler: several tables may define it.
struct HandlerId {
  Engine engine = Engine::containerd;
  std::string name;

  friend auto operator<=>(const HandlerId&, const HandlerId&) = default;
};

/// The key that every Kata handler needs.
inline constexpr std::string_view kFlag = "privileged_without_host_devices";
/// What gives a privileged container all devices again, and needs the flag.
inline constexpr std::string_view kAllDevicesAllowed =
    "privileged_without_host_devices_all_devices_allowed";

/// A string in a handler's table that says what it runs.
struct Setting {
  std::string_view name;   ///< as engines' docs spell it: see Definition::settings
  std::string_view value;  ///< decoded, directives masked; never empty
  std::string_view shown;  ///< as a person knows it
  Span key;
  Span token;  ///< the value as written
};

/// The flag in a handler's table, in any spelling.
struct Flag {
  std::string_view name;  ///< decoded, as spelled in the file
  Span key;
  Span token;
  bool is_true = false;
  bool is_structure = false;  ///< a table or an array of tables: nothing that could be replaced
};

/// One place that defines a handler. It looks into its Document, and is valid as long as that.
struct Definition {
  Engine engine = Engine::containerd;
  std::string name;         ///< the handler's, as a person knows it
  Span key;                 ///< its key, where it is first named
  bool in_array = false;    ///< below an array of tables: no engine loads that
  std::vector<Node> chain;  ///< from the root to the handler's table
  KeyPath path;             ///< the names from the root to the handler's table

  /// One of a name at most: "runtime_path", "runtime_type", "runtime_engine", "options.BinaryName",
  /// and "options.Runtime", which io.containerd.runtime.v1.linux reads.
  std::vector<Setting> settings;
  bool inherits_default = false;  ///< CRI-O's inherit_default_runtime
  std::vector<Flag> flags;        ///< in the order of the file
  bool has_other_keys = false;    ///< anything but the flag

  [[nodiscard]] HandlerId id() const { return {engine, name}; }
  [[nodiscard]] const Node& table() const { return chain.back(); }
  /// The header that its entries stand under: the last one on the way from the root.
  [[nodiscard]] std::optional<Span> header() const;
  /// Is the flag the boolean true, in every spelling that is there?
  [[nodiscard]] bool flag_is_set() const;
  /// The setting of that name, or null.
  [[nodiscard]] const Setting* setting(std::string_view which) const;
  /// Does the table say itself what the handler runs?
  [[nodiscard]] bool has_identity() const { return !settings.empty() || inherits_default; }
};

/// The most handlers of an engine in a file: a line of the report, and more, is made for each.
inline constexpr std::size_t kMaxHandlers = 65'536;

/// Can this name what a handler runs? No kernel runs a path of PATH_MAX bytes.
[[nodiscard]] bool can_be_run(std::string_view value);

/// A file's handlers of one engine, in the order of the file, and what concerns them all.
struct Definitions {
  Engine engine = Engine::containerd;
  std::vector<Definition> handlers;
  std::string default_runtime;  ///< CRI-O's; empty when the file does not name one

  /// All places that define a handler of this name, in the order of the file.
  [[nodiscard]] std::span<const Definition* const> named(std::string_view name) const;

  std::vector<const Definition*> by_name;  ///< the handlers, sorted by name
};

/// The handlers of a file, whichever engine's.
struct Handlers {
  Definitions containerd;
  Definitions crio;

  [[nodiscard]] const Definitions& of(Engine engine) const {
    return engine == Engine::containerd ? containerd : crio;
  }
};

/// Finds those of both engines.
[[nodiscard]] Handlers find_handlers(const Document& document);

/// Finds every handler table of an engine: see level_below(). A plugin id that a template makes
/// counts as CRI's.
[[nodiscard]] Definitions find_definitions(const Document& document, Engine engine);

}  // namespace katafix
