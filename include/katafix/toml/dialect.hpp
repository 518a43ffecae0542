#pragma once

#include "katafix/toml/document.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace katafix {

/// The TOML libraries of container engines. Each refuses some of what this parser takes.
enum class TomlLibrary {
  burntsushi_0_3,  ///< BurntSushi/toml 0.3: TOML 0.4 without dotted keys
  burntsushi_1,    ///< BurntSushi/toml 0.4 to 1.5: TOML 1.0
  burntsushi_1_6,  ///< BurntSushi/toml 1.6: TOML 1.1
  go_toml_1,       ///< pelletier/go-toml 1.8 and 1.9: TOML 1.0 with gaps
  go_toml_2,       ///< pelletier/go-toml 2.2 and 2.3: TOML 1.0
};

/// What a library refuses in a file.
struct Objection {
  std::size_t offset = 0;
  std::string message;  ///< A noun phrase: "a line break in an inline table".
};

/// The first thing in a document that a library refuses; nothing when it reads the file.
[[nodiscard]] std::optional<Objection> objection(const Document& document, TomlLibrary library);

}  // namespace katafix
