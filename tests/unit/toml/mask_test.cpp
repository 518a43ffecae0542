#include "toml/parsed.hpp"
#include "toml/template.hpp"

#include <set>
#include <string>
#include <vector>

namespace katafix {
namespace {

using test::Parsed;

std::string masked(const std::string& text) {
  const Source source("f.tmpl", text);
  return Template(source).masked();
}

std::vector<std::string> templates() {
  return {
      "{{ if .A }}\na = 1\n{{ else }}\nb = 2\n{{ end }}\n",
      "{{- if .A -}}\r\na = 1\r\n{{- end }}\r\n",
      "a = {{ .B }}\nb = \"{{ .B }}\"\nc = '''{{ .B }}\n{{ .C }}'''\n",
      "[a.{{ .B }}]\n[a.\"{{ .C }}\"]\n[{{ .D }}.x]\n[pre{{ .D }}post]\n",
      "{{ .K }} = 1\npre{{ .K }}.x = 1\n\"q{{ .K }}\" = 1\n",
      "a = [{{ range .X }}{{ . }}, {{ end }}]\n",
      "a = [\n  {{ .X }},\n  '{{ .Y }}',\n]\nb = { c = {{ .X }}, {{ .K }} = 1 }\n",
      "a = {{ if .X }}true{{ else }}false{{ end }}\n",
      "a = {{ .X }}{{ .Y }}\nb = {{ .X }}:{{ .Y }}\nc = 1{{ .Y }}\n",
      "# {{ .C }} comment {{ if .X }}\n# {{ end }}\n",
      "a = 1 # {{ .C\n}}\nb = 2\n",
      "{{/* a comment\nof two lines */}}\na = {{ printf \"%s}}\" .X }}\n",
      "{{ template \"base\" . }}\n{{ $x := .Y }}\na = {{ $x }}\n",
      "a = {{ .Long |\n  toJson }}\nb = 1\n",
      "{{ if or\n  .A\n  .B }}\na = 1\n{{ end }}\n",
      std::string(test::kBom) + "{{ .K }} = {{ .V }}\n",
  };
}

TEST_CASE("Filler has the length and the line breaks of its directive", "[toml]") {
  for (const std::string& text : templates()) {
    const std::string filled = masked(text);
    CAPTURE(text, filled);
    REQUIRE(filled.size() == text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\n' || filled[at] == '\n') {
        CHECK(filled[at] == text[at]);
      }
    }
    CHECK(filled.find("{{") == std::string::npos);
    CHECK(filled.find("}}") == std::string::npos);
  }
}

TEST_CASE("A line break beside the braces of a value stays a line break", "[toml]") {
  for (const std::string& text :
       {std::string("a = {{\n.A }}\nb = 1\n"), std::string("a = {{ .A\n}}\nb = 1\n"),
        std::string("a = {{\r\n.A\r\n}}\r\nb = 1\r\n")}) {
    const std::string filled = masked(text);
    CAPTURE(text, filled);
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\n' || text[at] == '\r') {
        CHECK(filled[at] == text[at]);
      }
    }
  }
}

TEST_CASE("A template is TOML once masked", "[toml]") {
  for (const std::string& text : templates()) {
    CAPTURE(text);
    CHECK_NOTHROW(Parsed(text, "f.tmpl"));
  }
}

TEST_CASE("The text outside of directives stays as it is", "[toml]") {
  const std::string text = "[a.\"{{ .B }}\"] # x {{ .C }}\nk = {{ .D }} # y\n";
  std::string expected = masked(text);
  for (std::size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", at + 1)) {
    const std::size_t size = text.find("}}", at) + 2 - at;
    expected.replace(at, size, text, at, size);
  }
  CHECK(expected == text);
}

TEST_CASE("A directive that stands alone becomes blanks", "[toml]") {
  CHECK(masked("{{ if .A }}\na = 1\n{{ end }} # x\n") ==
        std::string(11, ' ') + "\na = 1\n" + std::string(9, ' ') + " # x\n");
  CHECK(masked("  {{ .Lines }}\n") == std::string(14, ' ') + "\n");
}

TEST_CASE("A directive in the place of a value becomes a string", "[toml]") {
  const Parsed parsed("a = {{ .A }}\nc = { d = {{ .D }} }\n", "f.tmpl");
  CHECK(parsed.at({"a"}).string().has_value());
  CHECK(parsed.at({"c", "d"}).string().has_value());
}

TEST_CASE("An array with directives outside strings is one value", "[toml]") {
  const Parsed parsed(
      "a = [{{ .B }}, 1]\nb = [[1], {{ if .X }}{ c = \"]\" }, {{ end }}\n # ]\n]\nc = [\n{{ .C "
      "}}\n]\n"
      "d = [\"{{ .D }}\", 2]\n",
      "f.tmpl");
  CHECK(parsed.document.root().entries().size() == 4);
  CHECK(parsed.at({"a"}).string());
  CHECK(parsed.at({"d"}).elements().size() == 2);
}

TEST_CASE("A directive in the place of a value of several lines becomes a string", "[toml]") {
  const Parsed parsed("a = {{ .A |\n toJson }}\nb = 1\n", "f.tmpl");
  CHECK(parsed.at({"a"}).string().has_value());
  CHECK(parsed.document.text().find('\n') == parsed.source.bytes().find('\n'));
}

TEST_CASE("A directive that is a key or a part of one becomes bare characters", "[toml]") {
  const Parsed parsed("{{ .A }} = 1\nb{{ .B }}c = 1\n[d.{{ .D }}]\n", "f.tmpl");
  CHECK(parsed.document.root().entries().size() == 3);
}

TEST_CASE("Equal directives get equal filler and others get other filler", "[toml]") {
  const Parsed parsed(
      "a = {{ .A }}\nb = {{ .A }}\nc = {{ .B }}\n\"x{{ .A }}\" = 1\n\"x{{ .B }}\" = 2\n", "f.tmpl");
  CHECK(parsed.at({"a"}).string() == parsed.at({"b"}).string());
  CHECK(parsed.at({"a"}).string() != parsed.at({"c"}).string());
}

TEST_CASE("Many directives of one length get different filler each", "[toml]") {
  std::string text;
  for (int number = 100; number < 1000; ++number) {
    text +=
        "[t.{{ ." + std::to_string(number) + " }}]\nv = {{ ." + std::to_string(number) + " }}\n";
  }
  const Parsed parsed(text, "f.tmpl");
  const std::vector<Entry> tables = parsed.at({"t"}).entries();
  CHECK(tables.size() == 900);
  std::set<std::string_view> values;
  for (const Entry& table : tables) {
    values.insert(*table.value.entries().at(0).value.string());
  }
  CHECK(values.size() == 900);
}

TEST_CASE("Short directives of several lines get different filler each", "[toml]") {
  const std::string filled = masked("a = {{\n.A\n}}\nb = {{\n.B\n}}\nc = {{\n.A\n}}\n");
  const std::string first = filled.substr(4, 8);
  CHECK(first == filled.substr(30, 8));
  CHECK(first != filled.substr(17, 8));
}

TEST_CASE("Filler says nothing about a runtime", "[toml]") {
  std::string text;
  for (int number = 0; number < 3000; ++number) {
    text += "k" + std::to_string(number) + " = \"{{ .Some" + std::to_string(number) + " }}\"\n";
  }
  const std::string filled = masked(text);
  for (const char* word : {"kata", "runc", "crun", "vm", "v2", "youki"}) {
    CHECK(filled.find(word) == std::string::npos);
  }
}

}  // namespace
}  // namespace katafix
