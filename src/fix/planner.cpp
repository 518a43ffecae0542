#include "planner.hpp"

#include "katafix/toml/lexer.hpp"
#include "katafix/toml/template.hpp"

#include "anchor.hpp"

#include <algorithm>
#include <string>

namespace katafix {

namespace {

/// go-toml v1 (containerd 1.x) does not decode escapes in headers: it sees another table.
bool has_escape_in_header(std::string_view text, const Definition& handler) {
  const auto header = handler.header();
  if (!header || text.substr(header->begin, header->size()).find('\\') == std::string_view::npos) {
    return false;
  }
  const std::vector<Span> segments = header_segments(text, *header);
  return std::any_of(segments.begin(), segments.end(), [&](Span segment) {
    return text[segment.begin] == '"' &&
           text.substr(segment.begin, segment.size()).find('\\') != std::string_view::npos;
  });
}

/// What a template allows at a handler. In plain TOML everything is allowed.
class Blocks {
 public:
  Blocks(const Document& document, const Definition& handler, std::size_t evidence)
      : template_(document.go_template()), document_(document) {
    if (template_ != nullptr) {
      const auto header = handler.header();
      block_ = template_->block_at(header ? header->begin : evidence);
    }
  }

  /// Is the flag true whenever the handler is there?
  [[nodiscard]] bool is_set(const Flag& flag) const {
    return flag.is_true && (template_ == nullptr || (in_block(flag.key.begin) && is_plain(flag)));
  }

  /// Does a directive make the value, or a part of it?
  [[nodiscard]] bool is_made(Span token) const {
    return template_ != nullptr && template_->has_directive(token);
  }

  [[nodiscard]] bool in_block(std::size_t offset) const {
    return template_ == nullptr || template_->block_at(offset) == block_;
  }

  /// No directive outside strings on the lines of a span, and none that joins others to them?
  [[nodiscard]] bool lines_are_plain(Span span) const {
    if (template_ == nullptr) {
      return true;
    }
    const Source& source = document_.source();
    const Span lines{source.line(source.line_of(span.begin)).begin,
                     source.line(source.line_of(std::max(span.end, span.begin + 1) - 1)).end};
    return !template_->has_directive_outside_strings(lines) &&
           !template_->joins_line_before(lines.begin) && !template_->joins_line_after(lines.end);
  }

 private:
  /// Directives on its line that emit nothing do no harm, nor does what follows in a comment.
  [[nodiscard]] bool is_plain(const Flag& flag) const {
    const Source& source = document_.source();
    return !template_->joins_line_before(source.line(source.line_of(flag.key.begin)).begin) &&
           !template_->joins_line_after(flag.token.end);
  }

  const Template* template_;
  const Document& document_;
  std::size_t block_ = 0;
};

HandlerPlan refuse(std::string_view why, std::string_view advice) {
  HandlerPlan plan;
  plan.refusal = why;
  plan.advice = advice;
  plan.action = Action::refuse;
  return plan;
}

HandlerPlan refuse_in_template(std::string_view why) {
  return refuse(why,
                "write privileged_without_host_devices = true by hand where it holds whenever the "
                "handler is Kata");
}

HandlerPlan refuse_other_block() {
  return refuse_in_template(
      "an {{ if }}, {{ with }} or {{ range }} of the template stands between its header, "
      "what shows that it is Kata, and its flag");
}

KeyPath path_to(const Definition& handler, std::string_view flag) {
  KeyPath path;
  path.reserve(handler.path.size() + 1);
  path = handler.path;
  path.push_back(flag);
  return path;
}

HandlerPlan plan_replacement(const Definition& handler, const Evidence& evidence,
                             const Blocks& blocks) {
  HandlerPlan plan;
  plan.action = Action::replace;
  if (!blocks.in_block(evidence.where.begin)) {
    return refuse_other_block();
  }
  if (!blocks.lines_are_plain(evidence.where)) {
    return refuse_in_template("a template directive stands on the line that shows that it is Kata");
  }
  for (const Flag& flag : handler.flags) {
    if (blocks.is_set(flag)) {
      continue;
    }
    if (flag.is_structure) {
      return refuse("its flag is a table",
                    "remove that table and write privileged_without_host_devices = true by hand");
    }
    if (blocks.is_made(flag.token)) {
      return refuse_in_template("a template directive makes the value of its flag");
    }
    if (!blocks.in_block(flag.key.begin)) {
      return refuse_other_block();
    }
    if (!blocks.lines_are_plain({flag.key.begin, flag.token.end})) {
      return refuse_in_template(
          "a template directive stands on the line of its flag, or joins it to another");
    }
    plan.edits.push_back({flag.token, "true"});
    plan.paths.push_back(path_to(handler, flag.name));
  }
  return plan;
}

HandlerPlan plan_insertion(const Document& document, const Definition& handler,
                           const Evidence& evidence, const Blocks& blocks) {
  const auto anchor = find_anchor(handler, evidence);
  if (!anchor) {
    return refuse(
        "it has no table of its own, only tables below it",
        "write its header and privileged_without_host_devices = true by hand, above them");
  }
  const Span lines = anchor_lines(document, *anchor);
  if (!blocks.lines_are_plain(lines) || !blocks.lines_are_plain(evidence.where)) {
    return refuse_in_template(
        "a template directive stands on the line that the flag would go behind, or joins it to "
        "another");
  }
  HandlerPlan plan;
  plan.action = Action::insert;
  plan.edits.push_back(insertion(document, handler, *anchor));
  plan.paths.push_back(path_to(handler, kFlag));
  if (!blocks.in_block(evidence.where.begin) || !blocks.in_block(anchor->key.begin) ||
      !blocks.in_block(plan.edits.front().span.begin)) {
    return refuse_other_block();
  }
  return plan;
}

}  // namespace

HandlerPlan plan_handler(const Document& document, const Definition& handler,
                         const Verdict& verdict, bool has_strays) {
  const Evidence& evidence = *verdict.evidence;
  const Blocks blocks(document, handler, evidence.where.begin);
  const bool is_set =
      !handler.flags.empty() && std::all_of(handler.flags.begin(), handler.flags.end(),
                                            [&](const Flag& flag) { return blocks.is_set(flag); });
  if (is_set) {
    return {};
  }
  if (handler.in_array) {
    return refuse(
        "it is an array of tables, which no engine loads",
        "write its header with single brackets, and privileged_without_host_devices = true "
        "below it, by hand");
  }
  if (has_escape_in_header(document.text(), handler)) {
    return refuse(
        "its header has a key with a backslash escape, which not every engine decodes",
        "write the header without the escape, and privileged_without_host_devices = true below it, "
        "by hand");
  }
  if (!verdict.reason.empty()) {
    return refuse_in_template(verdict.reason);
  }
  if (has_strays) {
    return refuse_in_template(
        "a block of the template holds a header, and entries behind the block belong to that "
        "table or to the one before it");
  }
  return handler.flags.empty() ? plan_insertion(document, handler, evidence, blocks)
                               : plan_replacement(handler, evidence, blocks);
}

}  // namespace katafix
