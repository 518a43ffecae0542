#include "refusals.hpp"

#include "notices.hpp"

#include <string>

namespace katafix {

namespace {

Notice refusal(const Effective& view, const EngineTree& tree) {
  std::string place = view.refused_file;
  if (view.refused_line > 0) {
    place += (view.engine == Engine::crio ? ":" : " line ") + std::to_string(view.refused_line);
  }
  std::string message = view.reason;
  if (message.starts_with(place + ": ")) {
    message.erase(0, place.size() + 2);
  }
  const Code code =
      view.refused_code == Code::import_missing ? Code::import_missing : Code::engine_refuses;
  return {code, view.refused_file.empty() ? tree.main : view.refused_file, view.refused_line,
          "the engine refuses to start: " + message};
}

std::vector<Notice> complaints(const Effective& view, const EngineTree& tree) {
  if (!view.accepted) {
    return {refusal(view, tree)};
  }
  std::vector<Notice> found;
  for (const StartProblem& problem : view.start_problems) {
    found.push_back({problem.code, problem.file.empty() ? tree.main : problem.file, problem.line,
                     "the engine would not serve: " + problem.message});
  }
  return found;
}

}  // namespace

std::vector<Finding> refusals(NodeFiles& files, const EngineTree& tree,
                              const std::vector<Effective>& views,
                              const std::vector<Effective>& after) {
  Notices notices;
  std::size_t bad = 0;
  std::size_t cured = 0;
  for (std::size_t index = 0; index < views.size(); ++index) {
    const std::vector<Notice> found = complaints(views[index], tree);
    for (const Notice& notice : found) {
      notices.add(notice, views[index].version);
    }
    if (!found.empty()) {
      ++bad;
      cured += complaints(after[index], tree).empty() ? 1U : 0U;
    }
  }
  const Severity severity = bad < views.size() ? Severity::info
                            : cured > 0        ? Severity::warning
                                               : Severity::error;
  std::vector<Finding> findings =
      notices.findings(files, tree.engine, [&](const Notice&, std::size_t) { return severity; });
  if (severity == Severity::warning) {
    for (Finding& finding : findings) {
      finding.advice = "katafix apply cures it";
    }
  }
  return findings;
}

}  // namespace katafix
