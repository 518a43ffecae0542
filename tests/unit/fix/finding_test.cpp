#include "fix/fixed.hpp"

#include <string>

namespace katafix {
namespace {

using test::contains;
using test::finding_of;
using test::fix_of;

TEST_CASE("A table with only the flag is told and left alone", "[fix]") {
  const std::string text =
      "[crio.runtime.runtimes.sandboxed]\nprivileged_without_host_devices = false\n";
  const test::FixOf fix = fix_of(text);
  CHECK(fix.edits.empty());
  const Finding finding = finding_of(fix, Code::partial_handler);
  CHECK(finding.severity == Severity::warning);
  CHECK(finding.at == Position{1, 24});
  CHECK(contains(finding.message, "sandboxed"));
  CHECK(finding_of(fix_of(test::with(text, "false", "true")), Code::partial_handler).severity ==
        Severity::info);
}

TEST_CASE("A table with only the flag is fixed where another table shows Kata", "[fix]") {
  test::check_fixed(
      "[plugins.cri.containerd.runtimes.k]\nruntime_type = 'io.containerd.kata.v2'\n"
      "[plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes.k]\nprivileged_without_host_"
      "devices = false\n",
      "[plugins.cri.containerd.runtimes.k]\nruntime_type = 'io.containerd.kata.v2'\n@\n"
      "[plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes.k]\n@\n");
}

TEST_CASE("A table with only the flag is fixed where the name shows Kata", "[fix]") {
  test::check_fixed("[crio.runtime.runtimes.kata]\nprivileged_without_host_devices = false\n",
                    "[crio.runtime.runtimes.kata]\n@\n");
}

TEST_CASE("A table with only the flag is left to an engine's own handlers", "[fix]") {
  const test::FixOf fix = fix_of(
      "[plugins.cri.containerd.runtimes.k]\nruntime_type = 'io.containerd.kata.v2'\n"
      "privileged_without_host_devices = true\n"
      "[crio.runtime.runtimes.k]\nprivileged_without_host_devices = false\n");
  CHECK(fix.edits.empty());
  CHECK_FALSE(finding_of(fix, Code::partial_handler).message.empty());
}

TEST_CASE("A handler that may be Kata is told with its place and what to do", "[fix]") {
  const Fix fix =
      fix_of("[plugins.cri.containerd.runtimes.kata-x]\nruntime_type = 'io.containerd.x.v1'\n");
  CHECK(fix.edits.empty());
  const Finding finding = finding_of(fix, Code::maybe_kata);
  CHECK(finding.severity == Severity::warning);
  CHECK(finding.at == Position{1, 34});
  CHECK(contains(finding.advice, "--handler kata-x"));
  CHECK(finding.excerpt == "[plugins.cri.containerd.runtimes.kata-x]");
}

TEST_CASE("A handler that may be Kata and has the flag is not worth a word", "[fix]") {
  CHECK(fix_of("[plugins.cri.containerd.runtimes.kata-x]\nruntime_type = 'io.containerd.x.v1'\n"
               "privileged_without_host_devices = true\n")
            .findings.empty());
}

TEST_CASE("A handler of the never-list with a type of Kata is told as skipped", "[fix]") {
  const Fix fix =
      fix_of("[crio.runtime.runtimes.x]\nruntime_type = 'vm'\nruntime_path = '/usr/bin/crun'\n");
  CHECK(fix.handlers[0].action == Action::skip);
  CHECK_FALSE(fix.handlers[0].kata);
  CHECK(finding_of(fix, Code::skipped_shim).severity == Severity::info);
  CHECK(contains(finding_of(fix, Code::skipped_shim).message, "crun"));
}

TEST_CASE("A handler that --skip names is still known as Kata", "[fix]") {
  FixOptions options;
  options.selection.skip.push_back({"kata"});
  const test::FixOf fix = fix_of("[crio.runtime.runtimes.kata]\nruntime_type = 'vm'\n", options);
  CHECK(fix.edits.empty());
  CHECK(fix.handlers[0].action == Action::skip);
  CHECK(fix.handlers[0].kata);
  CHECK(fix.findings.empty());
}

TEST_CASE("A handler that inherits from one out of view is told", "[fix]") {
  const test::FixOf fix = fix_of("[crio.runtime.runtimes.x]\ninherit_default_runtime = true\n");
  CHECK(fix.edits.empty());
  CHECK(finding_of(fix, Code::inherits_unknown).severity == Severity::warning);
}

TEST_CASE("Handlers of the engine that was not asked for are a warning and not fixed", "[fix]") {
  FixOptions options;
  options.engine = Engine::containerd;
  const std::string text = "[crio.runtime.runtimes.kata]\nruntime_type = 'vm'\n";
  const test::FixOf fix = fix_of(text, options);
  CHECK(fix.edits.empty());
  CHECK(fix.handlers.empty());
  const Finding finding = finding_of(fix, Code::other_engine);
  CHECK(finding.severity == Severity::warning);
  CHECK(contains(finding.message, "kata"));
  options.engine = Engine::crio;
  CHECK(fix_of(text, options).edits.size() == 1);
}

TEST_CASE("A file without handlers has nothing to tell", "[fix]") {
  const test::FixOf fix = fix_of("version = 3\n");
  CHECK(fix.handlers.empty());
  CHECK(fix.findings.empty());
  CHECK(fix.fixed == "version = 3\n");
  CHECK(fix_of("").fixed.empty());
}

TEST_CASE("Handlers of both engines come in the order of the file", "[fix]") {
  const test::FixOf fix = fix_of(
      "[crio.runtime.runtimes.a]\n[plugins.cri.containerd.runtimes.b]\n[crio.runtime.runtimes.c]"
      "\n");
  REQUIRE(fix.handlers.size() == 3);
  CHECK(fix.handlers[0].name == "a");
  CHECK(fix.handlers[1].name == "b");
  CHECK(fix.handlers[2].name == "c");
}

TEST_CASE("Actions have stable names", "[fix]") {
  CHECK(action_name(Action::none) == "none");
  CHECK(action_name(Action::insert) == "insert");
  CHECK(action_name(Action::replace) == "replace");
  CHECK(action_name(Action::skip) == "skip");
  CHECK(action_name(Action::refuse) == "refuse");
}

}  // namespace
}  // namespace katafix
