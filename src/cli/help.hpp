#pragma once

#include "command_line.hpp"

#include <optional>
#include <string>

namespace katafix::cli {

/// What --help prints: of a command, or of the whole, which fits a screen of 24 lines and 80
/// columns.
[[nodiscard]] std::string help_text(std::optional<Command> command);

}  // namespace katafix::cli
