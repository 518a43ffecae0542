#include "fix/fixed.hpp"

#include <string>

namespace katafix {
namespace {

using test::contains;

const std::string kHeader = "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.kata]\n";
const std::string kType = "  runtime_type = \"io.containerd.kata.v2\"\n";

void check_template(const std::string& before, const std::string& after) {
  test::check_fixed(before, after, {}, "config-v3.toml.tmpl");
}

void check_refused(const std::string& text, const std::string& why) {
  CAPTURE(text);
  const test::FixOf fix = test::fix_of(text, {}, "config.toml.tmpl");
  CHECK(fix.edits.empty());
  CHECK(fix.fixed == text);
  REQUIRE_FALSE(fix.handlers.empty());
  CHECK(fix.handlers[0].action == Action::refuse);
  CHECK(contains(fix.handlers[0].reason, why));
}

TEST_CASE("A handler outside of all blocks of a template is fixed", "[fix]") {
  check_template("{{ template \"base\" . }}\n\n" + kHeader + kType,
                 "{{ template \"base\" . }}\n\n" + kHeader + kType + "  @\n");
}

TEST_CASE("A handler in one block of a template is fixed in it", "[fix]") {
  check_template("{{ if .X }}\n" + kHeader + kType + "{{ end }}\n",
                 "{{ if .X }}\n" + kHeader + kType + "  @\n{{ end }}\n");
  check_template(kHeader + kType + "{{ range .Y }}\n[a.\"{{ . }}\"]\n{{ end }}\n",
                 kHeader + kType + "  @\n{{ range .Y }}\n[a.\"{{ . }}\"]\n{{ end }}\n");
}

TEST_CASE("Directives in the strings of the line do not matter and stay as they are", "[fix]") {
  const std::string path = "  runtime_path = \"{{ .Dir }}/containerd-shim-kata-v2\"\n";
  check_template(kHeader + path, kHeader + path + "  @\n");
}

TEST_CASE("A prefix with a directive is copied as the original has it", "[fix]") {
  const std::string line = "\"kata-{{ .N }}\".runtime_type = 'io.containerd.kata.v2'\n";
  check_template("[plugins.cri.containerd.runtimes]\n" + line,
                 "[plugins.cri.containerd.runtimes]\n" + line + "\"kata-{{ .N }}\".@\n");
}

TEST_CASE("A name with a directive is reported as the original has it", "[fix]") {
  const std::string header = "[plugins.cri.containerd.runtimes.\"{{ .Name }}\"]\n";
  const test::FixOf fix = test::fix_of(header + kType, {}, "c.tmpl");
  REQUIRE(fix.handlers.size() == 1);
  CHECK(fix.handlers[0].name == "{{ .Name }}");
  CHECK(fix.handlers[0].action == Action::insert);
}

TEST_CASE("Evidence in another block than its header is refused", "[fix]") {
  check_refused(kHeader + "{{ if .X }}\n" + kType + "{{ end }}\n", "template");
  check_refused("{{ if .X }}\n" + kHeader + "{{ end }}\n" + kType, "template");
  check_refused("{{ if .X }}\n" + kHeader + "{{ else }}\n" + kType + "{{ end }}\n", "template");
}

TEST_CASE("A flag in a deeper block than its header is not set", "[fix]") {
  check_refused(
      kHeader + kType + "{{ if .X }}\nprivileged_without_host_devices = true\n{{ end }}\n",
      "{{ if }}");
  check_refused(
      kHeader + kType + "{{ if .X }}\nprivileged_without_host_devices = false\n{{ end }}\n",
      "{{ if }}");
}

TEST_CASE("A flag that a directive makes is not set", "[fix]") {
  for (const char* value :
       {"{{ .Flag }}", "\"{{ .Flag }}\"", "{{ if .X }}true{{ else }}false{{ end }}"}) {
    check_refused(kHeader + kType + "privileged_without_host_devices = " + value + "\n",
                  "directive");
  }
}

TEST_CASE("A flag that is true in the handler's own block is set", "[fix]") {
  const std::string text =
      kHeader + kType + "privileged_without_host_devices = true\n{{ if .X }}\n{{ end }}\n";
  const test::FixOf fix = test::fix_of(text, {}, "c.tmpl");
  CHECK(fix.edits.empty());
  CHECK(fix.findings.empty());
  CHECK(fix.handlers[0].action == Action::none);
}

TEST_CASE("A flag that is false in the handler's own block becomes true", "[fix]") {
  check_template(
      kHeader + kType + "privileged_without_host_devices = false\n{{ template \"x\" . }}\n",
      kHeader + kType + "@\n{{ template \"x\" . }}\n");
}

TEST_CASE("A directive on the evidence's line outside of strings is refused", "[fix]") {
  check_refused(kHeader + "runtime_type = 'io.containerd.kata.v2' {{ .C }}\n", "directive");
  check_refused(kHeader + "runtime_type = 'io.containerd.kata.v2' # {{ .C }}\n", "directive");
  check_refused(kHeader + "runtime_type = 'io.containerd.kata.v2'{{ if .X }}\na = 1\n{{ end }}\n",
                "directive");
}

TEST_CASE("A directive behind a number sign may open a block too", "[fix]") {
  check_refused("# {{ if .X }}\n" + kHeader + "# {{ end }}\n" + kType, "template");
}

TEST_CASE("A value of a directive alone is no evidence", "[fix]") {
  const test::FixOf fix = test::fix_of(
      "[plugins.cri.containerd.runtimes.x]\nruntime_type = \"{{ .Kata }}\"\n", {}, "c.tmpl");
  CHECK(fix.edits.empty());
  CHECK_FALSE(fix.handlers[0].kata);
}

TEST_CASE("Findings in a template quote the original", "[fix]") {
  const test::FixOf fix = test::fix_of(
      "[plugins.cri.containerd.runtimes.\"kata-{{ .N }}\"]\nruntime_type = 'x' # {{ .C }}\n", {},
      "c.tmpl");
  const Finding finding = test::finding_of(fix, Code::maybe_kata);
  CHECK(contains(finding.message, "kata-{{ .N }}"));
  CHECK(finding.excerpt == "[plugins.cri.containerd.runtimes.\"kata-{{ .N }}\"]");
}

TEST_CASE("Two branches that define one table are refused", "[fix]") {
  const Finding finding = test::error_of([] {
    (void)test::fix_of("{{ if .X }}\n" + kHeader + "{{ else }}\n" + kHeader + "{{ end }}\n", {},
                       "c.tmpl");
  });
  CHECK(finding.code == Code::invalid_toml);
  CHECK(finding.at.line == 4);
}

TEST_CASE("A new flag goes behind a value of several lines and never into a directive", "[fix]") {
  const std::string text = kHeader + kType + "a = {{ .Long |\n  toJson }}\n";
  check_template(text, kHeader + kType + "  @\na = {{ .Long |\n  toJson }}\n");
}

}  // namespace
}  // namespace katafix
