#include "katafix/engine/kata_rules.hpp"

#include "engine/judged.hpp"

namespace katafix {
namespace {

using test::verdict_on;

constexpr const char* kKataType = "runtime_type = 'io.containerd.kata.v2'\n";
constexpr const char* kRuncPath = "runtime_path = '/usr/bin/runc'\n";

struct Globs {
  std::vector<std::string> handlers;
  std::vector<std::string> skip;
};

Verdict judged(const char* name, const char* body, const Globs& globs) {
  Selection selection;
  for (const std::string& glob : globs.handlers) {
    selection.handlers.push_back({glob});
  }
  for (const std::string& glob : globs.skip) {
    selection.skip.push_back({glob});
  }
  return verdict_on(Engine::containerd, name, body, selection);
}

TEST_CASE("A handler that --handler names is Kata", "[engine]") {
  for (const char* pattern : {"mine", "m*", "m?ne", "[lm]ine"}) {
    const Verdict verdict = judged("mine", "runtime_type = 'x.y'", {{"other", pattern}, {}});
    CAPTURE(pattern);
    CHECK(verdict.kata == Kata::yes);
    CHECK(verdict.evidence->rule == Rule::option);
    CHECK(verdict.evidence->key.empty());
    CHECK(verdict.evidence->value == "mine");
    CHECK_FALSE(verdict.evidence->in_own_table);
  }
}

TEST_CASE("Patterns are case-sensitive and match the whole name", "[engine]") {
  for (const char* pattern : {"MINE", "min", "ine", "M*", ""}) {
    CAPTURE(pattern);
    CHECK(judged("mine", "runtime_type = 'x.y'", {{pattern}, {}}).kata == Kata::no);
    CHECK_FALSE(names(pattern, "mine"));
  }
}

TEST_CASE("A handler that is Kata by a rule keeps its evidence when it is named", "[engine]") {
  CHECK(judged("mine", kKataType, {{"mine"}, {}}).evidence->rule == Rule::shim_type);
}

TEST_CASE("A handler that --skip names is left alone", "[engine]") {
  for (const char* pattern : {"mine", "m*"}) {
    const Verdict verdict = judged("mine", kKataType, {{}, {pattern}});
    CHECK(verdict.kata == Kata::skipped);
    CHECK(verdict.evidence->rule == Rule::shim_type);
    CHECK(test::contains(verdict.reason, "--skip"));
  }
}

TEST_CASE("A handler that the policy leaves alone tells which policy", "[engine]") {
  const Selection selection{{}, {{"other"}, {"m*", "/etc/katafix.toml"}, {"mine"}}};
  CHECK(verdict_on(Engine::containerd, "mine", kKataType, selection).reason ==
        "left alone by skip in /etc/katafix.toml");
}

TEST_CASE("Skip wins over a handler's own name", "[engine]") {
  CHECK(judged("mine", kKataType, {{"mine"}, {"m*"}}).kata == Kata::skipped);
  CHECK(judged("mine", kRuncPath, {{"mine"}, {"mine"}}).kata == Kata::skipped);
}

TEST_CASE("A literal name beats the never-list and a pattern does not", "[engine]") {
  CHECK(judged("mine", kRuncPath, {{"mine"}, {}}).kata == Kata::yes);
  CHECK(judged("mine", kRuncPath, {{"m*"}, {}}).kata == Kata::no);
  CHECK(judged("mine", kRuncPath, {{"m*", "mine"}, {}}).kata == Kata::yes);
  const std::string both = std::string(kRuncPath) + kKataType;
  CHECK(judged("mine", both.c_str(), {{"*"}, {}}).kata == Kata::skipped);
}

TEST_CASE("A pattern for all handlers leaves runc alone", "[engine]") {
  CHECK(judged("runc", "runtime_type = 'io.containerd.runc.v2'", {{"*"}, {}}).kata == Kata::no);
  CHECK(judged("x", "runtime_type = 'io.containerd.x.v1'", {{"*"}, {}}).kata == Kata::yes);
}

TEST_CASE("The legacy tables can be named", "[engine]") {
  const test::Parsed parsed(
      "[plugins.cri.containerd.default_runtime]\nruntime_type = 'x'\n"
      "[plugins.cri.containerd.untrusted_workload_runtime]\nruntime_type = 'x'\n");
  for (const char* name : {"default_runtime", "untrusted_workload_runtime"}) {
    CHECK(verdict_on(parsed, Engine::containerd, name).kata == Kata::no);
    CHECK(verdict_on(parsed, Engine::containerd, name, {{{name}}, {}}).kata == Kata::yes);
  }
}

TEST_CASE("A name with the signs of a pattern is named literally too", "[engine]") {
  CHECK(judged("a[1]", kRuncPath, {{"a[1]"}, {}}).kata == Kata::yes);
}

}  // namespace
}  // namespace katafix
