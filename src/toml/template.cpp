#include "template.hpp"

#include "katafix/text/finding.hpp"

#include "mask.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace katafix {

namespace {

constexpr const char* kSpace = " \t\r\n";

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
  const std::size_t begin = directive.find_first_not_of("-~ \t\r\n", 2);
  const std::string_view rest = directive.substr(begin);
  return rest.substr(0, rest.find_first_of(" \t\r\n-}("));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// How many elements of an ordered list come before the first that is no such one.
template <class Element, class Condition>
std::size_t count_while(const std::vector<Element>& elements, Condition holds) {
  const auto end = std::partition_point(elements.begin(), elements.end(), holds);
  return static_cast<std::size_t>(end - elements.begin());
}

}  // namespace

Template::Template(const Source& source) : text_(source.bytes()) {
  find_directives(source);
  pair_blocks(source);
  find_joins();
  masked_ = Masker(text_, source.bom_size(), *this).mask();
  for (const Directive& directive : directives_) {
    controls_.push_back(controls_.back() + (directive.is_control ? 1 : 0));
    outside_strings_.push_back(outside_strings_.back() + (directive.in_string ? 0 : 1));
  }
  find_strays();
}

Template::Directive Template::read(Span span, std::string_view text) {
  Directive directive{span};
  directive.trims_left = text.starts_with("{{-");
  directive.trims_right = text.ends_with("-}}");
  const std::string_view word = keyword(text);
  const bool is_jump = is_one_of(word, {"break", "continue"});
  const bool is_comment = word.starts_with("/*");
  const bool is_assignment = word.starts_with("$") && text.find('=') < text.find_first_of("|\"`'(");
  // Handlebars and Mustache have {{#if}}, {{^x}} and {{/if}}.
  if (is_one_of(word, {"if", "with", "range", "define", "block"}) || word.starts_with('#') ||
      word.starts_with('^')) {
    directive.kind = Kind::open;
  } else if (word == "else") {
    directive.kind = Kind::alternative;
  } else if (word == "end" || (word.starts_with('/') && !is_comment)) {
    directive.kind = Kind::close;
  } else {
    directive.kind = is_jump || is_assignment || is_comment ? Kind::silent : Kind::output;
    directive.is_control = is_jump || word == "template";
  }
  return directive;
}

bool Template::is_control(std::string_view directive) { return read({}, directive).is_control; }

void Template::find_directives(const Source& source) {
  const std::string_view text = text_;
  for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    const std::size_t end = directive_end(text, at);
    if (end == std::string_view::npos) {
      throw Error(Code::invalid_template, source, at, "a template directive that is not closed",
                  "close it with }}");
    }
    directives_.push_back(read({at, end}, text.substr(at, end - at)));
    at = end;
  }
}

void Template::pair_blocks(const Source& source) {
  std::vector<std::size_t> open;
  for (std::size_t index = 0; index < directives_.size(); ++index) {
    const Kind kind = directives_[index].kind;
    if (kind == Kind::open) {
      open.push_back(index);
    } else if (kind == Kind::alternative || kind == Kind::close) {
      if (open.empty()) {
        throw Error(Code::invalid_template, source, directives_[index].span.begin,
                    "a template directive that belongs to no if, with, range, define or block");
      }
      if (kind == Kind::close) {
        directives_[open.back()].end_index = index;
        open.pop_back();
      }
    }
  }
  if (!open.empty()) {
    throw Error(Code::invalid_template, source, directives_[open.back()].span.begin,
                "a template block without its {{ end }}");
  }
}

std::size_t Template::first_behind(std::size_t offset) const {
  return count_while(directives_,
                     [&](const Directive& directive) { return directive.span.end <= offset; });
}

/// The directives that overlap a span: [first, last).
std::pair<std::size_t, std::size_t> Template::overlapping(Span span) const {
  const std::size_t first = first_behind(span.begin);
  const std::size_t last = count_while(
      directives_, [&](const Directive& directive) { return directive.span.begin < span.end; });
  return {first, std::max(first, last)};
}

bool Template::has_directive(Span span) const {
  const auto [first, last] = overlapping(span);
  return first != last;
}

bool Template::has_directive_outside_strings(Span span) const {
  const auto [first, last] = overlapping(span);
  return outside_strings_[first] != outside_strings_[last];
}

bool Template::has_control(Span span) const {
  const auto [first, last] = overlapping(span);
  return controls_[first] != controls_[last];
}

/// From the back, so that a row of directives is walked once.
void Template::find_joins() {
  joined_.assign(directives_.size(), false);
  for (std::size_t index = directives_.size(); index-- > 0;) {
    const Directive& directive = directives_[index];
    joined_[index] =
        directive.kind == Kind::output || joins_behind(directive.span.end, directive.trims_right);
  }
}

/// Does what stands behind this place, but for blanks, join what stands before it?
bool Template::joins_behind(std::size_t end, bool is_trimmed) const {
  const std::size_t begin = text_.find_first_not_of(kSpace, end);
  if (begin == std::string::npos) {
    return false;
  }
  const bool touches = is_trimmed || text_.find('\n', end) > begin;
  const std::size_t index = first_behind(begin);
  if (index < directives_.size() && directives_[index].span.begin == begin) {
    return (touches || directives_[index].trims_left) && joined_[index];
  }
  return touches && text_[begin] != '#';
}

void Template::find_strays() {
  std::size_t next = 0;
  int depth = 0;
  int lowest = 0;  // since the last header
  int of_header = 0;
  for (const Statement& statement : statements_) {
    for (; next < directives_.size() && directives_[next].span.begin < statement.offset; ++next) {
      const Kind kind = directives_[next].kind;
      depth += kind == Kind::open ? 1 : kind == Kind::close ? -1 : 0;
      lowest = std::min(lowest, kind == Kind::alternative ? depth - 1 : depth);
    }
    if (statement.is_header) {
      sections_.push_back({statement.offset});
      of_header = lowest = depth;
    } else if (!sections_.empty() && lowest < of_header) {
      sections_.back().has_stray = sections_.back().may_go_on = true;
    }
  }
  for (std::size_t index = sections_.size(); index-- > 1;) {
    Section& before = sections_[index - 1];
    before.may_go_on = before.may_go_on || may_go_on(before.begin);
  }
}

/// The first section that begins behind this place.
std::size_t Template::section_behind(std::size_t offset) const {
  return count_while(sections_, [&](const Section& section) { return section.begin <= offset; });
}

bool Template::is_uncertain(std::size_t offset) const {
  const std::size_t behind = section_behind(offset);
  return behind > 0 && sections_[behind - 1].has_stray;
}

bool Template::may_go_on(std::size_t end) const {
  const std::size_t next = section_behind(end);
  return next < sections_.size() && sections_[next].may_go_on &&
         has_control({end, sections_[next].begin});
}

bool Template::joins_line_before(std::size_t line_begin) const {
  const std::string_view before(text_.data(), line_begin);
  const std::size_t end = before.find_last_not_of(kSpace) + 1;
  const std::size_t index = end == 0 ? directives_.size() : first_behind(end - 1);
  return index < directives_.size() && directives_[index].span.end == end &&
         directives_[index].trims_right;
}

bool Template::joins_line_after(std::size_t line_end) const {
  const std::size_t next = text_.find_first_not_of(kSpace, line_end);
  const std::size_t index = first_behind(next);
  return index < directives_.size() && directives_[index].span.begin == next &&
         (directives_[index].trims_left || text_.find('\n', line_end) > next) && joined_[index];
}

}  // namespace katafix
