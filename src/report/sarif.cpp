#include "annotations.hpp"
#include "node/path.hpp"
#include "text/quote.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <utility>

namespace katafix {

namespace {

using Json = nlohmann::ordered_json;

bool is_reserved(char byte) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  return plain.find(byte) == std::string_view::npos;
}

/// A path as a reference that is relative to the repository's top, or as a file's URI (RFC 3986).
std::string uri(const std::string& path) {
  return (path.starts_with('/') ? "file://" : "") + percent_encoded(path, is_reserved);
}

Json text(const std::string& value) { return {{"text", valid_utf8(value)}}; }

Json locations(const Finding& finding) {
  Json place{{"artifactLocation", {{"uri", uri(clean_path(finding.file))}}}};
  if (finding.at.line > 0) {
    place["region"] = {{"startLine", finding.at.line}, {"startColumn", finding.at.column}};
  }
  return Json::array({{{"physicalLocation", place}}});
}

std::string message(const Finding& finding) {
  std::string message = finding.message;
  for (const std::string* const more : {&finding.output, &finding.advice}) {
    message += more->empty() ? "" : "\n" + *more;
  }
  return message;
}

Json rule(Code code) {
  const std::string help(code_help(code));
  return {{"id", code_name(code)},
          {"shortDescription", text(help.substr(0, help.find(". ")))},
          {"help", text(help)}};
}

}  // namespace

std::string to_sarif(const Report& report, std::string_view version) {
  std::map<Code, std::size_t> indices;
  Json rules = Json::array();
  Json results = Json::array();
  for (const Finding& finding : annotations(report)) {
    const auto [index, is_new] = indices.emplace(finding.code, rules.size());
    if (is_new) {
      rules.push_back(rule(finding.code));
    }
    Json result{{"ruleId", code_name(finding.code)},
                {"ruleIndex", index->second},
                {"level", level_name(finding.severity)},
                {"message", text(message(finding))}};
    if (!finding.file.empty()) {
      result["locations"] = locations(finding);
    }
    results.push_back(std::move(result));
  }
  const Json driver{{"name", "katafix"}, {"version", version}, {"rules", rules}};
  const Json run{
      {"tool", {{"driver", driver}}},
      {"invocations",
       Json::array({{{"executionSuccessful", report.status < 2}, {"exitCode", report.status}}})},
      {"columnKind", "unicodeCodePoints"},
      {"results", results}};
  const Json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", Json::array({run})}};
  return log.dump(2) + "\n";
}

}  // namespace katafix
