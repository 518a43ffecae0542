#include "fix/fixed.hpp"

#include <string>

namespace katafix {
namespace {

using test::contains;
using test::fix_of;

void check_refused(const std::string& text, const std::string& why, std::size_t line,
                   const FixOptions& options = {}, const std::string& path = "config.toml") {
  CAPTURE(text);
  const test::FixOf fix = fix_of(text, options, path);
  CHECK(fix.edits.empty());
  CHECK(fix.fixed == text);
  REQUIRE(fix.handlers.size() == 1);
  CHECK(fix.handlers[0].kata);
  CHECK(fix.handlers[0].action == Action::refuse);
  CHECK(contains(fix.handlers[0].reason, why));
  const Finding finding = test::finding_of(fix, Code::refused);
  CHECK(finding.severity == Severity::error);
  CHECK(finding.at.line == line);
  CHECK(contains(finding.message, fix.handlers[0].name));
  CHECK(contains(finding.message + finding.advice, "privileged_without_host_devices = true"));
}

void check_set(const std::string& text) {
  CAPTURE(text);
  const test::FixOf fix = fix_of(text);
  CHECK(fix.edits.empty());
  CHECK(fix.findings.empty());
  REQUIRE(fix.handlers.size() == 1);
  CHECK(fix.handlers[0].action == Action::none);
}

TEST_CASE("A handler that only a sub-table implies is refused", "[fix]") {
  check_refused("a = 1\n[plugins.cri.containerd.runtimes.k.options]\nBinaryName = 'kata-fc'\n",
                "no table of its own", 2);
}

TEST_CASE("A handler in an array of tables is refused", "[fix]") {
  check_refused("[[crio.runtime.runtimes.kata]]\nruntime_type = 'vm'\n", "array of tables", 1);
  check_set(
      "[[crio.runtime.runtimes.kata]]\nruntime_type = 'vm'\nprivileged_without_host_devices = "
      "true\n");
}

TEST_CASE("A header with a backslash escape is refused", "[fix]") {
  check_refused("[crio.runtime.runtimes.\"k\\u0061ta\"]\nruntime_type = 'vm'\n", "backslash", 1);
  check_refused("[crio.\"runt\\u0069me\".runtimes]\nkata.runtime_type = 'vm'\n", "backslash", 2);
  check_set(
      "[crio.runtime.runtimes.\"k\\u0061ta\"]\nruntime_type = "
      "'vm'\nprivileged_without_host_devices = true\n");
}

TEST_CASE("A backslash in a literal key is no escape", "[fix]") {
  test::check_fixed("[crio.runtime.runtimes.'k\\a']\nruntime_type = 'vm'\n",
                    "[crio.runtime.runtimes.'k\\a']\nruntime_type = 'vm'\n@\n");
}

TEST_CASE("An escape in the key of an entry is no trouble", "[fix]") {
  test::check_fixed("[crio.runtime.runtimes.kata]\n\"runtime\\u005ftype\" = 'vm'\n",
                    "[crio.runtime.runtimes.kata]\n\"runtime\\u005ftype\" = 'vm'\n@\n");
}

TEST_CASE("A flag that is a table is refused", "[fix]") {
  const std::string kata = "[crio.runtime.runtimes.kata]\nruntime_type = 'vm'\n";
  for (const char* flag :
       {"privileged_without_host_devices = {}\n", "privileged_without_host_devices.x = 1\n",
        "[crio.runtime.runtimes.kata.privileged_without_host_devices]\n",
        "[[crio.runtime.runtimes.kata.privileged_without_host_devices]]\n"}) {
    check_refused(kata + flag, "its flag is a table", 1);
  }
}

TEST_CASE("A refused handler does not keep others from being planned", "[fix]") {
  const test::FixOf fix = fix_of(
      "[[crio.runtime.runtimes.a]]\nruntime_type = 'vm'\n[crio.runtime.runtimes.b]\nruntime_type = "
      "'vm'\n");
  CHECK(test::handler_of(fix, "a").action == Action::refuse);
  CHECK(test::handler_of(fix, "b").action == Action::insert);
  CHECK(fix.edits.size() == 1);
}

TEST_CASE("A text that is no TOML is refused as a whole", "[fix]") {
  const Finding finding = test::error_of([] { (void)fix_of("[a]\n[a]\n"); });
  CHECK(finding.code == Code::invalid_toml);
  CHECK(finding.at == Position{2, 1});
}

}  // namespace
}  // namespace katafix
