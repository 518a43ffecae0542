#include "katafix/text/edit.hpp"

#include "support.hpp"

#include <stdexcept>

namespace katafix {
namespace {

TEST_CASE("No edits leave the bytes as they are", "[text]") {
  CHECK(apply_edits("a\r\nb", {}) == "a\r\nb");
}

TEST_CASE("An edit replaces exactly the bytes of its span", "[text]") {
  CHECK(apply_edits("a = false\n", {{{4, 9}, "true"}}) == "a = true\n");
  CHECK(apply_edits("abc", {{{0, 3}, ""}}).empty());
}

TEST_CASE("An edit with an empty span inserts", "[text]") {
  CHECK(apply_edits("bd", {{{0, 0}, "a"}, {{1, 1}, "c"}, {{2, 2}, "e"}}) == "abcde");
  CHECK(apply_edits("", {{{0, 0}, "a"}}) == "a");
}

TEST_CASE("Insertions at one place keep their order", "[text]") {
  CHECK(apply_edits("--", {{{1, 1}, "a"}, {{1, 1}, "b"}}) == "-ab-");
}

TEST_CASE("Edits may touch each other", "[text]") {
  CHECK(apply_edits("abcd", {{{0, 2}, "x"}, {{2, 2}, "-"}, {{2, 4}, "y"}}) == "x-y");
}

TEST_CASE("Edits that overlap are a mistake of the caller", "[text]") {
  CHECK_THROWS_AS(apply_edits("abcd", {{{0, 2}, "x"}, {{1, 3}, "y"}}), std::logic_error);
}

TEST_CASE("Edits out of order are a mistake of the caller", "[text]") {
  CHECK_THROWS_AS(apply_edits("abcd", {{{2, 3}, "x"}, {{0, 1}, "y"}}), std::logic_error);
}

TEST_CASE("Edits outside the bytes are a mistake of the caller", "[text]") {
  CHECK_THROWS_AS(apply_edits("abcd", {{{3, 5}, "x"}}), std::logic_error);
  CHECK_THROWS_AS(apply_edits("abcd", {{{5, 5}, "x"}}), std::logic_error);
  CHECK_THROWS_AS(apply_edits("abcd", {{{3, 2}, "x"}}), std::logic_error);
}

}  // namespace
}  // namespace katafix
