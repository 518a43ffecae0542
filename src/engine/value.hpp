#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/text/source.hpp"
#include "katafix/toml/document.hpp"

#include "shared_map.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// Where something was written. The source outlives what refers to it.
struct Origin {
  const Source* source = nullptr;  ///< null for what no file says
  std::size_t offset = 0;

  [[nodiscard]] bool is_known() const { return source != nullptr; }
  friend bool operator==(const Origin&, const Origin&) = default;

  /// The file's path; empty for what no file says.
  [[nodiscard]] std::string file() const { return is_known() ? source->path() : std::string(); }
  /// 1-based; 0 for what no file says.
  [[nodiscard]] std::size_t line() const { return is_known() ? source->line_of(offset) : 0; }
};

/// A TOML value that can be merged with those of other files, and knows where it comes from. Names
/// and strings are those of the document, which outlives it.
struct Value {
  Kind kind = Kind::table;
  bool boolean = false;
  std::int64_t integer = 0;
  std::string_view string;                     ///< decoded
  std::vector<Value> elements;                 ///< of an array
  SharedMap<std::string_view, Value> entries;  ///< of a table, in byte order of the names
  Origin origin;  ///< a table's header; otherwise the key, or an array's element itself
  bool has_odd_types = false;  ///< of a file's tree: see check_types()

  [[nodiscard]] bool is_table() const { return kind == Kind::table; }
  /// The entry of a table, or null.
  [[nodiscard]] const Value* find(std::string_view name) const;
};

/// A document's tree, as far as an engine reads it on the way to its handlers.
[[nodiscard]] Value to_value(const Document& document, Engine engine);

/// A file's tree with the flag true at each of these paths. One that was not there counts as
/// written where its handler is.
[[nodiscard]] Value with_flags(Value tree, const std::vector<KeyPath>& paths);

/// Adds `from` to the table `to`: tables are merged entry by entry, anything else is replaced.
void merge_deeply(Value& to, const Value& from);

/// "a string", "an integer", ...
[[nodiscard]] std::string_view kind_name(Kind kind);

}  // namespace katafix
