#pragma once

#include "katafix/engine/containerd_rules.hpp"
#include "katafix/engine/value.hpp"

#include <span>
#include <string_view>

namespace katafix {

/// What a field of containerd's configuration holds.
enum class Shape {
  boolean,
  integer,
  string,
  strings,     ///< an array of them
  string_map,  ///< a table of them
  any_table,   ///< a table of anything
  table,       ///< a table with fields of its own
  table_map,   ///< a table of such tables
  plugin_map,  ///< a table whose entries are tables where the release wants that
};

/// A field of a table, and in which releases.
struct Field {
  std::string_view name;
  Shape shape = Shape::string;
  std::span<const Field> fields = {};  ///< of a table, or of each table of a map
  int since = 0;                       ///< a generation, as in ContainerdRules
  int until = 999;
  bool embedded = false;  ///< go-toml 1 looks for its fields in the outer table when it is missing
};

/// A file's top level (services/server/config/config.go @v1.7.27 and
/// cmd/containerd/server/config/config.go @v2.3.4).
[[nodiscard]] std::span<const Field> containerd_fields();
/// The CRI plugin of 1.x (pkg/cri/config/config.go @v1.7.27).
[[nodiscard]] std::span<const Field> cri_fields();
/// io.containerd.cri.v1.runtime of 2.x (internal/cri/config/config.go @v2.1.9).
[[nodiscard]] std::span<const Field> cri_runtime_fields();
/// io.containerd.cri.v1.images of 2.x.
[[nodiscard]] std::span<const Field> cri_image_fields();
/// What is left of io.containerd.grpc.v1.cri in 2.x.
[[nodiscard]] std::span<const Field> cri_server_fields();

/// Throws Error (Code::engine_refuses) when a field's value has a type that containerd refuses.
/// Keys that are no field do not matter.
void check_fields(const Value& table, std::span<const Field> fields, const ContainerdRules& rules);

/// The same for a value that must be a table with these fields.
void check_table(const Value& value, std::string_view name, std::span<const Field> fields,
                 const ContainerdRules& rules);

}  // namespace katafix
