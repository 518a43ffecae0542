#pragma once

#include "katafix/toml/document.hpp"

#include <string_view>

namespace katafix {

/// The types that BurntSushi/toml tells apart.
enum class CrioKind { table, array, string, boolean, integer, floating, date_time };

/// A value as written.
[[nodiscard]] std::string_view crio_token(const Document& document, const Node& value);

[[nodiscard]] CrioKind crio_kind(const Document& document, const Node& value);

/// "a table", "a boolean", ...: for messages.
[[nodiscard]] std::string_view crio_kind_name(CrioKind kind);

}  // namespace katafix
