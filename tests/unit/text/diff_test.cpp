#include "katafix/text/edit.hpp"

#include "support.hpp"

namespace katafix {
namespace {

using test::kBom;

std::string diff_of(std::string bytes, const std::vector<Edit>& edits,
                    std::string_view path = "f") {
  const Source source("f", std::move(bytes));
  return unified_diff(source, edits, path);
}

std::string numbered(int lines) {
  std::string text;
  for (int line = 1; line <= lines; ++line) {
    text += std::to_string(line % 10) + "\n";
  }
  return text;
}

const std::string kHead = "--- a/f\n+++ b/f\n";

TEST_CASE("No edits give no diff", "[text]") { CHECK(diff_of("a\n", {}).empty()); }

TEST_CASE("A new line is shown between three lines of context", "[text]") {
  CHECK(diff_of(numbered(9), {{{8, 8}, "new\n"}}) ==
        kHead + "@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+new\n 5\n 6\n 7\n");
}

TEST_CASE("A changed value is shown as its old and its new line", "[text]") {
  CHECK(diff_of("a = 1\nb = false # why\nc = 3\n", {{{10, 15}, "true"}}) ==
        kHead + "@@ -1,3 +1,3 @@\n a = 1\n-b = false # why\n+b = true # why\n c = 3\n");
}

TEST_CASE("Two edits on one line are one changed line", "[text]") {
  CHECK(diff_of("{a, b}\n", {{{2, 2}, "1"}, {{5, 5}, "2"}}) ==
        kHead + "@@ -1 +1 @@\n-{a, b}\n+{a1, b2}\n");
}

TEST_CASE("A line may be changed and followed by a new one", "[text]") {
  CHECK(diff_of("a\nb\n", {{{0, 1}, "x"}, {{2, 2}, "new\n"}}) ==
        kHead + "@@ -1,2 +1,3 @@\n-a\n+x\n+new\n b\n");
}

TEST_CASE("Two new lines at one place are both shown in order", "[text]") {
  CHECK(diff_of("a\nb\n", {{{2, 2}, "1\n"}, {{2, 2}, "2\n"}}) ==
        kHead + "@@ -1,2 +1,4 @@\n a\n+1\n+2\n b\n");
}

TEST_CASE("Changes with six lines between them share a hunk", "[text]") {
  CHECK(diff_of(numbered(8), {{{0, 1}, "x"}, {{14, 15}, "y"}}) ==
        kHead + "@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n");
}

TEST_CASE("Changes with seven lines between them have a hunk each", "[text]") {
  CHECK(diff_of(numbered(9), {{{0, 1}, "x"}, {{16, 17}, "y"}}) ==
        kHead + "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n");
}

TEST_CASE("A later hunk counts the lines that came in before it", "[text]") {
  const std::string text = diff_of(numbered(20), {{{2, 2}, "p\nq\n"}, {{30, 30}, "r\n"}});
  CHECK(test::contains(text, "@@ -1,4 +1,6 @@\n"));
  CHECK(test::contains(text, "@@ -13,6 +15,7 @@\n"));
}

TEST_CASE("A last line without a newline is marked on the side that lacks it", "[text]") {
  CHECK(diff_of("a\nb", {{{2, 3}, "c"}}) ==
        kHead +
            "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n"
            "+c\n\\ No newline at end of file\n");
  CHECK(diff_of("a", {{{1, 1}, "\nb"}}) == kHead +
                                               "@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n"
                                               "+a\n+b\n\\ No newline at end of file\n");
  CHECK(diff_of("a\nb", {{{0, 1}, "x"}}) ==
        kHead + "@@ -1,2 +1,2 @@\n-a\n+x\n b\n\\ No newline at end of file\n");
}

TEST_CASE("A new line behind the last line is shown", "[text]") {
  CHECK(diff_of("a\nb\n", {{{4, 4}, "c\n"}}) == kHead + "@@ -1,2 +1,3 @@\n a\n b\n+c\n");
}

TEST_CASE("The first line of an empty file comes behind line 0", "[text]") {
  CHECK(diff_of("", {{{0, 0}, "a\n"}}) == kHead + "@@ -0,0 +1 @@\n+a\n");
}

TEST_CASE("A file that is emptied has no lines left behind line 0", "[text]") {
  CHECK(diff_of("a\n", {{{0, 2}, ""}}) == kHead + "@@ -1 +0,0 @@\n-a\n");
}

TEST_CASE("The byte order mark is part of the first line", "[text]") {
  const std::string bom(kBom);
  CHECK(diff_of(bom + "a\nb\n", {{{3, 4}, "x"}}) ==
        kHead + "@@ -1,2 +1,2 @@\n-" + bom + "a\n+" + bom + "x\n b\n");
  CHECK(diff_of(bom + "a\nb\n", {{{5, 5}, "x\n"}}) ==
        kHead + "@@ -1,2 +1,3 @@\n " + bom + "a\n+x\n b\n");
}

TEST_CASE("A line that goes in front of the first one stays behind the byte order mark", "[text]") {
  const std::string bom(kBom);
  CHECK(diff_of(bom + "a\n", {{{3, 3}, "x\n"}}) ==
        kHead + "@@ -1 +1,2 @@\n-" + bom + "a\n+" + bom + "x\n+a\n");
}

TEST_CASE("Carriage returns are part of the lines", "[text]") {
  CHECK(diff_of("a\r\nb\r\n", {{{3, 3}, "x\r\n"}}) ==
        kHead + "@@ -1,2 +1,3 @@\n a\r\n+x\r\n b\r\n");
}

TEST_CASE("Names are quoted as git does", "[text]") {
  const std::vector<Edit> edit = {{{0, 1}, "x"}};
  CHECK(test::contains(diff_of("a\n", edit, "etc/a\"b"),
                       "--- \"a/etc/a\\\"b\"\n+++ \"b/etc/a\\\"b\"\n"));
  CHECK(test::contains(diff_of("a\n", edit, "é"), "--- \"a/\\303\\251\"\n+++ \"b/\\303\\251\"\n"));
}

TEST_CASE("A tab ends a name that has blanks so that patch takes all of it", "[text]") {
  const std::vector<Edit> edit = {{{0, 1}, "x"}};
  CHECK(
      test::contains(diff_of("a\n", edit, "my config"), "--- a/my config\t\n+++ b/my config\t\n"));
}

}  // namespace
}  // namespace katafix
