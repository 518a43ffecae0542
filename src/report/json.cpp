#include "counts.hpp"
#include "json_writer.hpp"
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

void write(JsonWriter& json, const Effective& effective) {
  std::vector<std::string> versions;
  for (const Release& release : effective.releases) {
    versions.push_back(release.name);
  }
  json.open('{');
  json.member("engine", engine_name(effective.engine));
  json.member("version", text(versions.front()));
  json.member("versions", texts(versions));
  json.member("accepted", effective.accepted());
  json.member("reason", non_empty(effective.reason()));
  json.key("handlers");
  json.open('{');
  for (const auto& [name, handler] : effective.handlers.all()) {
    json.member(valid_utf8(name), to_json(*handler));
  }
  json.close('}');
  json.close('}');
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
void write(JsonWriter& json, std::string_view name, const std::vector<Value>& values) {
  json.array(name, values, [](const Value& value) { return to_json(value); });
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

void write_json(const Report& report, JsonWriter::Layout layout, const Sink& sink) {
  JsonWriter json(layout, sink);
  json.open('{');
  json.member("schema", kSchema);
  json.member("katafix", KATAFIX_VERSION);
  json.member("command", text(report.command));
  json.member("root", text(report.root));
  json.member("status", report.status);
  json.member("changed", report.changed);
  json.member("run", maybe_text(report.run));
  json.member("restart", texts(report.restart));
  write(json, "files", report.files);
  write(json, "handlers", report.handlers);
  json.key("effective");
  json.open('[');
  for (const Effective& effective : report.effective) {
    write(json, effective);
  }
  json.close(']');
  write(json, "running", report.running);
  write(json, "findings", report.findings);
  if (report.runs) {
    write(json, "runs", *report.runs);
  }
  json.close('}');
}

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
