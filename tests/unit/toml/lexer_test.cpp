#include "toml/lexer.hpp"

#include "support.hpp"

#include <string>
#include <vector>

namespace katafix {
namespace {

using Segments = std::vector<std::string>;

Segments texts(std::string_view text, const std::vector<Span>& spans) {
  Segments all;
  for (const Span span : spans) {
    all.emplace_back(text.substr(span.begin, span.size()));
  }
  return all;
}

/// The segments of the key that ends where the text has ` =`.
Segments key_of(std::string_view text) {
  return texts(text, key_segments_before(text, text.rfind(" =")));
}

Segments header_of(std::string_view text) {
  return texts(text, header_segments(text, {text.find('['), text.rfind(']') + 1}));
}

std::string_view string_at(std::string_view text, std::size_t at) {
  return text.substr(at, skip_string(text, at) - at);
}

TEST_CASE("A comment ends before its line end", "[toml]") {
  CHECK(skip_comment("# a\nb", 0) == 3);
  CHECK(skip_comment("x # a", 2) == 5);
}

TEST_CASE("A string of one line ends with its quote", "[toml]") {
  CHECK(string_at(R"("abc" # ")", 0) == R"("abc")");
  CHECK(string_at("'abc' # '", 0) == "'abc'");
  CHECK(string_at(R"("" = 1)", 0) == R"("")");
  CHECK(string_at("'' = 1", 0) == "''");
}

TEST_CASE("A basic string has escapes and a literal string has none", "[toml]") {
  CHECK(string_at(R"("a\"b" ")", 0) == R"("a\"b")");
  CHECK(string_at(R"("a\\" ")", 0) == R"("a\\")");
  CHECK(string_at(R"('a\' ')", 0) == R"('a\')");
  CHECK(string_at(R"("it's" ')", 0) == R"("it's")");
}

TEST_CASE("A string of several lines ends with its three quotes", "[toml]") {
  CHECK(string_at("\"\"\"a\n\"b\" \"\"c\"\"\" x", 0) == "\"\"\"a\n\"b\" \"\"c\"\"\"");
  CHECK(string_at("'''a\n'b''c''' x", 0) == "'''a\n'b''c'''");
  CHECK(string_at("\"\"\"\"\"\" x", 0) == "\"\"\"\"\"\"");
  CHECK(string_at("\"\"\"a\\\"\"\"\" x", 0) == "\"\"\"a\\\"\"\"\"");
}

TEST_CASE("A string begins with one quote or three, and what is no string with none", "[toml]") {
  CHECK(quotes_at("a = 'b'", 4) == 1);
  CHECK(quotes_at("\"\"", 0) == 1);
  CHECK(quotes_at("\"\"\"a", 0) == 3);
  CHECK(quotes_at("'''a", 0) == 3);
  CHECK(quotes_at("a", 0) == 0);
  CHECK(quotes_at("", 0) == 0);
}

TEST_CASE("Up to two more quotes may stand before the closing three", "[toml]") {
  CHECK(string_at("'''a'''' x", 0) == "'''a''''");
  CHECK(string_at("'''a''''' x", 0) == "'''a'''''");
  CHECK(string_at("\"\"\"a\"\"\"\"\" x", 0) == "\"\"\"a\"\"\"\"\"");
  CHECK(string_at("'''a'''''' x", 0) == "'''a'''''");
}

TEST_CASE("A string of one line that is not closed ends with its line", "[toml]") {
  CHECK(string_at("\"abc\nd\"", 0) == "\"abc");
  CHECK(string_at("'abc\nd'", 0) == "'abc");
  CHECK(string_at("\"abc", 0) == "\"abc");
  CHECK(string_at("\"abc\\", 0) == "\"abc\\");
}

TEST_CASE("A backslash at its end does not carry an open string to the next line", "[toml]") {
  CHECK(string_at("\"abc\\\nd = 1", 0) == "\"abc\\");
}

TEST_CASE("A string of several lines that is not closed ends with the text", "[toml]") {
  CHECK(string_at("\"\"\"a\nb\"\"", 0) == "\"\"\"a\nb\"\"");
  CHECK(string_at("'''a\nb", 0) == "'''a\nb");
}

TEST_CASE("A key's segments are found backwards from its end", "[toml]") {
  CHECK(key_of("a =") == Segments{"a"});
  CHECK(key_of("a.b-c._1 =") == Segments{"a", "b-c", "_1"});
  CHECK(key_of("x = 1\n\ta.b =") == Segments{"a", "b"});
  CHECK(key_of("{ x = 1, a.b =") == Segments{"a", "b"});
  CHECK(key_of("{a.b =") == Segments{"a", "b"});
}

TEST_CASE("A key may have blanks around its dots", "[toml]") {
  CHECK(key_of("  a . b\t.\tc =") == Segments{"a", "b", "c"});
}

TEST_CASE("A key's segments keep their quotes", "[toml]") {
  CHECK(key_of(R"(a."b.c".'d."e' =)") == Segments{"a", R"("b.c")", R"('d."e')"});
  CHECK(key_of(R"("".'' =)") == Segments{R"("")", "''"});
  CHECK(key_of("'é' . \"ü\" =") == Segments{"'é'", "\"ü\""});
}

TEST_CASE("A quoted segment may hold escaped quotes and backslashes", "[toml]") {
  CHECK(key_of(R"(a."b\"c" =)") == Segments{"a", R"("b\"c")"});
  CHECK(key_of(R"(a."\"" =)") == Segments{"a", R"("\"")"});
  CHECK(key_of(R"(a."b\\" =)") == Segments{"a", R"("b\\")"});
  CHECK(key_of(R"("\\\"".b =)") == Segments{R"("\\\"")", "b"});
  CHECK(key_of(R"("a\".\"b".c =)") == Segments{R"("a\".\"b")", "c"});
  CHECK(key_of(R"('\'."b" =)") == Segments{R"('\')", R"("b")"});
}

TEST_CASE("Comments and values before a key are no part of it", "[toml]") {
  CHECK(key_of("# x.\na =") == Segments{"a"});
  CHECK(key_of("x = 'y'\n'a' =") == Segments{"'a'"});
  CHECK(key_of("x = \"y.\"\n\"a\".b =") == Segments{"\"a\"", "b"});
  CHECK(key_of("x = 1.5\na =") == Segments{"a"});
}

TEST_CASE("A key ends where it is said to and not where the text does", "[toml]") {
  const std::string_view text = "a.b.c = 1";
  CHECK(texts(text, key_segments_before(text, 3)) == Segments{"a", "b"});
}

TEST_CASE("A header's segments are those between its brackets", "[toml]") {
  CHECK(header_of("[a]") == Segments{"a"});
  CHECK(header_of("x = 1\n  [ a . \"b.c\" . 'd' ]") == Segments{"a", "\"b.c\"", "'d'"});
  CHECK(header_of("[[a.b]]") == Segments{"a", "b"});
  CHECK(header_of("[[ a . b ]]") == Segments{"a", "b"});
  CHECK(header_of("[\"]\".a]") == Segments{"\"]\"", "a"});
}

TEST_CASE("Bare keys have ASCII letters and digits and two signs", "[toml]") {
  std::string found;
  for (int byte = 0; byte < 256; ++byte) {
    if (is_bare_key_character(static_cast<char>(byte))) {
      found += static_cast<char>(byte);
    }
  }
  CHECK(found == "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
}

}  // namespace
}  // namespace katafix
