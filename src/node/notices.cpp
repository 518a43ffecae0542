#include "notices.hpp"

#include "files.hpp"

#include <algorithm>
#include <utility>

namespace katafix {

void Notices::add(Notice notice, const Effective& view) {
  std::vector<const Effective*>& views = views_[std::move(notice)];
  if (views.empty() || views.back() != &view) {
    views.push_back(&view);
  }
}

std::vector<Finding> Notices::findings(
    NodeFiles& files, const std::function<Severity(const Notice&, std::size_t)>& severity) const {
  std::vector<Finding> findings;
  for (const auto& [notice, views] : views_) {
    Finding finding = finding_at(files, notice, severity(notice, views.size()));
    std::string releases;
    for (const Effective* const view : views) {
      for (const Release& release : view->releases) {
        releases += (releases.empty() ? " " : ", ") + release.name;
        if (release.is_newer) {  // nobody knows what it really makes of that
          finding.severity = std::min(finding.severity, Severity::warning);
        }
      }
    }
    finding.message += " (" + std::string(engine_name(views.front()->engine)) + releases + ")";
    findings.push_back(std::move(finding));
  }
  return findings;
}

Finding finding_at(NodeFiles& files, const Notice& notice, Severity severity) {
  const Source* const source = notice.line == 0 ? nullptr : files.load(notice.file).source.get();
  if (source == nullptr) {
    return finding_on_file(notice.code, severity, notice.file, notice.message, notice.advice);
  }
  return finding_on_line(notice.code, severity, *source, notice.line, notice.message,
                         notice.advice);
}

std::string listed(const std::vector<std::string>& handlers) {
  constexpr std::size_t shown = 3;
  std::string text = handlers.size() == 1 ? "handler " : "handlers ";
  for (std::size_t index = 0; index < std::min(shown, handlers.size()); ++index) {
    text += (index == 0 ? "" : ", ") + handlers[index];
  }
  return handlers.size() > shown
             ? text + " and " + std::to_string(handlers.size() - shown) + " more"
             : text;
}

}  // namespace katafix
