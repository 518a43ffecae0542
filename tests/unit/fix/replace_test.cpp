#include "fix/fixed.hpp"

namespace katafix {
namespace {

using test::check_fixed;
using test::fix_of;

const std::string kKata = "[crio.runtime.runtimes.kata]\nruntime_type = 'vm'\n";

TEST_CASE("A flag of another value becomes true and nothing else moves", "[fix]") {
  for (const char* token : {"false", "\"true\"", "'false'", "1", "0", "1.5", "[]", "[ true ]",
                            "\"\"\"\ntrue\"\"\"", "1979-05-27"}) {
    const std::string before =
        kKata + "\tprivileged_without_host_devices\t=  " + token + "  # why\r\nb = 1";
    const std::string after = kKata + "\tprivileged_without_host_devices\t=  true  # why\r\nb = 1";
    check_fixed(before, after);
    const test::FixOf fix = fix_of(before);
    CHECK(fix.handlers[0].action == Action::replace);
    CHECK(fix.handlers[0].flag_before == token);
    CHECK(fix.handlers[0].edit_line == 3);
  }
}

TEST_CASE("A flag that is true already is left as it is", "[fix]") {
  for (const char* flag :
       {"privileged_without_host_devices = true", "privileged_without_host_devices=true # x",
        "'privileged_without_host_devices' = true"}) {
    const test::FixOf fix = fix_of(kKata + flag);
    CHECK(fix.edits.empty());
    CHECK(fix.fixed == kKata + flag);
    CHECK(fix.handlers[0].action == Action::none);
    CHECK(fix.handlers[0].kata);
    CHECK(fix.handlers[0].flag_before == "true");
  }
}

TEST_CASE("A flag in another spelling is set in place and told", "[fix]") {
  const std::string before = kKata + "Privileged_Without_Host_Devices = false\n";
  const test::FixOf fix = fix_of(before);
  CHECK(fix.fixed == kKata + "Privileged_Without_Host_Devices = true\n");
  const Finding finding = test::finding_of(fix, Code::flag_spelling);
  CHECK(finding.at == Position{3, 1});
  CHECK(test::contains(finding.message, "Privileged_Without_Host_Devices"));
  CHECK(finding.severity == Severity::warning);
}

TEST_CASE("Of several spellings all become true", "[fix]") {
  check_fixed(
      kKata + "privileged_without_host_devices = true\nPRIVILEGED_WITHOUT_HOST_DEVICES = false\n",
      kKata + "@\nPRIVILEGED_WITHOUT_HOST_DEVICES = true\n");
  const test::FixOf fix = fix_of(
      kKata + "PRIVILEGED_WITHOUT_HOST_DEVICES = 0\nprivileged_without_host_devices = 'x'\n");
  CHECK(fix.edits.size() == 2);
  CHECK(fix.handlers[0].flag_before == "0");
  // The report shows the one that is to change.
  const test::FixOf mixed = fix_of(
      kKata + "privileged_without_host_devices = true\nPRIVILEGED_WITHOUT_HOST_DEVICES = false\n");
  CHECK(mixed.handlers[0].flag_before == "false");
}

TEST_CASE("A flag before its evidence is found too", "[fix]") {
  check_fixed(
      "[crio.runtime.runtimes.kata]\nprivileged_without_host_devices = false\nruntime_type = "
      "'vm'\n",
      "[crio.runtime.runtimes.kata]\n@\nruntime_type = 'vm'\n");
}

TEST_CASE("A flag in an inline table becomes true in place", "[fix]") {
  check_fixed(
      "[crio.runtime.runtimes]\nkata = {privileged_without_host_devices=false,runtime_type='vm'}\n",
      "[crio.runtime.runtimes]\nkata = {privileged_without_host_devices=true,runtime_type='vm'}\n");
}

TEST_CASE("Other handlers keep their flags", "[fix]") {
  const std::string text =
      "[crio.runtime.runtimes.runc]\nruntime_path = "
      "'/usr/bin/runc'\nprivileged_without_host_devices = false\n"
      "[plugins.cri.containerd.runtimes.runc]\nruntime_type = 'io.containerd.runc.v2'\n"
      "privileged_without_host_devices = \"false\"\n";
  const test::FixOf fix = fix_of(text);
  CHECK(fix.edits.empty());
  CHECK(fix.findings.empty());
  CHECK(fix.fixed == text);
  REQUIRE(fix.handlers.size() == 2);
  CHECK(fix.handlers[0].flag_before == "false");
  CHECK(fix.handlers[1].flag_before == "\"false\"");
  CHECK_FALSE(fix.handlers[0].kata);
}

TEST_CASE("The flag that permits all devices is another key", "[fix]") {
  check_fixed(kKata + "privileged_without_host_devices_all_devices_allowed = true\n",
              kKata + "@\nprivileged_without_host_devices_all_devices_allowed = true\n");
}

}  // namespace
}  // namespace katafix
