#pragma once

#include "report.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
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

/// Sentences whose paths can be opened: those of the report's files, and of directories above them,
/// are behind the node's root. A report must outlive it.
class FromHere {
 public:
  explicit FromHere(const Report& report);
  [[nodiscard]] std::string operator()(const std::string& sentence) const;

 private:
  [[nodiscard]] bool is_known(const std::string& path) const;

  const std::string& root_;
  std::set<std::string_view> paths_;
};

}  // namespace katafix
