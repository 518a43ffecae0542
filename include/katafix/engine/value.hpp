#pragma once

#include "katafix/text/source.hpp"
#include "katafix/toml/document.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// Where something was written. The source outlives what refers to it.
struct Origin {
  const Source* source = nullptr;  ///< null for what no file says
  std::size_t offset = 0;

  [[nodiscard]] std::size_t line() const { return source == nullptr ? 0 : source->line_of(offset); }
};

/// A TOML value that can be merged with those of other files, and knows where it comes from.
struct Value {
  Kind kind = Kind::table;
  bool boolean = false;
  std::int64_t integer = 0;
  std::string string;                                 ///< decoded
  std::vector<Value> elements;                        ///< of an array
  std::map<std::string, Value, std::less<>> entries;  ///< of a table, in byte order of the names
  Origin origin;  ///< a table's header; otherwise the key, or an array's element itself

  [[nodiscard]] bool is_table() const { return kind == Kind::table; }
  /// The entry of a table, or null.
  [[nodiscard]] const Value* find(std::string_view name) const;
};

/// A document's tree.
[[nodiscard]] Value to_value(const Document& document);

/// Adds `from` to the table `to`: tables are merged entry by entry, anything else is replaced.
void merge_deeply(Value& to, Value from);

/// "a string", "an integer", ...
[[nodiscard]] std::string_view kind_name(Kind kind);

}  // namespace katafix
