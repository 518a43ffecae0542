#include "katafix/toml/template.hpp"

#include "katafix/text/finding.hpp"

#include "mask.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

/// The offset behind a Go string, raw string or character constant inside a directive.
std::size_t skip_go_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size() && text[at] != quote; ++at) {
    if (text[at] == '\\' && quote != '`') {
      ++at;
    }
  }
  return std::min(at + 1, text.size());
}

/// The offset behind the `}}` of the directive at `at`, or npos.
std::size_t directive_end(std::string_view text, std::size_t at) {
  const std::size_t first = text.find_first_not_of("- \t\r\n", at + 2);
  if (first != std::string_view::npos && text.substr(first).starts_with("/*")) {
    const std::size_t comment = text.find("*/", first + 2);
    const std::size_t end = comment == std::string_view::npos ? comment : text.find("}}", comment);
    return end == std::string_view::npos ? end : end + 2;
  }
  for (at += 2; at < text.size();) {
    if (text.substr(at).starts_with("}}")) {
      return at + 2;
    }
    const bool is_string = text[at] == '"' || text[at] == '\'' || text[at] == '`';
    at = is_string ? skip_go_string(text, at) : at + 1;
  }
  return std::string_view::npos;
}

std::string_view keyword(std::string_view directive) {
  const std::size_t begin = directive.find_first_not_of("- \t\r\n", 2);
  const std::string_view rest = directive.substr(begin);
  return rest.substr(0, rest.find_first_of(" \t\r\n-}("));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Template::Template(const Source& source) {
  find_directives(source);
  number_blocks(source);
  masked_ = Masker(source.bytes(), source.bom_size(), *this).mask();
}

void Template::find_directives(const Source& source) {
  const std::string_view text = source.bytes();
  for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    const std::size_t end = directive_end(text, at);
    if (end == std::string_view::npos) {
      throw Error(Code::invalid_template, source, at, "a template directive that is not closed",
                  "close it with }}");
    }
    const std::string_view directive = text.substr(at, end - at);
    const std::string_view word = keyword(directive);
    Kind kind = Kind::output;
    if (is_one_of(word, {"if", "with", "range", "define", "block"})) {
      kind = Kind::open;
    } else if (word == "else") {
      kind = Kind::alternative;
    } else if (word == "end") {
      kind = Kind::close;
    } else if (is_one_of(word, {"template", "break", "continue"}) || word.starts_with("/*") ||
               (word.starts_with("$") && directive.find_first_of('=') != std::string_view::npos &&
                directive.find_first_of("|\"`'(") > directive.find_first_of('='))) {
      kind = Kind::control;
    }
    directives_.push_back({{at, end}, kind, false});
    at = end;
  }
}

void Template::number_blocks(const Source& source) {
  struct Open {
    std::size_t directive;
    std::size_t outer_block;
  };
  std::vector<Open> open;
  std::size_t current = 0;
  std::size_t last_number = 0;
  for (std::size_t index = 0; index < directives_.size(); ++index) {
    const Directive& directive = directives_[index];
    if (directive.kind == Kind::output || directive.kind == Kind::control) {
      continue;
    }
    if (directive.kind != Kind::open && open.empty()) {
      throw Error(Code::invalid_template, source, directive.span.begin,
                  "a template directive that belongs to no if, with, range, define or block");
    }
    if (directive.kind == Kind::open) {
      open.push_back({index, current});
    }
    if (directive.kind == Kind::close) {
      current = open.back().outer_block;
      open.pop_back();
    } else {
      current = ++last_number;
    }
    blocks_.push_back({directive.span.end, current});
  }
  if (!open.empty()) {
    throw Error(Code::invalid_template, source, directives_[open.back().directive].span.begin,
                "a template block without its {{ end }}");
  }
}

std::size_t Template::first_touching(std::size_t offset) const {
  const auto found = std::upper_bound(
      directives_.begin(), directives_.end(), offset,
      [](std::size_t at, const Directive& directive) { return at < directive.span.end; });
  return static_cast<std::size_t>(found - directives_.begin());
}

bool Template::has_directive(Span span) const {
  const std::size_t index = first_touching(span.begin);
  return index < directives_.size() && directives_[index].span.overlaps(span);
}

bool Template::has_directive_outside_strings(Span span) const {
  for (std::size_t index = first_touching(span.begin);
       index < directives_.size() && directives_[index].span.overlaps(span); ++index) {
    if (!directives_[index].in_string) {
      return true;
    }
  }
  return false;
}

bool Template::has_control(Span span) const {
  for (std::size_t index = first_touching(span.begin);
       index < directives_.size() && directives_[index].span.overlaps(span); ++index) {
    if (directives_[index].kind != Kind::output) {
      return true;
    }
  }
  return false;
}

std::size_t Template::block_at(std::size_t offset) const {
  const auto after =
      std::upper_bound(blocks_.begin(), blocks_.end(), offset,
                       [](std::size_t at, const BlockBegin& begin) { return at < begin.offset; });
  return after == blocks_.begin() ? 0 : std::prev(after)->block;
}

}  // namespace katafix
