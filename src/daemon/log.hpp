#pragma once

#include <string>

namespace spdlog {
class logger;
}

namespace katafix {

/// The one logger, on standard error: warnings and errors, until its level is set.
[[nodiscard]] spdlog::logger& logger();

/// What is being done, for -v.
void debug(const std::string& text);

}  // namespace katafix
