#pragma once

#include "katafix/engine/kata_rules.hpp"
#include "katafix/fix/fix.hpp"
#include "katafix/toml/document.hpp"

#include <optional>
#include <string>
#include <vector>

namespace katafix {

/// The edits that set one handler's flag, or why there are none.
struct HandlerPlan {
  std::vector<Edit> edits;
  std::vector<KeyPath> paths;  ///< what the edits set to true
  std::string refusal;         ///< why it is refused
  std::string advice;          ///< what to write by hand
  Action action = Action::none;
};

/// Plans for a handler that is Kata. The flag of a template that only sometimes is there, or whose
/// value a directive makes, does not count as set. `has_strays` is has_stray_entries().
[[nodiscard]] HandlerPlan plan_handler(const Document& document, const Definition& handler,
                                       const Verdict& verdict, bool has_strays);

/// Does a template have entries that belong to one table or another, as its blocks decide: a header
/// in a block, and entries behind it?
[[nodiscard]] bool has_stray_entries(const Document& document);

}  // namespace katafix
