#include "notices.hpp"

#include "katafix/node/files.hpp"

#include <utility>

namespace katafix {

void Notices::add(Notice notice, const std::string& release) {
  std::vector<std::string>& releases = releases_[std::move(notice)];
  if (releases.empty() || releases.back() != release) {
    releases.push_back(release);
  }
}

std::vector<Finding> Notices::findings(
    NodeFiles& files, Engine engine,
    const std::function<Severity(const Notice&, std::size_t)>& severity) const {
  std::vector<Finding> findings;
  for (const auto& [notice, releases] : releases_) {
    Finding finding = finding_at(files, notice, severity(notice, releases.size()));
    finding.message += " (" + std::string(engine_name(engine));
    for (const std::string& release : releases) {
      finding.message += (release == releases.front() ? " " : ", ") + release;
    }
    finding.message += ")";
    findings.push_back(std::move(finding));
  }
  return findings;
}

Finding finding_at(NodeFiles& files, const Notice& notice, Severity severity) {
  const Source* const source = notice.line == 0 ? nullptr : files.load(notice.file).source.get();
  if (source == nullptr) {
    return {notice.code, severity, notice.file, {}, notice.message, notice.advice, {}};
  }
  return finding_on_line(notice.code, severity, *source, notice.line, notice.message,
                         notice.advice);
}

}  // namespace katafix
