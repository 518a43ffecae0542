#include "planner.hpp"

#include "anchor.hpp"
#include "toml/lexer.hpp"
#include "toml/template.hpp"

#include <algorithm>
#include <string>

namespace katafix {

namespace {

/// go-toml v1 (containerd 1.x) does not decode escapes in headers: it sees another table.
bool has_escape_in_header(std::string_view text, const Definition& handler) {
  const auto header = handler.header();
  const auto has_backslash = [&](Span span) {
    return text.substr(span.begin, span.size()).find('\\') != std::string_view::npos;
  };
  if (!header || !has_backslash(*header)) {
    return false;
  }
  const std::vector<Span> segments = header_segments(text, *header);
  return std::any_of(segments.begin(), segments.end(), [&](Span segment) {
    return text[segment.begin] == '"' && has_backslash(segment);
  });
}

HandlerPlan refuse(std::string_view why, std::string_view advice) {
  return {{}, {}, std::string(why), std::string(advice), Action::refuse};
}

HandlerPlan refuse_in_template(std::string_view why) {
  return refuse(why,
                "write privileged_without_host_devices = true by hand where it holds whenever the "
                "handler is Kata");
}

std::size_t begin_of(const Definition& handler) {
  const auto header = handler.header();
  return header ? header->begin : handler.key.begin;
}

/// Is the flag true whenever the handler is there?
bool is_set(const Document& document, const Definition& handler, const Flag& flag) {
  const Template* const model = document.go_template();
  if (model == nullptr || !flag.is_true) {
    return flag.is_true;
  }
  const Source& source = document.source();
  return !model->has_directive(flag.token) && !may_be_left_out(document, handler, flag.token) &&
         !model->joins_line_before(source.line(source.line_of(flag.key.begin)).begin) &&
         !model->joins_line_after(flag.token.end);
}

std::size_t end_of(const Definition& handler) {
  const auto last = last_entry(handler.table());
  return std::max(begin_of(handler), last ? last->value.end : 0);
}

/// Does a control directive stand between its header and its last own entry, or what shows that it
/// is Kata? Then what stands there may be left out, or another table's.
bool is_cut(const Document& document, const Definition& handler, const Evidence& evidence) {
  const Template* const model = document.go_template();
  return model != nullptr && (model->has_control({std::min(begin_of(handler), evidence.where.begin),
                                                  std::max(end_of(handler), evidence.where.end)}) ||
                              may_go_on(document, handler));
}

/// No directive outside strings on the lines of an edit, and none that joins others to them?
bool has_plain_lines(const Document& document, Span edit) {
  const Template* const model = document.go_template();
  const Source& source = document.source();
  const Span lines{source.line(source.line_of(edit.begin)).begin,
                   source.line(source.line_of(edit.end - 1)).end};
  return model == nullptr ||
         (!model->has_directive_outside_strings(lines) && !model->joins_line_before(lines.begin) &&
          !model->joins_line_after(lines.end));
}

HandlerPlan refuse_lines() {
  return refuse_in_template(
      "a template directive stands on the line of its flag or the one above, or joins it to "
      "another");
}

HandlerPlan plan_replacement(const Document& document, const Definition& handler) {
  const Template* const model = document.go_template();
  HandlerPlan plan;
  plan.action = Action::replace;
  for (const Flag& flag : handler.flags) {
    if (is_set(document, handler, flag)) {
      continue;
    }
    if (flag.is_structure) {
      return refuse("its flag is a table",
                    "remove that table and write privileged_without_host_devices = true by hand");
    }
    if (model != nullptr && model->has_directive(flag.token)) {
      return refuse_in_template("a template directive makes the value of its flag");
    }
    if (!has_plain_lines(document, {flag.key.begin, flag.token.end})) {
      return refuse_lines();
    }
    plan.edits.push_back({flag.token, "true"});
    plan.paths.push_back(path_to(handler, flag.name));
  }
  return plan;
}

HandlerPlan plan_insertion(const Document& document, const Definition& handler,
                           const Evidence& evidence) {
  const auto anchor = find_anchor(handler, evidence);
  if (!anchor) {
    return refuse(
        "it has no table of its own, only tables below it",
        "write its header and privileged_without_host_devices = true by hand, above them");
  }
  if (!has_plain_lines(document, {anchor->key.begin, anchor->value.end})) {
    return refuse_lines();
  }
  HandlerPlan plan;
  plan.action = Action::insert;
  plan.edits.push_back(insertion(document, handler, *anchor));
  plan.paths.push_back(path_to(handler, kFlag));
  return plan;
}

}  // namespace

KeyPath path_to(const Definition& handler, std::string_view flag) {
  KeyPath path;
  path.reserve(handler.path.size() + 1);
  path = handler.path;
  path.push_back(flag);
  return path;
}

bool may_be_left_out(const Document& document, const Definition& handler, Span entry) {
  const Template* const model = document.go_template();
  return model != nullptr && model->has_control({begin_of(handler), entry.end});
}

bool may_go_on(const Document& document, const Definition& handler) {
  const Template* const model = document.go_template();
  return model != nullptr && model->may_go_on(end_of(handler));
}

HandlerPlan plan_handler(const Document& document, const Definition& handler,
                         const Evidence& evidence) {
  const auto is_true = [&](const Flag& flag) { return is_set(document, handler, flag); };
  if (!handler.flags.empty() && std::all_of(handler.flags.begin(), handler.flags.end(), is_true)) {
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
  if (is_cut(document, handler, evidence)) {
    return refuse_in_template(
        "a directive of the template, such as {{ if }}, stands between its header and its last "
        "entry");
  }
  return handler.flags.empty() ? plan_insertion(document, handler, evidence)
                               : plan_replacement(document, handler);
}

}  // namespace katafix
