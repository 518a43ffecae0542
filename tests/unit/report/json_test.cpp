#include "report/report.hpp"
#include "support.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) {
    names.push_back(key);
  }
  return names;
}

Report example() {
  Report report;
  report.command = "check";
  report.files.push_back({"/f", {}, Role::file, false, {}, {}});
  HandlerReport handler;
  handler.name = "runc";
  handler.file = "/f";
  handler.line = 3;
  handler.flag_before = "absent";
  report.handlers.push_back(handler);
  report.findings.push_back({Code::no_config, Severity::warning, {}, {}, "message", {}, {}});
  return report;
}

std::string to_json(const Report& report,
                    JsonWriter::Layout layout = JsonWriter::Layout::many_lines) {
  std::string text;
  write_json(report, layout, [&](std::string_view piece) { text += piece; });
  return text;
}

Json parsed(const Report& report) { return Json::parse(to_json(report)); }

TEST_CASE("The JSON report is one object with a newline at its end", "[report]") {
  const std::string text = to_json(example());
  CHECK(text.ends_with("}\n"));
  CHECK(keys(Json::parse(text)) == std::vector<std::string>{"schema", "katafix", "command", "root",
                                                            "status", "changed", "run", "restart",
                                                            "files", "handlers", "effective",
                                                            "running", "findings"});
}

TEST_CASE("The JSON report, written value by value, is laid out as a whole tree", "[report]") {
  Report report = example();
  report.restart = {"containerd.service", "crio.service"};
  Effective& effective = report.effective.emplace_back();
  effective.releases = known_releases(Engine::containerd);
  SECTION("without a handler") {}
  SECTION("with handlers") {
    static_cast<void>(effective.handlers.define("kata"));
    static_cast<void>(effective.handlers.define("runc"));
  }
  const std::string text = to_json(report);
  CHECK(text == Json::parse(text).dump(2) + "\n");
  const std::string line = to_json(report, JsonWriter::Layout::one_line);
  CHECK(line == Json::parse(text).dump() + "\n");
}

TEST_CASE("A long JSON report is handed on in pieces", "[report]") {
  Report report = example();
  report.handlers.resize(2'000, report.handlers.front());
  std::size_t longest = 0;
  write_json(report, JsonWriter::Layout::many_lines,
             [&](std::string_view piece) { longest = std::max(longest, piece.size()); });
  CHECK(longest > 0);
  CHECK(longest < to_json(report).size() / 4);
}

TEST_CASE("The JSON report has every key and null where one does not apply", "[report]") {
  const Json json = parsed(example());
  CHECK(json["schema"] == 2);
  CHECK(json["status"] == 0);
  CHECK(json["root"] == "/");
  CHECK(json["run"].is_null());
  CHECK(json["restart"] == Json::array());
  CHECK(json["effective"] == Json::array());
  CHECK(json["files"][0] ==
        Json::parse(R"({"path": "/f", "engine": null, "role": "file", "changed": false,
                        "backup": null, "diff": null})"));
  CHECK(json["handlers"][0] ==
        Json::parse(R"({"engine": "containerd", "name": "runc", "file": "/f", "line": 3,
                        "kata": false, "evidence": null, "flag_before": "absent",
                        "action": "none", "reason": null})"));
  CHECK(json["findings"][0] ==
        Json::parse(R"({"code": "no-config", "severity": "warning", "file": null, "line": null,
                        "column": null, "message": "message", "advice": null})"));
}

TEST_CASE("The JSON report has what applies", "[report]") {
  Report report = example();
  report.changed = true;
  report.run = "RUN";
  report.restart = {"containerd", "crio"};
  report.files[0] = {"/f", Engine::crio, Role::drop_in, true, "/b/0.orig", "--- a\n"};
  report.handlers[0].kata = true;
  report.handlers[0].engine = Engine::crio;
  report.handlers[0].evidence = EvidenceLine{Rule::vm, "runtime_type", "vm", 4};
  report.handlers[0].action = Action::refuse;
  report.handlers[0].reason = "why";
  report.findings[0] = {Code::refused, Severity::error, "/f",     {3, 7},
                        "message",     "advice",        "excerpt"};
  const Json json = parsed(report);
  CHECK(json["changed"] == true);
  CHECK(json["run"] == "RUN");
  CHECK(json["restart"] == Json::parse(R"(["containerd", "crio"])"));
  CHECK(json["files"][0] ==
        Json::parse(R"({"path": "/f", "engine": "crio", "role": "drop-in", "changed": true,
                        "backup": "/b/0.orig", "diff": "--- a\n"})"));
  CHECK(json["handlers"][0]["evidence"] ==
        Json::parse(R"({"rule": "vm", "key": "runtime_type", "value": "vm", "line": 4})"));
  CHECK(json["handlers"][0]["action"] == "refuse");
  CHECK(json["handlers"][0]["reason"] == "why");
  CHECK(
      json["findings"][0] ==
      Json::parse(R"({"code": "refused", "severity": "error", "file": "/f", "line": 3, "column": 7,
                        "message": "message", "advice": "advice"})"));
}

TEST_CASE("Evidence without a key has null for it", "[report]") {
  Report report = example();
  report.handlers[0].evidence = EvidenceLine{Rule::name, "", "kata", 2};
  CHECK(parsed(report)["handlers"][0]["evidence"] ==
        Json::parse(R"({"rule": "name", "key": null, "value": "kata", "line": 2})"));
}

TEST_CASE("Severities have stable names in JSON", "[report]") {
  Report report = example();
  report.findings[0].severity = Severity::info;
  CHECK(parsed(report)["findings"][0]["severity"] == "info");
  report.findings[0].severity = Severity::error;
  CHECK(parsed(report)["findings"][0]["severity"] == "error");
}

TEST_CASE("Control characters are escaped as JSON does", "[report]") {
  Report report = example();
  report.handlers[0].name = std::string("a\0\x1b\n\"\\", 6);
  const std::string text = to_json(report);
  CHECK(test::contains(text, R"("a\u0000\u001b\n\"\\")"));
  CHECK(Json::parse(text)["handlers"][0]["name"] == report.handlers[0].name);
}

TEST_CASE("Bytes that are not UTF-8 are escaped in every text of the JSON report", "[report]") {
  const std::string bad = "x\xFF\xC3(";
  const std::string escaped = "x\\xff\\xc3(";
  Report report = example();
  report.root = bad;
  report.run = bad;
  report.files[0] = {bad, {}, Role::file, false, bad, bad};
  HandlerReport& handler = report.handlers[0];
  handler.name = handler.file = handler.flag_before = handler.reason = bad;
  handler.evidence = EvidenceLine{Rule::shim_path, bad, bad, 1};
  report.findings[0] = {Code::refused, Severity::error, bad, {1, 1}, bad, bad, bad};
  report.runs.emplace().push_back({bad, "done", {bad}});
  Json json;
  REQUIRE_NOTHROW(json = parsed(report));
  for (const char* place :
       {"/root", "/run", "/files/0/path", "/files/0/backup", "/files/0/diff", "/handlers/0/name",
        "/handlers/0/file", "/handlers/0/flag_before", "/handlers/0/reason",
        "/handlers/0/evidence/key", "/handlers/0/evidence/value", "/findings/0/file",
        "/findings/0/message", "/findings/0/advice", "/runs/0/run", "/runs/0/files/0"}) {
    CAPTURE(place);
    CHECK(json.at(Json::json_pointer(place)) == escaped);
  }
}

TEST_CASE("Runs are part of the JSON report of a list only", "[report]") {
  Report report;
  report.command = "restore";
  CHECK_FALSE(parsed(report).contains("runs"));
  report.runs.emplace();
  CHECK(parsed(report)["runs"] == Json::array());
  report.runs->push_back({"R1", "done", {"/a", "/b"}});
  CHECK(parsed(report)["runs"][0] ==
        Json::parse(R"({"run": "R1", "state": "done", "files": ["/a", "/b"]})"));
}

}  // namespace
}  // namespace katafix
