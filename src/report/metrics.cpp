#include "counts.hpp"
#include "report.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

/// The labels of a value, and the value.
using Samples = std::initializer_list<std::pair<std::string_view, std::string>>;

void add(std::string& text, std::string_view name, std::string_view help, const Samples& samples) {
  text.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text.append("# TYPE ").append(name).append(" gauge\n");
  for (const auto& [labels, value] : samples) {
    text.append(name).append(labels).append(" ").append(value).append("\n");
  }
}

}  // namespace

std::string to_metrics(const Report& report, std::int64_t now) {
  const Counts counts = count(report);
  std::string text;
  add(text, "katafix_check_status",
      "Exit status of the last check: 0 nothing to fix, 1 a fix or a restart is needed, 2 trouble.",
      {{"", std::to_string(report.status)}});
  add(text, "katafix_kata_handlers", "Kata handlers of this node by the state of their flag.",
      {{R"({state="right"})", std::to_string(counts.right)},
       {R"({state="lacking"})", std::to_string(counts.lacking())},
       {R"({state="refused"})", std::to_string(counts.refused)},
       {R"({state="skipped"})", std::to_string(counts.skipped)}});
  add(text, "katafix_running_handlers",
      "Kata handlers with the flag in their files by what the running engine does.",
      {{R"({state="in_effect"})", std::to_string(counts.in_effect)},
       {R"({state="not_in_effect"})", std::to_string(counts.not_in_effect)},
       {R"({state="unknown"})", std::to_string(counts.unknown)}});
  add(text, "katafix_findings", "What the last check complained about.",
      {{R"({severity="error"})", std::to_string(counts.errors)},
       {R"({severity="warning"})", std::to_string(counts.warnings)}});
  add(text, "katafix_check_timestamp_seconds", "When the last check ended.",
      {{"", std::to_string(now)}});
  return text;
}

}  // namespace katafix
