#include "katafix/toml/document.hpp"

#include "toml/parsed.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace katafix {
namespace {

using test::Parsed;

TEST_CASE("A table's form and span tell how it came to be", "[toml]") {
  struct Row {
    const char* text;
    Form form;
    const char* span;
    const char* key;
  };
  const Row rows[] = {
      {"[a] # x\n", Form::header, "[a]", "a"},
      {"[ a ]\n", Form::header, "[ a ]", "a"},
      {"['a']\n", Form::header, "['a']", "'a'"},
      {"[a.b]\n[a.c]\n", Form::implied, "[a.b]", "a"},
      {"[a.b]\n[a]\n", Form::header, "[a]", "a"},
      {"a.b = 1\na.c = 2\n", Form::dotted, "a", "a"},
      {"a = { b = 1 } # x\n", Form::inline_table, "{ b = 1 }", "a"},
      {"a = {}", Form::inline_table, "{}", "a"},
      {"a = {\n  b = 1,\n}\n", Form::inline_table, "{\n  b = 1,\n}", "a"},
      {"a = 1", Form::not_a_table, "1", "a"},
      {"[[a]]\nb = 1\n", Form::not_a_table, "[[a]]", "a"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Parsed parsed(row.text);
    const Entry entry = parsed.entry({"a"});
    CHECK(entry.value.form() == row.form);
    CHECK(parsed.written(entry.value.span()) == row.span);
    CHECK(parsed.written(entry.key()) == row.key);
    CHECK(entry.value.depth() == 1);
  }
}

TEST_CASE("A table below another has its own form", "[toml]") {
  CHECK(Parsed("[a]\nb.c = 1\n").at({"a", "b"}).form() == Form::dotted);
  CHECK(Parsed("a = { b.c = 1 }").at({"a", "b"}).form() == Form::dotted);
  CHECK(Parsed("a.b = { c = 1 }").at({"a", "b"}).form() == Form::inline_table);
  CHECK(Parsed("[a.b.c]").at({"a", "b"}).form() == Form::implied);
  CHECK(Parsed("[a.b.c]").at({"a", "b", "c"}).form() == Form::header);
  CHECK(Parsed("[a.b.c]").at({"a", "b", "c"}).depth() == 3);
  CHECK(Parsed("[a.\"b.c\"]").at({"a", "b.c"}).form() == Form::header);
  CHECK(Parsed("[a]").document.root().form() == Form::root);
  CHECK(Parsed("[a]").document.root().depth() == 0);
}

TEST_CASE("The elements of an array of tables are as deep as the array", "[toml]") {
  const Parsed parsed("[[a]]\nb = 1\n[a.c]\n[[a]]\n");
  const Node array = parsed.at({"a"});
  REQUIRE(array.is_array());
  const std::vector<Node> elements = array.elements();
  REQUIRE(elements.size() == 2);
  CHECK(elements[0].form() == Form::header);
  CHECK(elements[0].depth() == 1);
  REQUIRE(elements[0].entries().size() == 2);
  CHECK(elements[0].entries()[1].value.form() == Form::header);
  CHECK(elements[0].entries()[1].value.depth() == 2);
}

TEST_CASE("A value's span is exactly its token", "[toml]") {
  const std::vector<std::string> tokens = {"true",
                                           "false",
                                           "-1",
                                           "0xFF",
                                           "1_000",
                                           "1.5e3",
                                           "inf",
                                           "nan",
                                           "1979-05-27T07:32:00Z",
                                           "07:32:00",
                                           "07:32",
                                           "\"a\\\"b\"",
                                           "'a'",
                                           "\"\"\"a\n\"b\"\"\"\"",
                                           "'''\na'b'''",
                                           "\"\"",
                                           "[1, [2]]",
                                           "[\n  1, # ]\n  2,\n]",
                                           "{ x = '}' }",
                                           "{}",
                                           "\"é€𝄞\""};
  for (const std::string& token : tokens) {
    for (const std::string& before :
         {std::string(), std::string("[t]\r\n\t"), "# é𝄞\n'é' = 'ü' \n" + std::string(70, '\n'),
          std::string(test::kBom)}) {
      for (const char* after : {"", " # é\n", "\r\n"}) {
        const Parsed parsed(before + "k \t= " + token + after);
        CAPTURE(parsed.source.bytes());
        const Entry entry = before[0] == '[' ? parsed.entry({"t", "k"}) : parsed.entry({"k"});
        CHECK(parsed.written(entry.value.span()) == token);
        CHECK(parsed.written(entry.key()) == "k");
      }
    }
  }
}

TEST_CASE("A key's span is its segment as written", "[toml]") {
  const Parsed parsed("'é'.\"a.b\" . c = 1\n");
  CHECK(parsed.written(parsed.entry({"é"}).key()) == "'é'");
  CHECK(parsed.written(parsed.entry({"é", "a.b"}).key()) == "\"a.b\"");
  CHECK(parsed.written(parsed.entry({"é", "a.b", "c"}).key()) == "c");
  const Parsed escaped("\"runtime\\u005ftype\" = \"x\"\n");
  CHECK(escaped.written(escaped.entry({"runtime_type"}).key()) == "\"runtime\\u005ftype\"");
}

TEST_CASE("The key of a table that is named twice is where it is named first", "[toml]") {
  const Parsed parsed("[a.b]\n[a.c]\n[a]\n");
  CHECK(parsed.entry({"a"}).key() == Span{1, 2});
}

TEST_CASE("Values know their type", "[toml]") {
  const Parsed parsed("s = 'x'\nt = true\nf = false\nn = 1\na = []\no = {}\n");
  CHECK(parsed.at({"s"}).string() == std::optional<std::string_view>("x"));
  CHECK_FALSE(parsed.at({"n"}).string().has_value());
  CHECK(parsed.at({"t"}).is_true());
  CHECK_FALSE(parsed.at({"f"}).is_true());
  CHECK_FALSE(parsed.at({"n"}).is_true());
  CHECK(parsed.at({"a"}).is_array());
  CHECK_FALSE(parsed.at({"a"}).is_table());
  CHECK(parsed.at({"o"}).is_table());
  CHECK(parsed.at({"n"}).entries().empty());
  CHECK(parsed.at({"n"}).elements().empty());
}

TEST_CASE("Strings are decoded", "[toml]") {
  CHECK(Parsed(R"(s = "a\"\u00e9")").at({"s"}).string() == std::optional<std::string_view>("a\"é"));
  CHECK(Parsed(R"(s = "\x41\e")").at({"s"}).string() == std::optional<std::string_view>("A\x1b"));
}

TEST_CASE("Entries come in the order of their names", "[toml]") {
  const Parsed parsed("c = 1\na = 2\n[b]\n");
  std::string names;
  for (const Entry& entry : parsed.document.root().entries()) {
    names += entry.name;
  }
  CHECK(names == "abc");
}

TEST_CASE("Only tables that headers or dotted keys made are structure", "[toml]") {
  for (const char* text : {"[a]\n", "[a.b]\n", "a.b = 1", "[[a]]\n", "[a.b]\n[a]\n"}) {
    CAPTURE(text);
    CHECK(Parsed(text).entry({"a"}).is_structure());
  }
  for (const char* text : {"a = {}", "a = 1", "a = [1]", "a = [{}]", "a = { b.c = 1 }"}) {
    CAPTURE(text);
    CHECK_FALSE(Parsed(text).entry({"a"}).is_structure());
  }
}

TEST_CASE("TOML 1.1 is read", "[toml]") {
  CHECK_NOTHROW(Parsed("a = {\n  b = 1, # c\n\n  d = \"\\x41\",\n}\nt = 07:32\n"));
}

TEST_CASE("Braces in the strings and comments of TOML make it no template", "[toml]") {
  const Parsed parsed("# {{ x }}\na = \"{{ .B }}\"\n");
  CHECK(parsed.document.go_template() == nullptr);
  CHECK(parsed.document.text() == parsed.source.bytes());
}

TEST_CASE("A file named tmpl with braces is a template although it is TOML", "[toml]") {
  CHECK(Parsed("# {{ x }}\n", "config.toml.tmpl").document.go_template() != nullptr);
  CHECK(Parsed("a = 1\n", "config.toml.tmpl").document.go_template() == nullptr);
}

TEST_CASE("A text that is TOML only without its directives is a template", "[toml]") {
  const Parsed parsed("{{ if .A }}\na = {{ .B }}\n{{ end }}\n");
  CHECK(parsed.document.go_template() != nullptr);
  CHECK(parsed.document.text().size() == parsed.source.bytes().size());
}

TEST_CASE("A name or string with a directive is shown as written", "[toml]") {
  const Parsed parsed("[\"r-{{ .N }}\"]\np = '/x/{{ .P }}'\nq = {{ .Q }}\nr = \"a\\\"b\"\n");
  const Entry table = parsed.document.root().entries().at(0);
  CHECK(parsed.document.shown(table.key(), table.name) == "r-{{ .N }}");
  std::vector<std::string> shown;
  for (const Entry& entry : table.value.entries()) {
    shown.emplace_back(parsed.document.shown(entry.value.span(), *entry.value.string()));
  }
  CHECK(shown == std::vector<std::string>{"/x/{{ .P }}", "{{ .Q }}", "a\"b"});
}

}  // namespace
}  // namespace katafix
