#include "annotations.hpp"
#include "node/path.hpp"
#include "text/quote.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <vector>

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

Json result(const Finding& finding, std::size_t rule_index) {
  Json result{{"ruleId", code_name(finding.code)},
              {"ruleIndex", rule_index},
              {"level", level_name(finding.severity)},
              {"message", text(message(finding))}};
  if (!finding.file.empty()) {
    result["locations"] = locations(finding);
  }
  return result;
}

}  // namespace

void write_sarif(const Report& report, std::string_view version, const Sink& sink) {
  const std::vector<Finding> findings = annotations(report);
  std::map<Code, std::size_t> indices;
  Json rules = Json::array();
  for (const Finding& finding : findings) {
    if (indices.emplace(finding.code, rules.size()).second) {
      rules.push_back(rule(finding.code));
    }
  }
  JsonWriter json(JsonWriter::Layout::many_lines, sink);
  json.open('{');
  json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  json.member("version", "2.1.0");
  json.key("runs");
  json.open('[');
  json.open('{');
  json.member("tool", {{"driver", {{"name", "katafix"}, {"version", version}, {"rules", rules}}}});
  json.member(
      "invocations",
      Json::array({{{"executionSuccessful", report.status < 2}, {"exitCode", report.status}}}));
  json.member("columnKind", "unicodeCodePoints");
  json.array("results", findings,
             [&](const Finding& finding) { return result(finding, indices.at(finding.code)); });
  json.close('}');
  json.close(']');
  json.close('}');
}

}  // namespace katafix
