#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace katafix {

/// The name of the run that begins at a time since 1970: 20261124T090000.000000Z.
[[nodiscard]] std::string run_name(std::chrono::microseconds since_epoch);

/// The inverse; nothing for what is no run's name.
[[nodiscard]] std::optional<std::chrono::microseconds> time_of_run(const std::string& name);

}  // namespace katafix
