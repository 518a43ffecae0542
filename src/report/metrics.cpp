#include "katafix/report/report.hpp"

#include "counts.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

void describe(std::string& text, std::string_view name, std::string_view help) {
  text.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text.append("# TYPE ").append(name).append(" gauge\n");
}

/// A metric with one value for each value of a label.
template <std::size_t count>
void add(std::string& text, std::string_view name, std::string_view help, std::string_view label,
         const std::array<std::pair<std::string_view, std::size_t>, count>& values) {
  describe(text, name, help);
  for (const auto& [state, value] : values) {
    text.append(name).append("{").append(label).append("=\"").append(state).append("\"} ");
    text.append(std::to_string(value)).append("\n");
  }
}

void add(std::string& text, std::string_view name, std::string_view help, std::int64_t value) {
  describe(text, name, help);
  text.append(name).append(" ").append(std::to_string(value)).append("\n");
}

}  // namespace

std::string to_metrics(const Report& report, std::int64_t now) {
  const Counts counts = count(report);
  using Sample = std::pair<std::string_view, std::size_t>;
  std::string text;
  add(text, "katafix_check_status",
      "Exit status of the last check: 0 nothing to fix, 1 a fix is needed, 2 trouble.",
      report.status);
  add(text, "katafix_kata_handlers", "Kata handlers of this node by the state of their flag.",
      "state",
      std::array{Sample{"right", counts.right}, Sample{"lacking", counts.lacking()},
                 Sample{"refused", counts.refused}, Sample{"skipped", counts.skipped}});
  add(text, "katafix_findings", "What the last check complained about.", "severity",
      std::array{Sample{"error", counts.errors}, Sample{"warning", counts.warnings}});
  add(text, "katafix_check_timestamp_seconds", "When the last check ended.", now);
  return text;
}

}  // namespace katafix
