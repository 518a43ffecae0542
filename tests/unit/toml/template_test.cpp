#include "katafix/toml/template.hpp"

#include "support.hpp"

#include <memory>
#include <set>
#include <string>

namespace katafix {
namespace {

/// A template and where its marks stand.
class Model {
 public:
  explicit Model(std::string text) : source_("f.tmpl", std::move(text)), template_(source_) {}

  [[nodiscard]] const Template& operator*() const { return template_; }
  [[nodiscard]] std::size_t find(std::string_view part) const {
    const std::size_t at = source_.bytes().find(part);
    REQUIRE(at != std::string_view::npos);
    return at;
  }
  [[nodiscard]] std::size_t block(std::string_view part) const {
    return template_.block_at(find(part));
  }
  [[nodiscard]] Span span(std::string_view part) const {
    const std::size_t at = find(part);
    return {at, at + part.size()};
  }

 private:
  Source source_;
  Template template_;
};

Finding template_error(std::string text) {
  const Source source("f.tmpl", std::move(text));
  return test::error_of([&] { const Template model(source); });
}

TEST_CASE("Each arm of an if is a block of its own") {
  const Model model("out1\n{{ if .A }}\nthen\n{{ else if .B }}\nelif\n{{ else }}\nelse\n{{ end }}\nout2\n");
  const std::set<std::size_t> blocks = {model.block("out1"), model.block("\nthen"),
                                        model.block("\nelif"), model.block("\nelse")};
  CHECK(blocks.size() == 4);
  CHECK(model.block("out1") == 0);
  CHECK(model.block("out2") == 0);
}

TEST_CASE("With and range and define and block are blocks and nest") {
  for (const char* word : {"if .A", "with .A", "range .A", "define \"x\"", "block \"x\" .A"}) {
    const Model model("a\n{{ " + std::string(word) + " }}b1{{ if .B }}c{{ end }}b2{{ end }}\nd\n");
    CAPTURE(word);
    CHECK(model.block("b1") != 0);
    CHECK(model.block("b2") == model.block("b1"));
    CHECK(model.block("c") != model.block("b1"));
    CHECK(model.block("c") != 0);
    CHECK(model.block("\nd") == 0);
  }
}

TEST_CASE("Two ifs in a row are two blocks") {
  const Model model("{{ if .A }}x1{{ end }}\n{{ if .A }}x2{{ end }}\n");
  CHECK(model.block("x1") != model.block("x2"));
}

TEST_CASE("Trim marks and line breaks do not hide a keyword") {
  const Model model("{{- if .A -}}x{{- else -}}y{{- end -}}z {{\n  if\n  .B\n}}w{{\nend\n}}");
  CHECK(model.block("x") != 0);
  CHECK(model.block("y") != model.block("x"));
  CHECK(model.block("z") == 0);
  CHECK(model.block("w") != 0);
}

TEST_CASE("A word that begins like a keyword is none") {
  CHECK_NOTHROW(Model("{{ iffy }}{{ ending }}{{ .end }}{{ elsewhere }}{{ ranges . }}\n"));
}

TEST_CASE("Directives in a comment count") {
  const Model model("# {{ if .A }}\nx\n# {{ end }}\ny\n");
  CHECK(model.block("x") != 0);
  CHECK(model.block("y") == 0);
}

TEST_CASE("Words in the strings and comments of a directive do not count") {
  CHECK_NOTHROW(Model("{{ print \"if\" }}{{/* if .A */}}{{ print `}} {{ if` }}{{ print \"}}\\\"\" }}\n"));
}

TEST_CASE("A directive that is not closed is told where it begins") {
  for (const char* text : {"é {{ if .A", "é {{ \"}}\"", "é {{/* }}", "é {{ `"}) {
    CAPTURE(text);
    const Finding finding = template_error(std::string("a\n") + text);
    CHECK(finding.code == Code::invalid_template);
    CHECK(finding.at == Position{2, 3});
  }
}

TEST_CASE("An end or else without its block is told where it stands") {
  for (const char* text : {"a\n{{ end }}", "a\n{{ else }}", "a\n{{- else if .B }}{{ end }}"}) {
    const Finding finding = template_error(text);
    CHECK(finding.code == Code::invalid_template);
    CHECK(finding.at == Position{2, 1});
  }
}

TEST_CASE("A block without its end is told where it begins") {
  const Finding finding = template_error("{{ if .A }}\n {{ with .B }}\n{{ end }}");
  CHECK(finding.code == Code::invalid_template);
  CHECK(finding.at == Position{1, 1});
  CHECK(template_error("{{ if .A }}{{ end }}\n {{ range .B }}").at == Position{2, 2});
}

TEST_CASE("A span has a directive when any byte of one lies in it") {
  const Model model("abc {{ .A }} def\n");
  const std::size_t at = model.find("{{");
  CHECK((*model).has_directive({at, at + 1}));
  CHECK((*model).has_directive({0, at + 1}));
  CHECK((*model).has_directive({at + 7, at + 20}));
  CHECK_FALSE((*model).has_directive({0, at}));
  CHECK_FALSE((*model).has_directive({at + 8, at + 12}));
}

TEST_CASE("A directive inside a string is not outside of strings") {
  const Model model("a = \"{{ .A }}\" # x\nb = '{{ .A }}' # {{ .B }}\nc = '''\n{{ .C }}'''\nd = {{ .D }}\n");
  CHECK((*model).has_directive(model.span("a = \"{{ .A }}\"")));
  CHECK_FALSE((*model).has_directive_outside_strings(model.span("a = \"{{ .A }}\" # x")));
  CHECK((*model).has_directive_outside_strings(model.span("b = '{{ .A }}' # {{ .B }}")));
  CHECK_FALSE((*model).has_directive_outside_strings(model.span("c = '''\n{{ .C }}'''")));
  CHECK((*model).has_directive_outside_strings(model.span("d = {{ .D }}")));
}

TEST_CASE("Only a directive that chooses is a choice") {
  const Model model(
      "a = \"{{ .A }}\"\nb = \"{{ if .B }}x{{ end }}\"\nc = {{ range .C }}y{{ end }}\nd = {{ template \"t\" }}\n");
  CHECK_FALSE((*model).has_choice(model.span("a = \"{{ .A }}\"")));
  CHECK((*model).has_choice(model.span("b = \"{{ if .B }}x{{ end }}\"")));
  CHECK((*model).has_choice(model.span("c = {{ range .C }}")));
  CHECK_FALSE((*model).has_choice(model.span("d = ")));
}

}  // namespace
}  // namespace katafix
