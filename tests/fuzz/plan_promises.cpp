#include "plan_promises.hpp"

#include "katafix/text/edit.hpp"

#include "promise.hpp"
#include "same_tree.hpp"

#include <algorithm>
#include <string>

namespace katafix::fuzz {

namespace {

/// Either a token becomes `true`, or something with the flag is inserted.
void check_shape(const Edit& edit) {
  const bool inserts = edit.span.size() == 0;
  const bool sets_flag = edit.text.find(std::string(kFlag) + " = true") != std::string::npos ||
                         edit.text.find(std::string(kFlag) + "=true") != std::string::npos;
  promise(inserts ? sets_flag : edit.text == "true", "an edit sets a flag and nothing else",
          edit.text);
}

/// Copies by hand what stands between the edits, and makes the edits that undo them.
void check_bytes_and_undo(std::string_view bytes, const Fix& plan) {
  const std::string after(plan.after ? plan.after->bytes() : bytes);
  std::string fixed;
  std::vector<Edit> undo;
  std::size_t copied = 0;
  for (const Edit& edit : plan.edits) {
    promise(copied <= edit.span.begin && edit.span.begin <= edit.span.end &&
                edit.span.end <= bytes.size(),
            "edits come in order, apart and inside the file");
    check_shape(edit);
    fixed += bytes.substr(copied, edit.span.begin - copied);
    undo.push_back({{fixed.size(), fixed.size() + edit.text.size()},
                    std::string(bytes.substr(edit.span.begin, edit.span.size()))});
    fixed += edit.text;
    copied = edit.span.end;
  }
  fixed += bytes.substr(copied);
  promise(fixed == after, "bytes outside the edits stay as they are", after);
  promise(apply_edits(after, undo) == bytes, "the edits undo to the original", after);
}

void check_tree(const Document& before, const Fix& plan) {
  const Document after(*plan.after);
  const std::string text(plan.after->bytes());
  promise(is_tree_plus(before, after, plan.paths), "the result equals old plus plan", text);
  promise(before.becomes(after, plan.paths), "Document::becomes says so, too", text);
}

bool is_told(const std::vector<Finding>& findings, const HandlerReport& handler) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.severity == Severity::error &&
           finding.message.find("handler " + handler.name) != std::string::npos;
  });
}

void check_handlers(const Fix& plan, const std::vector<Finding>& of_tree) {
  bool edits = false;
  for (const HandlerReport& handler : plan.handlers) {
    edits = edits || handler.is_edited();
    promise(!handler.is_edited() || (handler.kata && handler.evidence.has_value()),
            "only handlers with evidence are edited", handler.name);
    promise(!handler.kata || handler.action != Action::none || handler.flag_before == "true",
            "a Kata handler without the flag is edited, skipped or refused", handler.name);
    promise(handler.action != Action::refuse || is_told(plan.findings, handler) ||
                is_told(of_tree, handler),
            "a refused handler is told of as an error", handler.name);
  }
  promise(edits == !plan.edits.empty(),
          "there are edits where a handler is edited, and only there");
}

void check_place(const Source& source, const Finding& finding) {
  promise(!finding.message.empty(), "a finding says what is wrong");
  promise(finding.at.line <= source.last_line(), "a finding's line is one of the file",
          finding.message);
}

}  // namespace

void check_plan(const Document& document, const Fix& plan, const std::vector<Finding>& of_tree) {
  const Source& source = document.source();
  check_handlers(plan, of_tree);
  for (const Finding& finding : plan.findings) {
    check_place(source, finding);
  }
  check_bytes_and_undo(source.bytes(), plan);
  promise(unified_diff(source, plan.edits, source.path()).empty() == plan.edits.empty(),
          "there is a diff where there are edits, and only there");
  if (!plan.edits.empty()) {
    check_tree(document, plan);
  }
}

void check_refusal(const Source& source, const Error& error) {
  const Finding& finding = error.finding();
  check_place(source, finding);
  promise(finding.severity == Severity::error, "a refusal is an error", finding.message);
  promise(finding.code != Code::refused, "the planner plans what can be proved", finding.message);
}

}  // namespace katafix::fuzz
