#pragma once

#include "report.hpp"

#include <cstddef>
#include <vector>

namespace katafix {

/// A finding, and how many say the same.
struct Told {
  Finding finding;
  std::size_t count = 1;
};

/// The findings as people are told of them: first what only root may do; and what is said more than
/// three times, if only of another handler of the report or another place, once.
[[nodiscard]] std::vector<Told> told_once(std::vector<Finding> findings, const Report& report);

}  // namespace katafix
