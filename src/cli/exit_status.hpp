#pragma once

#include "katafix/report/report.hpp"

#include <algorithm>

namespace katafix::cli {

constexpr int kDone = 0;
constexpr int kNeedsFix = 1;
constexpr int kTrouble = 2;
constexpr int kTroubleAfterWrite = 3;

/// The status of a run whose report did not get to where it should: nobody knows what was done.
[[nodiscard]] inline int when_unsaid(int status, const Report& report) {
  return std::max(status, report.writes && report.changed ? kTroubleAfterWrite : kTrouble);
}

}  // namespace katafix::cli
