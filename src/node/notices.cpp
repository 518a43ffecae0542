#include "notices.hpp"

#include "katafix/node/files.hpp"

#include <algorithm>
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
  Finding finding{notice.code, severity, notice.file, {}, notice.message, notice.advice, {}};
  if (notice.line == 0) {
    return finding;
  }
  const LoadedFile& file = files.load(notice.file);
  if (file.source) {
    const std::string_view line = file.source->text(file.source->line(notice.line));
    finding.excerpt = line;
    finding.at = {notice.line, std::min(line.find_first_not_of(" \t"), line.size()) + 1};
  }
  return finding;
}

}  // namespace katafix
