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

TEST_CASE("Each arm of an if is a block of its own", "[toml]") {
  const Model model(
      "out1\n{{ if .A }}\nthen\n{{ else if .B }}\nelif\n{{ else }}\nelse\n{{ end }}\nout2\n");
  const std::set<std::size_t> blocks = {model.block("out1"), model.block("\nthen"),
                                        model.block("\nelif"), model.block("\nelse")};
  CHECK(blocks.size() == 4);
  CHECK(model.block("out1") == 0);
  CHECK(model.block("out2") == 0);
}

TEST_CASE("With and range and define and block are blocks and nest", "[toml]") {
  for (const char* word : {"if .A", "with .A", "range .A", "define \"x\"", "block \"x\" .A"}) {
    const Model model("a\n{{ " + std::string(word) +
                      " }}B1{{ if .B }}C1{{ end }}B2{{ end }}\nD1\n");
    CAPTURE(word);
    CHECK(model.block("B1") != 0);
    CHECK(model.block("B2") == model.block("B1"));
    CHECK(model.block("C1") != model.block("B1"));
    CHECK(model.block("C1") != 0);
    CHECK(model.block("D1") == 0);
  }
}

TEST_CASE("Two ifs in a row are two blocks", "[toml]") {
  const Model model("{{ if .A }}x1{{ end }}\n{{ if .A }}x2{{ end }}\n");
  CHECK(model.block("x1") != model.block("x2"));
}

TEST_CASE("Trim marks and line breaks do not hide a keyword", "[toml]") {
  const Model model("{{- if .A -}}x{{- else -}}y{{- end -}}z {{\n  if\n  .B\n}}w{{\nend\n}}");
  CHECK(model.block("x") != 0);
  CHECK(model.block("y") != model.block("x"));
  CHECK(model.block("z") == 0);
  CHECK(model.block("w") != 0);
}

TEST_CASE("A word that begins like a keyword is none", "[toml]") {
  CHECK_NOTHROW(Model("{{ iffy }}{{ ending }}{{ .end }}{{ elsewhere }}{{ ranges . }}\n"));
}

TEST_CASE("Directives in a comment count", "[toml]") {
  const Model model("# {{ if .A }}\nx\n# {{ end }}\ny\n");
  CHECK(model.block("x") != 0);
  CHECK(model.block("y") == 0);
}

TEST_CASE("Words in the strings and comments of a directive do not count", "[toml]") {
  CHECK_NOTHROW(
      Model("{{ print \"if\" }}{{/* if .A */}}{{ print `}} {{ if` }}{{ print \"}}\\\"\" }}\n"));
}

TEST_CASE("A directive that is not closed is told where it begins", "[toml]") {
  for (const char* text : {"é {{ if .A", "é {{ \"}}\"", "é {{/* }}", "é {{ `"}) {
    CAPTURE(text);
    const Finding finding = template_error(std::string("a\n") + text);
    CHECK(finding.code == Code::invalid_template);
    CHECK(finding.at == Position{2, 3});
  }
}

TEST_CASE("An end or else without its block is told where it stands", "[toml]") {
  for (const char* text : {"a\n{{ end }}", "a\n{{ else }}", "a\n{{- else if .B }}{{ end }}"}) {
    const Finding finding = template_error(text);
    CHECK(finding.code == Code::invalid_template);
    CHECK(finding.at == Position{2, 1});
  }
}

TEST_CASE("A block without its end is told where it begins", "[toml]") {
  const Finding finding = template_error("{{ if .A }}\n {{ with .B }}\n{{ end }}");
  CHECK(finding.code == Code::invalid_template);
  CHECK(finding.at == Position{1, 1});
  CHECK(template_error("{{ if .A }}{{ end }}\n {{ range .B }}").at == Position{2, 2});
}

TEST_CASE("A span has a directive when any byte of one lies in it", "[toml]") {
  const Model model("abc {{ .A }} def\n");
  const std::size_t at = model.find("{{");
  CHECK((*model).has_directive({at, at + 1}));
  CHECK((*model).has_directive({0, at + 1}));
  CHECK((*model).has_directive({at + 7, at + 20}));
  CHECK_FALSE((*model).has_directive({0, at}));
  CHECK_FALSE((*model).has_directive({at + 8, at + 12}));
}

TEST_CASE("A directive inside a string is not outside of strings", "[toml]") {
  const Model model(
      "a = \"{{ .A }}\" # x\nb = '{{ .A }}' # {{ .B }}\nc = '''\n{{ .C }}'''\nd = {{ .D }}\n");
  CHECK((*model).has_directive(model.span("a = \"{{ .A }}\"")));
  CHECK_FALSE((*model).has_directive_outside_strings(model.span("a = \"{{ .A }}\" # x")));
  CHECK((*model).has_directive_outside_strings(model.span("b = '{{ .A }}' # {{ .B }}")));
  CHECK_FALSE((*model).has_directive_outside_strings(model.span("c = '''\n{{ .C }}'''")));
  CHECK((*model).has_directive_outside_strings(model.span("d = {{ .D }}")));
}

TEST_CASE("Only a directive that chooses is a choice", "[toml]") {
  const Model model(
      "a = \"{{ .A }}\"\nb = \"{{ if .B }}x{{ end }}\"\nc = {{ range .C }}y{{ end }}\nd = {{ "
      "template \"t\" }}\n");
  CHECK_FALSE((*model).has_choice(model.span("a = \"{{ .A }}\"")));
  CHECK((*model).has_choice(model.span("b = \"{{ if .B }}x{{ end }}\"")));
  CHECK((*model).has_choice(model.span("c = {{ range .C }}")));
  CHECK_FALSE((*model).has_choice(model.span("d = ")));
}

TEST_CASE("A block encloses itself and those in it and no others", "[toml]") {
  const Model model(
      "T0{{ if .A }}A1{{ with .B }}B1{{ end }}{{ else }}E1{{ end }}{{ if .C }}C1{{ end }}");
  const auto encloses = [&](const char* outer, const char* inner) {
    return (*model).encloses(model.block(outer), model.block(inner));
  };
  for (const char* mark : {"T0", "A1", "B1", "E1", "C1"}) {
    CAPTURE(mark);
    CHECK(encloses(mark, mark));
    CHECK(encloses("T0", mark));
  }
  CHECK(encloses("A1", "B1"));
  CHECK_FALSE(encloses("B1", "A1"));
  CHECK_FALSE(encloses("A1", "E1"));
  CHECK_FALSE(encloses("A1", "C1"));
  CHECK_FALSE(encloses("A1", "T0"));
}

TEST_CASE("What a break or continue may skip is another block than what it cannot", "[toml]") {
  for (const char* word : {"break", "continue"}) {
    const Model model("{{ range .A }}R1{{ if .B }}{{ " + std::string(word) +
                      " }}{{ end }}R2{{ end }}T0");
    CHECK(model.block("R1") != model.block("R2"));
    CHECK(model.block("T0") == 0);
  }
}

TEST_CASE("A trim marker joins lines on its own side only", "[toml]") {
  const Model model("a\n{{- .A }}\nb\nx{{ .B -}}\nc\n{{ .C -}}\nd\n");
  const std::size_t before = model.find("\n{{- .A");
  CHECK((*model).joins_line_after(before));
  CHECK_FALSE((*model).joins_line_before(model.find("b\n")));
  CHECK((*model).joins_line_before(model.find("c\n")));
  CHECK_FALSE((*model).joins_line_before(model.find("d\n")));  // nothing stands there to be joined
  CHECK_FALSE((*model).joins_line_after(model.find("\nx{{ .B")));
}

}  // namespace
}  // namespace katafix
