#include "restart.hpp"

#include "log.hpp"
#include "process.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace katafix::cli {

namespace {

constexpr std::chrono::seconds kLimit{90};  // systemd's own default for a stop

}  // namespace

bool restart_units(Report& report) {
  report.restarted = true;
  for (const std::string& unit : report.restart) {
    debug("systemctl restart " + unit);
    const Outcome outcome = run_own_program({"systemctl", "restart", unit}, kLimit);
    if (outcome.has_succeeded()) {
      continue;
    }
    report.restarted = false;
    Finding finding;
    finding.code = Code::restart_failed;
    finding.message =
        "the files are changed, but systemctl restart " + unit + " " + failure(outcome, kLimit);
    finding.advice = "restart " + unit + " by hand; katafix restore undoes the change";
    finding.output = last_lines(outcome.err);
    report.findings.push_back(std::move(finding));
  }
  return report.restarted;
}

}  // namespace katafix::cli
