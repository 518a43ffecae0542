#include "engine/spelling.hpp"

#include "catch.hpp"

using katafix::Engine;
using katafix::same_in_any_case;

TEST_CASE("Both engines take ASCII names in any case", "[engine][spelling]") {
  for (const Engine engine : {Engine::containerd, Engine::crio}) {
    CHECK(same_in_any_case("Runtime_TYPE", "runtime_type", engine));
    CHECK_FALSE(same_in_any_case("runtime_typ", "runtime_type", engine));
    CHECK_FALSE(same_in_any_case("runtime_types", "runtime_type", engine));
    CHECK_FALSE(same_in_any_case("runtime-type", "runtime_type", engine));
  }
}

TEST_CASE("Of other letters each engine folds those that its library does", "[engine][spelling]") {
  // The Kelvin sign, the long s, the capital I with a dot.
  for (const Engine engine : {Engine::containerd, Engine::crio}) {
    const bool is_crio = engine == Engine::crio;
    CHECK(same_in_any_case("\u212Aey", "key", engine));
    CHECK(same_in_any_case("sna\u212A", "SNAK", engine));
    CHECK(same_in_any_case("opti\u017Fn\u017F", "optisns", engine) == is_crio);
    CHECK(same_in_any_case("\u0130mports", "imports", engine) != is_crio);
    CHECK_FALSE(same_in_any_case("\u212Aeys", "key", engine));
    CHECK_FALSE(same_in_any_case("\u212Ae", "key", engine));
    CHECK_FALSE(same_in_any_case("\u0131mports", "imports", engine));  // the dotless i
    CHECK_FALSE(same_in_any_case("option\u00DF", "options", engine));
  }
}
