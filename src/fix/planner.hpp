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

/// Where a handler's flag of this name is, or would be.
[[nodiscard]] KeyPath path_to(const Definition& handler, std::string_view flag);

/// Does a control directive of a template stand between a handler's header and an entry of it?
[[nodiscard]] bool may_be_left_out(const Document& document, const Definition& handler, Span entry);

/// May entries behind headers in blocks of a template belong to a handler?
[[nodiscard]] bool may_go_on(const Document& document, const Definition& handler);

/// Plans for a handler that is Kata. A flag that a directive of a template makes, or may leave out,
/// does not count as set.
[[nodiscard]] HandlerPlan plan_handler(const Document& document, const Definition& handler,
                                       const Evidence& evidence);

}  // namespace katafix
