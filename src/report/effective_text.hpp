#pragma once

#include "katafix/node/effective.hpp"
#include "katafix/report/report.hpp"

#include <string>
#include <vector>

namespace katafix {

/// What the engines see, as a table for people: a row for each handler and for each release that
/// sees it otherwise. Empty when no engine was asked.
[[nodiscard]] std::string effective_text(const std::vector<Effective>& views, Color color);

}  // namespace katafix
