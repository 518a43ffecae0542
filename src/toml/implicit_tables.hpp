#pragma once

#include "katafix/toml/dialect.hpp"

#include "syntax.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace katafix {

/// The first header that BurntSushi/toml refuses because dotted keys went through its table before.
[[nodiscard]] std::optional<Objection> header_conflict(std::string_view text,
                                                       const std::vector<Statement>& statements);

}  // namespace katafix
