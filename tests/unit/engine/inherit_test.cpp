#include "katafix/engine/kata_rules.hpp"

#include "engine/judged.hpp"

#include <string>

namespace katafix {
namespace {

using test::Parsed;
using test::verdict_on;

const std::string kHeir = "[crio.runtime.runtimes.heir]\ninherit_default_runtime = true\n";

Verdict heir(const std::string& text, const Selection& selection = {}) {
  const Parsed parsed(text);
  return verdict_on(parsed, Engine::crio, "heir", selection);
}

TEST_CASE("A handler that inherits takes path and type of the default handler", "[engine]") {
  const Verdict verdict = heir(
      "[crio.runtime]\ndefault_runtime = 'k'\n[crio.runtime.runtimes.k]\n"
      "runtime_path = '/x/containerd-shim-kata-v2'\n" +
      kHeir);
  CHECK(verdict.kata == Kata::yes);
  CHECK(verdict.evidence->rule == Rule::shim_path);
  CHECK(verdict.evidence->value == "/x/containerd-shim-kata-v2");
  CHECK_FALSE(verdict.evidence->in_own_table);
}

TEST_CASE("The own path of a handler that inherits does not count", "[engine]") {
  const Verdict verdict = heir(
      "[crio.runtime]\ndefault_runtime = 'r'\n[crio.runtime.runtimes.r]\n"
      "runtime_path = '/usr/bin/runc'\n" +
      kHeir + "runtime_path = '/x/containerd-shim-kata-v2'\n");
  CHECK(verdict.kata != Kata::yes);
}

TEST_CASE("A default handler without a path is judged by its name", "[engine]") {
  const Verdict verdict =
      heir("[crio.runtime]\ndefault_runtime = 'kata'\n[crio.runtime.runtimes.kata]\n" + kHeir);
  CHECK(verdict.kata == Kata::yes);
  CHECK(verdict.evidence->rule == Rule::name);
}

TEST_CASE("The default handler is crun where none is named", "[engine]") {
  CHECK(heir("[crio.runtime.runtimes.crun]\nruntime_type = 'vm'\nruntime_path = '/x/my-shim'\n" +
             kHeir)
            .kata == Kata::yes);
  CHECK(heir("[crio.runtime.runtimes.crun]\n" + kHeir).kata == Kata::no);
  CHECK(heir("[crio.runtime.runtimes.runc]\n" + kHeir).kata == Kata::unresolved);
}

TEST_CASE("A default handler that is not in view leaves the question open", "[engine]") {
  const Verdict verdict = heir("[crio.runtime]\ndefault_runtime = 'away'\n" + kHeir);
  CHECK(verdict.kata == Kata::unresolved);
  CHECK_FALSE(verdict.reason.empty());
  CHECK(heir(kHeir, {{{"heir"}}, {}}).kata == Kata::yes);
  CHECK(heir(kHeir, {{}, {{"heir"}}}).kata == Kata::skipped);
}

TEST_CASE("Inheriting is nothing that containerd knows", "[engine]") {
  CHECK(verdict_on(Engine::containerd, "x",
                   "inherit_default_runtime = true\nruntime_type = 'io.containerd.kata.v2'")
            .kata == Kata::yes);
}

TEST_CASE("Inheriting is on only when it is true", "[engine]") {
  CHECK(verdict_on(Engine::crio, "kata", "inherit_default_runtime = false").kata == Kata::yes);
  CHECK(verdict_on(Engine::crio, "kata", "inherit_default_runtime = 'true'").kata == Kata::yes);
}

}  // namespace
}  // namespace katafix
