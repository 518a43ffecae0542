#pragma once

#include "katafix/toml/dialect.hpp"

#include "syntax.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace katafix {

/// The first header or dotted key that go-toml 2 refuses because of what defined the table before:
/// it keeps headers and dotted keys apart more strictly than TOML asks.
[[nodiscard]] std::optional<Objection> table_conflict(std::string_view text,
                                                      const std::vector<Statement>& statements);

}  // namespace katafix
