#pragma once

#include "katafix/toml/document.hpp"

namespace katafix {

/// Does BurntSushi/toml 0.3.1, of CRI-O up to 1.21, take this value? It knows TOML 0.5 in parts
/// only. What is inside a table or a list is not looked at.
[[nodiscard]] bool old_toml_takes(const Document& document, const Node& value);

}  // namespace katafix
