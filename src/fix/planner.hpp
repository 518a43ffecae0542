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
/// value a directive makes, does not count as set. `has_strays`: may an
/// entry of a template belong to it or to another table?
[[nodiscard]] HandlerPlan plan_handler(const Document& document, const Definition& handler,
                                       const Verdict& verdict, bool has_strays);

}  // namespace katafix
