#include "katafix/toml/dialect.hpp"

#include "support.hpp"
#include "toml/parsed.hpp"

#include <string>

namespace katafix {
namespace {

using test::Parsed;

bool reads(TomlLibrary library, const std::string& text) {
  const Parsed parsed(text);
  return !objection(parsed.document, library);
}

/// Which of BurntSushi 0.3, go-toml 1 and go-toml 2 read a text, as "B12".
std::string readers(const std::string& text) {
  std::string names;
  names += reads(TomlLibrary::burntsushi_0_3, text) ? "B" : "-";
  names += reads(TomlLibrary::go_toml_1, text) ? "1" : "-";
  names += reads(TomlLibrary::go_toml_2, text) ? "2" : "-";
  return names;
}

TEST_CASE("Plain TOML is read by every library", "[toml]") {
  CHECK(readers("a = 1\n[b.'c d']\ne = \"\\u0041\\\"\" # x\nf = [\n1, # y\n2\n]\n") == "B12");
  CHECK(readers("a = { b = 1, c = [\n1,\n] }\n") == "B12");
}

TEST_CASE("What is new in TOML 1.1 is refused by most", "[toml]") {
  CHECK(readers("a = {\n  b = 1\n}\n") == "-1-");
  CHECK(readers("a = { b = 1 # x\n}\n") == "-1-");
  CHECK(readers("a = { b = 1\n, c = 2 }\n") == "---");
  CHECK(readers("a = { b = 1, }\n") == "---");
  CHECK(readers(R"(a = "\x41")") == "---");
  CHECK(readers(R"(a = "\e")") == "--2");
  CHECK(readers("a = 07:32\n") == "---");
}

TEST_CASE("A byte order mark is read by go-toml 1 alone", "[toml]") {
  CHECK(readers("\xEF\xBB\xBF"
                "a = 1\n") == "-1-");
}

TEST_CASE("BurntSushi 0.3 knows no dotted keys", "[toml]") {
  CHECK(readers("a.b = 1\n") == "-12");
  CHECK(readers("[a.b]\nc = 1\n") == "B12");
}

TEST_CASE("go-toml 1 has gaps in its keys and strings", "[toml]") {
  CHECK(readers("[a.\tb]\n") == "B-2");
  CHECK(readers("[a. b]\n") == "B12");
  CHECK(readers("a . b = 1\n") == "-12");
  CHECK(readers("a. b = 1\n") == "--2");
  CHECK(readers("['a]b']\n") == "B-2");
  CHECK(readers(R"(["a\"b"])") == "B-2");
  CHECK(readers("a = \"\"\"x\"\"\"\"\n") == "B-2");
  CHECK(readers("a = \"\"\"x\"\"\"\n") == "B12");
  CHECK(readers("a = 1979-05-27\n") == "B-2");
  CHECK(readers("a = 0e1\n") == "B-2");
}

TEST_CASE("go-toml 2 keeps headers and dotted keys apart", "[toml]") {
  CHECK(readers("[a]\nb.c = 1\n[a.b.d]\ne = 1\n") == "-12");
  CHECK(readers("[a.b.c]\nd = 1\n[a]\nb.e = 1\n") == "-12");
}

TEST_CASE("Small letters in a date are new, too", "[toml]") {
  CHECK(readers("a = 1979-05-27t07:32:00\n") == "--2");
  CHECK(readers("a = 1979-05-27T07:32:00z\n") == "--2");
  CHECK(readers("a = 1979-05-27T07:32:00Z # tz\n") == "B12");
}

TEST_CASE("A draft of TOML 1.1 is no TOML", "[toml]") {
  for (const char* text : {"a+ = 1\n", "[a+b]\n", "'+'.+ = 1\n", "a = { +1 = 2 }\n",
                           "a = 0x1.8p1\n", "a = [ -0x1p2 ]\n"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(Parsed(text), Error);
  }
  CHECK(readers("'+' = [ +1, 1e+5, 0xabcdef, '0x1p2' ] # +\n") == "B12");
}

TEST_CASE("An objection has its place", "[toml]") {
  const Parsed parsed("a = 1\nb = { c = 1, }\n");
  const auto found = objection(parsed.document, TomlLibrary::go_toml_2);
  REQUIRE(found);
  CHECK(parsed.source.position(found->offset) == Position{2, 12});
  CHECK(found->message == "a comma behind the last key of an inline table");
}

}  // namespace
}  // namespace katafix
