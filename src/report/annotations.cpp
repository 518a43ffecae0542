#include "annotations.hpp"

#include "counts.hpp"
#include "node/path.hpp"
#include "text/quote.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace katafix {

namespace {

Finding missing_flag(const HandlerReport& handler) {
  const bool is_absent = handler.flag_before == "absent";
  return {Code::missing_flag,
          Severity::error,
          handler.file,
          {handler.line, handler.column},
          "the Kata handler " + handler.name +
              (is_absent ? " lacks privileged_without_host_devices = true"
                         : " has privileged_without_host_devices = " + handler.flag_before +
                               " and needs true"),
          "katafix apply sets it",
          {}};
}

// What ends a message or the value of a property (actions/toolkit, packages/core/src/command.ts).
bool ends_message(char byte) { return byte == '%' || byte == '\r' || byte == '\n'; }
bool ends_value(char byte) { return ends_message(byte) || byte == ':' || byte == ','; }

std::string property(std::string_view name, std::string_view value) {
  return std::string(name) + "=" + percent_encoded(printable(value), ends_value);
}

std::string workflow_command(const Finding& finding) {
  std::string line = "::";
  line += finding.severity == Severity::info ? "notice" : level_name(finding.severity);
  line += " ";
  if (!finding.file.empty()) {
    line += property("file", clean_path(finding.file)) + ",";
  }
  if (finding.at.line > 0) {
    line += property("line", std::to_string(finding.at.line)) + "," +
            property("col", std::to_string(finding.at.column)) + ",";
  }
  std::string message = printable(finding.message);
  if (!finding.advice.empty()) {
    message += "\n" + printable(finding.advice);
  }
  return line + property("title", "katafix " + std::string(code_name(finding.code))) +
         "::" + percent_encoded(message, ends_message) + "\n";
}

}  // namespace

std::vector<Finding> annotations(const Report& report) {
  std::vector<Finding> all = report.findings;
  const std::set<std::string_view> written = written_files(report);
  for (const HandlerReport& handler : report.handlers) {
    if (handler.is_edited() && !written.contains(handler.file)) {
      all.push_back(missing_flag(handler));
    }
  }
  std::ranges::stable_sort(
      all, {}, [](const Finding& finding) { return std::tie(finding.file, finding.at); });
  return all;
}

std::string to_gcc(const Report& report) {
  std::string text;
  for (const Finding& finding : annotations(report)) {
    text += headline(finding, Color::no);
  }
  return text;
}

std::string to_github(const Report& report) {
  std::string text;
  for (const Finding& finding : annotations(report)) {
    text += workflow_command(finding);
  }
  return text;
}

}  // namespace katafix
