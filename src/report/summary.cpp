#include "katafix/report/report.hpp"
#include "katafix/text/quote.hpp"

#include "counts.hpp"

#include <nlohmann/json.hpp>

namespace katafix {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;
// The kubelet keeps this much of a termination message.
constexpr std::size_t kLimit = 4096;
// So many that do not fit are enough to say that it is full.
constexpr std::size_t kTries = 16;

Json handlers(const Report& report) {
  const Counts counts = count(report);
  const bool is_fixed = report.writes && report.changed;
  return {{"right", counts.right},
          {"fixed", is_fixed ? counts.lacking() : 0},
          {"lacking", is_fixed ? 0 : counts.lacking()},
          {"refused", counts.refused},
          {"skipped", counts.skipped}};
}

Json to_json(const Finding& finding) {
  return {{"code", code_name(finding.code)},
          {"severity", severity_name(finding.severity)},
          {"file", finding.file.empty() ? Json() : Json(valid_utf8(finding.file))},
          {"line", finding.at.line == 0 ? Json() : Json(finding.at.line)},
          {"message", valid_utf8(finding.message)}};
}

std::string one_line(const Json& json) { return json.dump() + "\n"; }

}  // namespace

std::string to_summary(const Report& report) {
  Json summary{{"schema", kSchema},
               {"command", report.command},
               {"status", report.status},
               {"changed", report.changed},
               {"run", report.run ? Json(*report.run) : Json()},
               {"restart", report.restart},
               {"handlers", handlers(report)},
               {"findings", Json::array()},
               {"omitted", 0}};
  std::size_t omitted = 0;
  for (const Severity severity : {Severity::error, Severity::warning}) {
    for (const Finding& finding : report.findings) {
      if (finding.severity != severity) {
        continue;
      }
      if (omitted > kTries) {
        ++omitted;
        continue;
      }
      Json& findings = summary["findings"];
      findings.push_back(to_json(finding));
      // The count of those that do not fit may still grow.
      summary["omitted"] = report.findings.size();
      if (one_line(summary).size() > kLimit) {
        findings.erase(findings.size() - 1);
        ++omitted;
      }
    }
  }
  summary["omitted"] = omitted;
  return one_line(summary);
}

}  // namespace katafix
