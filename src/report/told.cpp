#include "told.hpp"

#include "node/root.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

namespace katafix {

namespace {

/// The message without the handler that it names.
std::string without_handlers(const std::string& message,
                             const std::unordered_set<std::string_view>& names) {
  std::string text;
  for (std::string_view rest = message; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    text.append(names.contains(word) ? "" : word).push_back(' ');
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  return text;
}

}  // namespace

FromHere::FromHere(const Report& report) : root_(report.root) {
  if (root_ == "/") {
    return;  // all paths are as they are
  }
  for (const FileReport& file : report.files) {
    paths_.insert(file.path);
  }
}

bool FromHere::is_known(const std::string& path) const {
  const std::string directory = path + "/";
  const auto below = paths_.lower_bound(directory);
  return paths_.contains(path) || (below != paths_.end() && below->starts_with(directory));
}

std::string FromHere::operator()(const std::string& sentence) const {
  if (paths_.empty()) {
    return sentence;
  }
  std::string text;
  for (std::size_t at = 0; at < sentence.size(); ++at) {
    const std::size_t end = std::min(sentence.find_first_of(" ,:;", at), sentence.size());
    if (sentence[at] == '/') {
      const std::string path = sentence.substr(at, end - at);
      text += is_known(path) ? path_from_here(root_, path) : path;
    } else {
      text.append(sentence, at, end - at);
    }
    text.append(sentence, end, 1);
    at = end;
  }
  return text;
}

std::vector<Told> told_once(std::vector<Finding> findings, const Report& report) {
  constexpr std::size_t few = 3;
  std::unordered_set<std::string_view> names;
  for (const HandlerReport& handler : report.handlers) {
    names.insert(handler.name);
  }
  std::stable_partition(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.advice.starts_with(kRunAsRoot);
  });
  using Same = std::tuple<Code, Severity, std::string, std::string, std::string>;
  const auto same = [&](const Finding& finding) {
    return Same{finding.code, finding.severity, without_handlers(finding.message, names),
                finding.advice, finding.output};
  };
  std::map<Same, std::size_t> counts;
  std::vector<std::size_t*> counts_of;
  for (const Finding& finding : findings) {
    std::size_t& count = counts[same(finding)];
    ++count;
    counts_of.push_back(&count);
  }
  std::vector<Told> told;
  for (std::size_t index = 0; index < findings.size(); ++index) {
    std::size_t& count = *counts_of[index];
    if (count > 0) {
      told.push_back({std::move(findings[index]), count > few ? std::exchange(count, 0) : 1});
    }
  }
  return told;
}

}  // namespace katafix
