#include "status_files.hpp"

#include "katafix/node/reader.hpp"
#include "katafix/store/status_file.hpp"

#include "exit_status.hpp"

#include <ctime>

namespace katafix::cli {

namespace {

constexpr std::string_view kSummaryMark = R"({"schema":)";

void leave(const Options& options, const Report& report, int status) {
  System system;
  const RootReader here("");  // both are files of this machine, whatever --root is
  if (!options.metrics.empty()) {
    replace_status_file(system, here.resolve_new(options.metrics),
                        to_metrics(report, status, std::time(nullptr)));
  }
  if (!options.summary.empty()) {
    overwrite_status_file(system, here.resolve_new(options.summary), to_summary(report, status),
                          kSummaryMark);
  }
}

}  // namespace

int leave_status_files(const Options& options, Report& report, int status) {
  try {
    leave(options, report, status);
    return status;
  } catch (const Error& error) {
    report.findings.push_back(error.finding());
    return when_unsaid(status, report);
  }
}

}  // namespace katafix::cli
