#include "katafix/text/finding.hpp"

#include "quote.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace katafix {

namespace {

/// The part of a long line around a column that a terminal shows.
void take_excerpt(Finding& finding, const Source& source) {
  const Span line = source.line(finding.at.line);
  const std::string_view margin = source.margin(finding.at.line);
  const std::size_t before = finding.at.column - 1;
  std::size_t begin = line.begin;
  if (margin.size() + line.size() > kExcerptWidth && before > kExcerptWidth / 2) {
    finding.before_excerpt = before - kExcerptWidth / 2;
    begin = source.offset({finding.at.line, finding.before_excerpt + 1});
  }
  finding.excerpt = margin.substr(std::min(finding.before_excerpt, margin.size()), kExcerptWidth);
  std::string_view rest = source.text({begin, std::max(begin, line.end)});
  const std::string_view whole = rest;
  for (std::size_t column = finding.excerpt.size(); column < kExcerptWidth && !rest.empty();
       ++column) {
    rest.remove_prefix(std::max<std::size_t>(utf8_length(rest), 1));
  }
  finding.excerpt += whole.substr(0, whole.size() - rest.size());
}

// In the order of the enumeration.
constexpr std::array<std::string_view, 73> kCodeNames = {"bad-usage",
                                                         "bad-policy",
                                                         "unreadable",
                                                         "not-a-file",
                                                         "too-large",
                                                         "invalid-encoding",
                                                         "invalid-toml",
                                                         "key-too-deep",
                                                         "bare-key-not-ascii",
                                                         "jinja-template",
                                                         "invalid-template",
                                                         "refused",
                                                         "generated-file",
                                                         "managed-file",
                                                         "read-only-file",
                                                         "hidden-text",
                                                         "missing-flag",
                                                         "maybe-kata",
                                                         "skipped-shim",
                                                         "partial-handler",
                                                         "inherits-unknown",
                                                         "flag-spelling",
                                                         "other-engine",
                                                         "handler-not-found",
                                                         "no-kata",
                                                         "no-config",
                                                         "flag-misplaced",
                                                         "look-alike-key",
                                                         "both-plugin-ids",
                                                         "missing-version",
                                                         "misplaced-version",
                                                         "misplaced-imports",
                                                         "misplaced-disabled-plugins",
                                                         "misplaced-handler",
                                                         "misplaced-key",
                                                         "legacy-table",
                                                         "byte-order-mark",
                                                         "all-devices-allowed",
                                                         "engine-refuses",
                                                         "not-effective",
                                                         "table-ignored",
                                                         "cri-disabled",
                                                         "import-missing",
                                                         "overridden",
                                                         "handler-erased",
                                                         "backup-loaded",
                                                         "not-loaded",
                                                         "dead-template",
                                                         "base-table",
                                                         "rewritten-file",
                                                         "machine-config",
                                                         "engine-options",
                                                         "newer-release",
                                                         "restart-needed",
                                                         "not-validated",
                                                         "validation-failed",
                                                         "restart-failed",
                                                         "not-in-effect",
                                                         "engine-serves-no-pods",
                                                         "not-running",
                                                         "not-asked",
                                                         "view-differs",
                                                         "conflict",
                                                         "locked",
                                                         "unsafe-target",
                                                         "bad-backup-dir",
                                                         "write-failed",
                                                         "rolled-back",
                                                         "partly-written",
                                                         "not-durable",
                                                         "recovered",
                                                         "bad-backup",
                                                         "no-such-run"};

}  // namespace

std::string_view code_name(Code code) { return kCodeNames.at(static_cast<std::size_t>(code)); }

std::string_view severity_name(Severity severity) {
  constexpr std::array<std::string_view, 3> names = {"info", "warning", "error"};
  return names.at(static_cast<std::size_t>(severity));
}

int exit_status(Code code) {
  const bool has_written = code == Code::partly_written || code == Code::rolled_back ||
                           code == Code::not_durable || code == Code::restart_failed;
  return has_written ? 3 : 2;
}

Finding finding_on_file(Code code, Severity severity, std::string file, std::string message,
                        std::string advice) {
  return {code, severity, std::move(file), {}, std::move(message), std::move(advice), {}};
}

Finding finding_in(Code code, Severity severity, const Source& source, std::size_t offset,
                   std::string message, std::string advice) {
  Finding finding =
      finding_on_file(code, severity, source.path(), std::move(message), std::move(advice));
  finding.at = source.position(offset);
  take_excerpt(finding, source);
  return finding;
}

Finding finding_on_line(Code code, Severity severity, const Source& source, std::size_t line,
                        std::string message, std::string advice) {
  const Span whole = source.line(line);
  const std::size_t blanks = std::min(source.text(whole).find_first_not_of(" \t"), whole.size());
  return finding_in(code, severity, source, whole.begin + blanks, std::move(message),
                    std::move(advice));
}

Error::Error(Code code, std::string file, std::string message, std::string advice)
    : finding_(finding_on_file(code, Severity::error, std::move(file), std::move(message),
                               std::move(advice))) {}

Error::Error(Code code, const Source& source, std::size_t offset, std::string message,
             std::string advice)
    : finding_(finding_in(code, Severity::error, source, offset, std::move(message),
                          std::move(advice))) {}

}  // namespace katafix
