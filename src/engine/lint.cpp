#include "katafix/engine/lint.hpp"

#include "lint_run.hpp"
#include "spelling.hpp"
#include "toml/template.hpp"

#include <algorithm>
#include <utility>

namespace katafix {

namespace {

void lint_byte_order_mark(LintRun& run) {
  const std::size_t size = run.document.source().bom_size();
  if (size == 0 || run.document.root().entries().empty()) {
    return;
  }
  const std::string advice = "save the file as UTF-8 without a byte order mark";
  if (run.engine == Engine::crio) {
    // vendor/github.com/BurntSushi/toml: 1.3.2 in v1.28.0.
    run.note(Code::byte_order_mark, Severity::info, {size, size},
             "the file begins with a byte order mark, which CRI-O before 1.28 refuses", advice);
  } else if (run.releases.any({2, 0})) {
    run.note(Code::byte_order_mark, Severity::warning, {size, size},
             "the file begins with a byte order mark, which containerd 2 refuses", advice);
  }
}

}  // namespace

Releases::Releases(const std::vector<Release>& told)
    : are_known_(!told.empty()),
      releases_(are_known_ ? told : known_releases(Engine::containerd)) {}

bool Releases::any(Version first, Version behind) const {
  return std::any_of(releases_.begin(), releases_.end(),
                     [=](const Release& one) { return one.since(first) && !one.since(behind); });
}

bool Releases::all(Version first, Version behind) const {
  return std::all_of(releases_.begin(), releases_.end(),
                     [=](const Release& one) { return one.since(first) && !one.since(behind); });
}

std::int64_t version_of(const Document& document) {
  for (const Entry& entry : entries_named(document.root(), "version")) {
    return entry.value.integer().value_or(0);
  }
  return 0;
}

LintRun::LintRun(const Document& of, const Definitions& handlers, const LintContext& context)
    : document(of),
      engine(handlers.engine),
      is_main(context.is_main),
      is_loaded(context.is_loaded),
      is_viewed(context.is_viewed),
      skip(context.skip),
      releases(context.releases),
      found(handlers) {}

void LintRun::note(Code code, Severity severity, Span where, std::string message,
                   std::string advice) {
  findings.push_back(finding_in(code, severity, document.source(), where.begin, std::move(message),
                                std::move(advice)));
}

bool LintRun::is_certain(const Entry& entry) const {
  const Template* const model = document.go_template();
  return model == nullptr ||
         (!model->has_directive(entry.key()) && !model->is_uncertain(entry.key().begin));
}

std::string LintRun::shown(const Entry& entry) const {
  return std::string(document.shown(entry.key(), entry.name));
}

std::vector<Finding> lint(const Document& document, const Definitions& handlers,
                          const LintContext& context) {
  const bool has_crio = !entries_named(document.root(), "crio", Engine::crio).empty();
  const bool has_plugins = !entries_named(document.root(), "plugins").empty();
  if (handlers.engine == Engine::crio ? has_plugins && !has_crio : has_crio && !has_plugins) {
    return {};
  }
  LintRun run(document, handlers, context);
  lint_byte_order_mark(run);
  lint_places(run);
  lint_handlers(run);
  if (run.engine == Engine::containerd) {
    lint_plugin_ids(run);
    lint_disabled(run);
    lint_root_keys(run);
  }
  std::stable_sort(run.findings.begin(), run.findings.end(),
                   [](const Finding& one, const Finding& other) { return one.at < other.at; });
  return std::move(run.findings);
}

}  // namespace katafix
