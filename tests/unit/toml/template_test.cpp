#include "toml/template.hpp"

#include "support.hpp"

#include <memory>
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

TEST_CASE("A word that begins like a keyword is none", "[toml]") {
  CHECK_NOTHROW(Model("{{ iffy }}{{ ending }}{{ .end }}{{ elsewhere }}{{ ranges . }}\n"));
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

TEST_CASE("A control directive is one wherever it stands and however it is written", "[toml]") {
  for (const char* open : {"if .A", "with .A", "range .A", "define \"x\"", "block \"x\" .A",
                           "- if .A -", "\n  if\n  .A\n"}) {
    const Model model("a1 {{" + std::string(open) + "}} b1 {{- end -}} c1");
    CAPTURE(open);
    CHECK((*model).has_control({model.find("a1"), model.find("b1")}));
    CHECK((*model).has_control({model.find("b1"), model.find("c1")}));
    CHECK_FALSE((*model).has_control(model.span("b1")));
  }
  for (const char* text :
       {"{{ if .A }}{{ else }}", "{{ range .A }}{{ break }}", "{{ range .A }}{{ continue }}"}) {
    const Model model(std::string(text) + "x{{ end }}");
    const std::size_t last = model.find("x") - 4;
    CHECK((*model).has_control({last, last + 1}));
  }
  const Model model(
      "{{ template \"t\" . }}\n# {{ if .A }}\na = \"{{ if .B }}{{ end }}\"\n# {{ end }}\n");
  CHECK((*model).has_control(model.span("{{ template")));
  CHECK((*model).has_control(model.span("# {{ if .A")));
  CHECK((*model).has_control(model.span("a = \"{{ if .B")));
}

TEST_CASE("A directive that only emits or sets something is no control directive", "[toml]") {
  for (const char* text : {"{{ .A }}", "{{ $x := .A }}", "{{/* if */}}", "{{ iffy }}", "{{ .end }}",
                           "{{ print \"{{ if }}\" }}"}) {
    const Model model(text);
    CAPTURE(text);
    CHECK_FALSE((*model).has_control(model.span(text)));
  }
}

TEST_CASE("A trim marker joins lines on its own side only", "[toml]") {
  const Model model("a\n{{- .A }}\nb\nx{{ .B -}}\nc\ny\n");
  CHECK((*model).joins_line_after(model.find("\n{{- .A")));
  CHECK_FALSE((*model).joins_line_before(model.find("b\n")));
  CHECK((*model).joins_line_before(model.find("c\n")));
  CHECK_FALSE((*model).joins_line_before(model.find("y\n")));
  CHECK_FALSE((*model).joins_line_after(model.find("\nx{{ .B")));
}

TEST_CASE("A directive behind a line joins what it emits or what follows it there", "[toml]") {
  for (const char* text : {"a{{ .A }}", "a\n{{- .A }}", "a\n{{- end }} b", "a\n{{- end -}}\nb",
                           "a\n{{- end }}\n{{- .A }}", "a {{/* c */}} b"}) {
    const Model model(std::string("{{ if .X }}") + text +
                      (std::string(text).find("end") == std::string::npos ? "{{ end }}" : ""));
    CAPTURE(text);
    CHECK((*model).joins_line_after(model.find("a") + 1));
  }
  for (const char* text : {"a\n{{- end }}\nb", "a\n{{- end }}", "a\n{{- end -}}\n",
                           "a\n{{ end }} b", "a\n{{- end }}{{/* c */}}\nb", "a {{ end }} # c"}) {
    const Model model(std::string("{{ if .X }}") + text);
    CAPTURE(text);
    CHECK_FALSE((*model).joins_line_after(model.find("a") + 1));
  }
}

}  // namespace
}  // namespace katafix
