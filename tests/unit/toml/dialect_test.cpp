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
  CHECK(readers("a = { b = 1, }\n") == "B--");
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

TEST_CASE("BurntSushi 0.3 knows no values newer than TOML 0.4", "[toml]") {
  for (const char* value : {"0x1F", "0o7", "0b1", "inf", "-nan", "07:32:00", "1979-05-27t07:32:00Z",
                            "1979-05-27T07:32:00z", "[1, 'a']", "[1, 2.0]", "[[1], true]",
                            "'''x''''", "\"\"\"x\\ \n\"\"\""}) {
    CAPTURE(value);
    CHECK_FALSE(reads(TomlLibrary::burntsushi_0_3, "a = " + std::string(value) + "\n"));
  }
  for (const char* value : {"1_000", "1e3", "1979-05-27T07:32:00Z", "1979-05-27", "[[1], ['a']]",
                            "'''x'''", "\"\"\"x\\\n y\"\"\"", "'inf'", "{ b = 1, }"}) {
    CAPTURE(value);
    CHECK(reads(TomlLibrary::burntsushi_0_3, "a = " + std::string(value) + "\n"));
  }
}

TEST_CASE("BurntSushi 1 is TOML 1.0 up to 1.5, and 1.1 from 1.6", "[toml]") {
  for (const char* text : {"a = {\n b = 1 }\n", "a = { b = 1, }\n", "a = \"\\e\"\n",
                           "a = \"\\x41\"\n", "a = 07:32\n"}) {
    CAPTURE(text);
    CHECK_FALSE(reads(TomlLibrary::burntsushi_1, text));
    CHECK(reads(TomlLibrary::burntsushi_1_6, text));
  }
  CHECK(reads(TomlLibrary::burntsushi_1, "a.b = 0x1F\nc = [1, 'a']\n"));
}

// Held against BurntSushi/toml 1.2.0, 1.4.0 and 1.6.0.
TEST_CASE("BurntSushi 1 refuses a header for a table that dotted keys went through", "[toml]") {
  for (const char* text :
       {"[a.b.c]\n[a]\nb.d.e = 1\n[a.b]\n", "[a.b.c]\n[a]\nb.d.e = 1\n['a'.\"b\"]\n"}) {
    CAPTURE(text);
    CHECK_FALSE(reads(TomlLibrary::burntsushi_1, text));
    CHECK_FALSE(reads(TomlLibrary::burntsushi_1_6, text));
  }
  for (const char* text :
       {"[a.b.c]\n[a]\nb.d.e = 1\n[a.b.f]\n", "[a.b.c]\n[a.b]\n[a]\n", "[a]\nb.c = 1\n[a.b.d]\n",
        "[[a]]\nb.c.d = 1\nb.c.e = 1\n[[a]]\n[a.b]\n"}) {
    CAPTURE(text);
    CHECK(reads(TomlLibrary::burntsushi_1, text));
  }
}

TEST_CASE("go-toml 1 has gaps in its keys and strings", "[toml]") {
  CHECK(readers("[a.\tb]\n") == "B-2");
  CHECK(readers("[a. b]\n") == "B12");
  CHECK(readers("a . b = 1\n") == "-12");
  CHECK(readers("a. b = 1\n") == "--2");
  CHECK(readers("['a]b']\n") == "B-2");
  CHECK(readers(R"(["a\"b"])") == "B-2");
  CHECK(readers("a = \"\"\"x\"\"\"\"\n") == "--2");
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
  for (const char* text :
       {"a+ = 1\n", "[a+b]\n", "'+'.+ = 1\n", "a = { +1 = 2 }\n", "a = 0x1.8p1\n",
        "a = [ -0x1p2 ]\n",
        // Behind quotes of all kinds on its line.
        "a = { b = '', c+ = 1 }\n", "a = { b = '\"', c+ = 1 }\n", "a = { b = \"\\\"\", c+ = 1 }\n",
        "a = { b = '\"', c = 0x1p2 }\n", "a = { b = \"\"\"\n\"\"\", c+ = 1 }\n",
        "a = { b = '''\n\"''', c+ = 1 }\n"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(Parsed(text), Error);
  }
  CHECK(readers("'+' = [ +1, 0xabcdef ] # +\n") == "-12");
  CHECK(readers("a = \"0x1p2 b+ = 1\" # c+ = 1\n") == "B12");
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
