#pragma once

#include "katafix/toml/dialect.hpp"

#include <optional>

namespace katafix {

/// The first value that BurntSushi/toml 0.3 cannot read as it is written: it knows TOML 0.4.
[[nodiscard]] std::optional<Objection> old_value_conflict(const Document& document);

}  // namespace katafix
