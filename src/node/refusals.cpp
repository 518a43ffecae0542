#include "notices.hpp"
#include "text/append.hpp"
#include "tree_findings.hpp"

#include <algorithm>
#include <string>

namespace katafix {

namespace {

/// Every daemon refuses that; only the config print of 2.x goes on.
Notice missing_import(const std::string& file, std::size_t line, const std::string& message) {
  return {Code::import_missing, file, line, "the engine does not start: " + message,
          "put the file there, or take it out of imports"};
}

Notice refusal(const Effective& view, const EngineTree& tree) {
  const Finding& finding = *view.refusal;
  const std::string place = finding.file.empty() ? tree.main : finding.file;
  if (finding.code == Code::import_missing && finding.at.line != 0) {
    return missing_import(place, finding.at.line, finding.message);
  }
  if (finding.code == Code::too_large) {  // ours, and no engine's
    return {finding.code, place, finding.at.line, finding.message, finding.advice};
  }
  return {Code::engine_refuses, place, finding.at.line,
          "the engine refuses to start: " + finding.message,
          finding.advice.empty() ? "mend it: the engine's own config print tells more"
                                 : finding.advice};
}

/// What keeps a release from starting with a tree.
std::vector<Notice> refusals_of(const Effective& view, const EngineTree& tree) {
  if (!view.accepted()) {
    return {refusal(view, tree)};
  }
  std::vector<Notice> found;
  for (const StartProblem& problem : view.start_problems) {
    if (problem.code == Code::import_missing) {
      found.push_back(
          missing_import(problem.origin.file(), problem.origin.line(), problem.message));
    }
  }
  return found;
}

/// What the CRI plugin checks when it starts is for the engine to say: this is to be looked at.
std::vector<Finding> doubts(const TreeFacts& facts) {
  Notices notices;
  const auto doubt = [&](const StartProblem& problem) {
    const std::string place = problem.origin.is_known() ? problem.origin.file() : facts.tree.main;
    return Notice{problem.code, place, problem.origin.line(),
                  "the CRI plugin would not start: " + problem.message,
                  "mend it, or no pod is served"};
  };
  for (std::size_t index = 0; index < facts.before.size(); ++index) {
    for (const StartProblem& problem : facts.before[index].start_problems) {
      const std::vector<StartProblem>& left = facts.after[index].start_problems;
      const bool stays = std::ranges::any_of(
          left, [&](const StartProblem& one) { return one.message == problem.message; });
      if (problem.code != Code::import_missing && stays) {
        notices.add(doubt(problem), facts.before[index]);
      }
    }
  }
  return notices.findings(facts.files, [&](const Notice&, std::size_t count) {
    return count == facts.before.size() ? Severity::warning : Severity::info;
  });
}

}  // namespace

std::vector<Finding> refusals(const TreeFacts& facts) {
  Notices notices;
  std::size_t bad = 0;
  std::size_t cured = 0;
  for (std::size_t index = 0; index < facts.before.size(); ++index) {
    const std::vector<Notice> found = refusals_of(facts.before[index], facts.tree);
    for (const Notice& notice : found) {
      notices.add(notice, facts.before[index]);
    }
    if (!found.empty()) {
      ++bad;
      cured += refusals_of(facts.after[index], facts.tree).empty() ? 1U : 0U;
    }
  }
  const Severity severity = bad < facts.before.size() ? Severity::info
                            : cured > 0               ? Severity::warning
                                                      : Severity::error;
  std::vector<Finding> findings =
      notices.findings(facts.files, [&](const Notice&, std::size_t) { return severity; });
  if (severity == Severity::warning) {
    for (Finding& finding : findings) {
      finding.advice = "katafix apply cures it";
      finding.is_cured = true;
    }
  }
  append(findings, doubts(facts));
  return findings;
}

}  // namespace katafix
