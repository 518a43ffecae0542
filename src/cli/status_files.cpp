#include "status_files.hpp"

#include "katafix/node/loaded_places.hpp"
#include "katafix/node/path.hpp"
#include "katafix/node/root.hpp"
#include "katafix/store/status_file.hpp"

#include "exit_status.hpp"

#include <ctime>

namespace katafix::cli {

namespace {

constexpr std::string_view kSummaryMark = R"({"schema":)";

/// Both are files of this machine, whatever --root is.
std::string checked(const std::string& path) {
  const std::string whole = absolute_path(path, "");
  const std::size_t slash = whole.rfind('/');
  if (is_loaded_whole(Root("").real_path(whole.substr(0, slash + 1), Root::Missing::is_new))) {
    throw Error(Code::unsafe_target, path, "a container engine would load it from here",
                "name a file in another directory");
  }
  return path;
}

void leave(const Options& options, const Report& report, int status) {
  System system;
  if (!options.metrics.empty()) {
    replace_status_file(system, checked(options.metrics),
                        to_metrics(report, status, std::time(nullptr)));
  }
  if (!options.summary.empty()) {
    overwrite_status_file(system, checked(options.summary), to_summary(report, status),
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
