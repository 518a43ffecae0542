#include "counts.hpp"
#include "report.hpp"
#include "text/quote.hpp"

#include <nlohmann/json.hpp>

namespace katafix {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 2;
constexpr int kSummarySchema = 1;
// The kubelet keeps this much of a termination message.
constexpr std::size_t kSummaryLimit = 4096;
// So many findings that do not fit in a summary are enough to say that it is full.
constexpr std::size_t kTries = 16;

Json text(const std::string& value) { return valid_utf8(value); }

Json maybe_text(const std::optional<std::string>& value) { return value ? text(*value) : Json(); }

Json non_empty(const std::string& value) { return value.empty() ? Json() : text(value); }

Json line(std::size_t number) { return number == 0 ? Json() : Json(number); }

Json texts(const std::vector<std::string>& values) {
  Json array = Json::array();
  for (const std::string& value : values) {
    array.push_back(text(value));
  }
  return array;
}

Json to_json(const FileReport& file) {
  return {{"path", text(file.path)},
          {"engine", file.engine ? Json(engine_name(*file.engine)) : Json()},
          {"role", role_name(file.role)},
          {"changed", file.changed},
          {"backup", maybe_text(file.backup)},
          {"diff", maybe_text(file.diff)}};
}

Json to_json(const HandlerReport& handler) {
  Json evidence;
  if (handler.evidence) {
    evidence = {{"rule", rule_name(handler.evidence->rule)},
                {"key", non_empty(handler.evidence->key)},
                {"value", text(handler.evidence->value)},
                {"line", line(handler.evidence->line)}};
  }
  return {{"engine", engine_name(handler.engine)},
          {"name", text(handler.name)},
          {"file", text(handler.file)},
          {"line", line(handler.line)},
          {"kata", handler.kata},
          {"evidence", evidence},
          {"flag_before", text(handler.flag_before)},
          {"action", action_name(handler.action)},
          {"reason", non_empty(handler.reason)}};
}

Json to_json(const ViewedHandler& handler) {
  Json decided_by;
  if (const Origin& place = handler.decided_by(); place.is_known()) {
    decided_by = {{"file", text(place.file())}, {"line", line(place.line())}};
  }
  return {{"runtime_type", text(std::string(handler.runtime_type))},
          {"runtime_path", text(std::string(handler.runtime_path))},
          {"privileged_without_host_devices", handler.flag},
          {"decided_by", decided_by}};
}

Json to_json(const Effective& effective) {
  Json handlers = Json::object();
  for (const auto& [name, handler] : effective.handlers.all()) {
    // The names differ; operator[] would look through all of them each time.
    handlers.get_ref<Json::object_t&>().push_back({valid_utf8(name), to_json(*handler)});
  }
  std::vector<std::string> versions;
  for (const Release& release : effective.releases) {
    versions.push_back(release.name);
  }
  return {{"engine", engine_name(effective.engine)},
          {"version", text(versions.front())},
          {"versions", texts(versions)},
          {"accepted", effective.accepted()},
          {"reason", non_empty(effective.reason())},
          {"handlers", handlers}};
}

Json to_json(const Running& running) {
  Json handlers = Json::object();
  for (const auto& [name, flag] : running.handlers) {
    handlers[valid_utf8(name)] = {{"privileged_without_host_devices", flag}};
  }
  return {{"engine", engine_name(running.engine)},
          {"socket", text(running.socket)},
          {"answered", running.answered()},
          {"reason", non_empty(running.reason)},
          {"handlers", handlers}};
}

Json to_json(const Finding& finding) {
  return {{"code", code_name(finding.code)},
          {"severity", severity_name(finding.severity)},
          {"file", non_empty(finding.file)},
          {"line", line(finding.at.line)},
          {"column", line(finding.at.column)},
          {"message", text(finding.output.empty() ? finding.message
                                                  : finding.message + ":\n" + finding.output)},
          {"advice", non_empty(finding.advice)}};
}

Json to_json(const RunReport& run) {
  return {{"run", text(run.name)}, {"state", text(run.state)}, {"files", texts(run.files)}};
}

template <class Value>
Json to_array(const std::vector<Value>& values) {
  Json array = Json::array();
  for (const Value& value : values) {
    array.push_back(to_json(value));
  }
  return array;
}

Json to_object(const Report& report) {
  Json json;
  json["schema"] = kSchema;
  json["katafix"] = KATAFIX_VERSION;
  json["command"] = text(report.command);
  json["root"] = text(report.root);
  json["status"] = report.status;
  json["changed"] = report.changed;
  json["run"] = maybe_text(report.run);
  json["restart"] = texts(report.restart);
  json["files"] = to_array(report.files);
  json["handlers"] = to_array(report.handlers);
  json["effective"] = to_array(report.effective);
  json["running"] = to_array(report.running);
  json["findings"] = to_array(report.findings);
  if (report.runs) {
    json["runs"] = to_array(*report.runs);
  }
  return json;
}

Json handler_counts(const Report& report, const Counts& counts) {
  const bool is_fixed = report.writes && report.changed;
  return {{"right", counts.right},
          {"fixed", is_fixed ? counts.lacking() : 0},
          {"lacking", is_fixed ? 0 : counts.lacking()},
          {"refused", counts.refused},
          {"skipped", counts.skipped}};
}

Json running_counts(const Counts& counts) {
  return {{"in_effect", counts.in_effect},
          {"not_in_effect", counts.not_in_effect},
          {"unknown", counts.unknown}};
}

Json shortened(const Finding& finding) {
  return {{"code", code_name(finding.code)},
          {"severity", severity_name(finding.severity)},
          {"file", non_empty(finding.file)},
          {"line", line(finding.at.line)},
          {"message", text(finding.message)}};
}

std::string one_line(const Json& json) { return json.dump() + "\n"; }

}  // namespace

std::string to_json(const Report& report) { return to_object(report).dump(2) + "\n"; }

std::string to_json_line(const Report& report) { return one_line(to_object(report)); }

std::string to_summary(const Report& report) {
  const Counts counts = count(report);
  Json summary{{"schema", kSummarySchema},
               {"command", text(report.command)},
               {"status", report.status},
               {"changed", report.changed},
               {"run", maybe_text(report.run)},
               {"restart", texts(report.restart)},
               {"handlers", handler_counts(report, counts)},
               {"running", running_counts(counts)},
               {"findings", Json::array()},
               {"omitted", 0}};
  std::size_t omitted = 0;
  for (const Severity severity : {Severity::error, Severity::warning}) {
    for (const Finding& finding : report.findings) {
      if (finding.severity != severity) {
        continue;
      }
      if (omitted > kTries) {
        ++omitted;
        continue;
      }
      Json& findings = summary["findings"];
      findings.push_back(shortened(finding));
      // The count of those that do not fit may still grow.
      summary["omitted"] = report.findings.size();
      if (one_line(summary).size() > kSummaryLimit) {
        findings.erase(findings.size() - 1);
        ++omitted;
      }
    }
  }
  summary["omitted"] = omitted;
  return one_line(summary);
}

}  // namespace katafix
