#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/engine/release.hpp"

#include "value.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace katafix {

/// The ids of the plugins that serve CRI.
inline constexpr std::string_view kCriShort = "cri";                       ///< config version 1
inline constexpr std::string_view kCriGrpc = "io.containerd.grpc.v1.cri";  ///< version 2
inline constexpr std::string_view kCriRuntime = "io.containerd.cri.v1.runtime";  ///< 3 and 4
inline constexpr std::string_view kCriImages = "io.containerd.cri.v1.images";

/// Those that have handlers.
inline constexpr std::array<std::string_view, 3> kCriIds = {kCriShort, kCriGrpc, kCriRuntime};

/// Is no pod served without this plugin? Since 2.0 that holds for the images', too (containerd
/// plugins/cri/cri.go initCRIService @v2.1.9).
[[nodiscard]] constexpr bool is_cri(std::string_view id) {
  return id == kCriImages || std::find(kCriIds.begin(), kCriIds.end(), id) != kCriIds.end();
}

/// Where a table stands, seen from the handlers.
enum class Level {
  root,
  plugins,     ///< containerd's
  plugin,      ///< CRI's
  containerd,  ///< in it
  crio,
  runtime,
  runtimes,
  handler,
  options,        ///< a handler's
  below_handler,  ///< anything else in one
  elsewhere,      ///< in none of them, but no other program's either
  unrelated,      ///< another plugin's
};

/// The level of the table that a name leads to, in any case but for plugin ids and handlers:
/// - containerd: P.containerd.{runtimes.NAME, default_runtime, untrusted_workload_runtime} for P in
///   plugins.{cri, "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime"}, whatever the
///   file's version (containerd pkg/cri/config/config.go @v1.6.20, internal/cri/config @v2.1.9);
/// - CRI-O: crio.runtime.runtimes.NAME (cri-o pkg/config/config.go).
[[nodiscard]] Level level_below(Level from, std::string_view name, Engine engine);

/// The same for an entry of a document: a plugin's id that a template makes may be CRI's.
[[nodiscard]] Level level_below(Level from, const Entry& entry, const Document& document,
                                Engine engine);

/// Does a key at a level stand for a field that some release of an engine has?
[[nodiscard]] bool is_field(Level level, std::string_view name, Engine engine);

/// Does an engine read a key of a table at such a level, or does it lead to what is read?
[[nodiscard]] bool is_read(Level level, std::string_view name, Engine engine);

/// Throws Error (Code::engine_refuses) for a value of another type than this release decodes, in a
/// table and in those below it that lead to handlers, and in the handlers' own fields. Other keys
/// do not matter: they are the engine's own question.
void check_types(const Value& table, Level level, const Release& release);

/// Has the value of that name in a table the wrong type for any release? Nearly no file has one.
[[nodiscard]] bool has_odd_type(std::string_view name, const Value& value, Level level,
                                Engine engine);

}  // namespace katafix
