#include "toml/explain.hpp"

#include "toml/parsed.hpp"

#include <string>

namespace katafix {
namespace {

using test::contains;
using test::refusal_of;

TEST_CASE("What is wrong with a text is told in our own words at its place", "[toml]") {
  struct Row {
    const char* text;
    Position at;
    const char* message;
  };
  const Row rows[] = {
      {"[a]\n[a]\n", {2, 1}, "this table is defined a second time"},
      {"a = 1\na = 2\n", {2, 1}, "this key is set a second time"},
      {"a = {}\n[a.b]\n", {2, 1}, "an inline table cannot be extended"},
      {"é = 1\n", {1, 1}, "a character outside ASCII that is not in quotes"},
      {"x = 'é'\na = True\n", {2, 5}, "this is no value"},
      {"a = tru\n", {1, 5}, "this is no value"},
      {"a = \n", {1, 5}, "a key without a value"},
      {"a\n", {1, 2}, "a key without a value"},
      {"a = 1 b = 2\n", {1, 7}, "something follows the end of the value or header"},
      {"[a] b = 1\n", {1, 5}, "something follows the end of the value or header"},
      {"[a\nb = 1\n", {1, 3}, "a header that is not closed"},
      {"[]\n", {1, 2}, "a header without a name"},
      {"a = [1, 2\nb = 1\n", {2, 1}, "an array that is not closed"},
      {"a = [1,, 2]\n", {1, 8}, "two commas with no value between them"},
      {"a = \"\\q\"\n", {1, 7}, "an unknown escape in a string"},
      {"a = \"b\nc = 1\n", {1, 7}, "a string that is not closed"},
      {"a = 012\n", {1, 5}, "a number with leading zeros"},
      {"a = 99999999999999999999\n", {1, 5}, "a number that does not fit into 64 bits"},
      {"a = \"\"\"x\n", {1, 10}, "the file ends in the middle of a value, key or header"},
      {"a = kata\n", {1, 5}, "this is no value"},
      {"= 1\n", {1, 1}, "this is no key"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Finding finding = refusal_of(row.text);
    CHECK(finding.message == row.message);
    CHECK(finding.at == row.at);
    CHECK(finding.file == "config.toml");
  }
}

TEST_CASE("The column of an error counts code points and no byte order mark", "[toml]") {
  const Finding finding = refusal_of(std::string(test::kBom) + "a = '𝄞é' b\n");
  CHECK(finding.at == Position{1, 10});
  CHECK(finding.excerpt == "a = '𝄞é' b");
}

TEST_CASE("The parser's wording with pieces of the text never comes through", "[toml]") {
  for (const char* text : {"a = tru\x1b[31m\n", "a = 'x' \"\n\"\n", "[a]]]\n", "a = 1 \x01\n"}) {
    const Finding finding = refusal_of(text);
    CAPTURE(text, finding.message);
    CHECK_FALSE(contains(finding.message, "saw"));
    CHECK_FALSE(contains(finding.message, "Error"));
    CHECK_FALSE(contains(finding.message, "\n"));
    CHECK_FALSE(contains(finding.message, "\x1b"));
  }
}

TEST_CASE("Wording that is not known is told as no TOML", "[toml]") {
  const Source source("f", "abc\n");
  const Finding finding = explain(source, source, 1, "something new").finding();
  CHECK(finding.code == Code::invalid_toml);
  CHECK(finding.message == "this is not TOML");
  CHECK(finding.at == Position{1, 2});
}

TEST_CASE("A Jinja template is told at its first tag", "[toml]") {
  const Finding finding = refusal_of("a = 1\n{% if x %}\nb = {{ y }}\n{% endif %}\n");
  CHECK(finding.code == Code::jinja_template);
  CHECK(finding.at == Position{2, 1});
}

TEST_CASE("A Jinja template is told as one although its name is a Go template's", "[toml]") {
  const Finding finding = refusal_of("{% if x %}\nb = {{ y }}\n{% endif %}\n", "c.toml.tmpl");
  CHECK(finding.code == Code::jinja_template);
}

TEST_CASE("Per cent signs behind braces in a string make no Jinja template", "[toml]") {
  CHECK_NOTHROW(test::Parsed("a = '{% x %}'\n"));
}

TEST_CASE("A template that is no TOML once masked is told as a template", "[toml]") {
  const Finding finding = refusal_of("[a]\n{{ if .X }}\n[a]\n{{ end }}\n");
  CHECK(finding.code == Code::invalid_toml);
  CHECK(finding.at == Position{3, 1});
  CHECK(finding.excerpt == "[a]");
  CHECK(contains(finding.message, "without its directives this template is not TOML"));
  CHECK(contains(finding.advice, "privileged_without_host_devices"));
}

TEST_CASE("An error in a template quotes the original and not the filler", "[toml]") {
  const Finding finding = refusal_of("a = {{ .B }} x\n", "c.toml.tmpl");
  CHECK(finding.excerpt == "a = {{ .B }} x");
  CHECK(finding.at == Position{1, 14});
}

}  // namespace
}  // namespace katafix
