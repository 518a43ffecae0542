#include "katafix/toml/document.hpp"

#include "toml/parsed.hpp"

#include <vector>

namespace katafix {
namespace {

using test::Parsed;

bool becomes(const char* before, const char* after, const std::vector<KeyPath>& paths) {
  const Parsed old(before);
  const Parsed fresh(after);
  return old.document.becomes(fresh.document, paths);
}

TEST_CASE("A tree becomes itself when nothing is to change", "[toml]") {
  for (const char* text :
       {"", "a = 1\n", "n = nan\n", "i = -inf\n", "a = [1, 2.5, 'x', { b = 1979-05-27 }]\n",
        "t = 07:32:00\nd = 1979-05-27T07:32:00Z\nl = 1979-05-27T07:32:00\n",
        "[[a]]\nb = 1\n[[a]]\n"}) {
    CAPTURE(text);
    CHECK(becomes(text, text, {}));
  }
}

TEST_CASE("Another way to write the same tree is the same tree", "[toml]") {
  CHECK(becomes("[a]\nb = 'x'\nc = 16\n", "a = { c = 0x10, \"b\" = \"x\" }", {}));
}

TEST_CASE("A tree with a value set to true is what was planned", "[toml]") {
  CHECK(becomes("[a]\nf = false\n", "[a]\nf = true\n", {{"a", "f"}}));
  CHECK(becomes("[a]\nx = 1\n", "[a]\nx = 1\nf = true\n", {{"a", "f"}}));
  CHECK(becomes("[a]\n[b]\n", "[a]\nf = true\n[b]\nf = true\n", {{"a", "f"}, {"b", "f"}}));
}

TEST_CASE("Any other change is not what was planned", "[toml]") {
  struct Row {
    const char* before;
    const char* after;
    std::vector<KeyPath> paths;
  };
  const std::vector<KeyPath> plan = {{"a", "f"}};
  const Row rows[] = {
      {"[a]\nf = false\n", "[a]\nf = false\n", plan},
      {"[a]\nf = false\n", "[a]\nf = 1\n", plan},
      {"[a]\n", "[a]\nf = \"true\"\n", plan},
      {"[a]\n[b]\n", "[a]\n[b]\nf = true\n", plan},
      {"[a]\n", "[a]\nf = true\ng = true\n", plan},
      {"[a]\ng = 1\n", "[a]\nf = true\n", plan},
      {"[a]\ng = 1\n", "[a]\nf = true\ng = 2\n", plan},
      {"[a]\ng = 1\n", "[a]\nf = true\ng = 1.0\n", plan},
      {"[a]\ng = [1]\n", "[a]\nf = true\ng = [1, 1]\n", plan},
      {"[a]\ng = [1, 1]\n", "[a]\nf = true\ng = [1]\n", plan},
      {"[a]\ng = 'x'\n", "[a]\nf = true\ng = 'x '\n", plan},
      {"[a]\ng = 07:32:00\n", "[a]\nf = true\ng = 07:32:01\n", plan},
      {"[a]\ng = nan\n", "[a]\nf = true\ng = 0.0\n", plan},
      {"[a]\n", "[a]\nf = true\n[c]\n", plan},
      {"a = 1\n", "a = 2\n", {}},
      {"a = {}\n", "a = []\n", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.before, row.after);
    CHECK_FALSE(becomes(row.before, row.after, row.paths));
  }
}

TEST_CASE("A plan for a table that is not there fails", "[toml]") {
  CHECK_FALSE(becomes("[a]\n", "[a]\nf = true\n", {{"b", "f"}}));
  CHECK_FALSE(becomes("a = 1\n", "a = 1\n", {{"a", "f"}}));
}

}  // namespace
}  // namespace katafix
