#include "katafix/toml/template.hpp"

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
  const std::size_t begin = directive.find_first_not_of("- \t\r\n", 2);
  const std::string_view rest = directive.substr(begin);
  return rest.substr(0, rest.find_first_of(" \t\r\n-}("));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Template::Template(const Source& source) : text_(source.bytes()) {
  find_directives(source);
  number_blocks(source);
  masked_ = Masker(text_, source.bom_size(), *this).mask();
  outside_strings_.push_back(0);
  for (const Directive& directive : directives_) {
    outside_strings_.push_back(outside_strings_.back() + (directive.in_string ? 0 : 1));
  }
}

Template::Kind Template::kind_of(std::string_view directive) {
  const std::string_view word = keyword(directive);
  if (is_one_of(word, {"if", "with", "range", "define", "block"})) {
    return Kind::open;
  }
  if (word == "else") {
    return Kind::alternative;
  }
  if (word == "end") {
    return Kind::close;
  }
  if (is_one_of(word, {"break", "continue"})) {
    return Kind::jump;
  }
  const bool is_assignment =
      word.starts_with("$") && directive.find('=') < directive.find_first_of("|\"`'(");
  return word.starts_with("/*") || is_assignment ? Kind::silent : Kind::output;
}

void Template::find_directives(const Source& source) {
  const std::string_view text = text_;
  for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    const std::size_t end = directive_end(text, at);
    if (end == std::string_view::npos) {
      throw Error(Code::invalid_template, source, at, "a template directive that is not closed",
                  "close it with }}");
    }
    directives_.push_back({{at, end}, kind_of(text.substr(at, end - at)), false, 0});
    at = end;
  }
}

void Template::number_blocks(const Source& source) {
  std::vector<OpenBlock> open;
  parents_.assign(1, 0);
  for (std::size_t index = 0; index < directives_.size(); ++index) {
    const Directive& directive = directives_[index];
    if (directive.kind == Kind::output || directive.kind == Kind::silent) {
      continue;
    }
    if (directive.kind == Kind::open) {
      const std::size_t current = blocks_.empty() ? 0 : blocks_.back().block;
      open.push_back({index, current, false});
      begin_block(directive.span.end, current);
      continue;
    }
    if (open.empty()) {
      throw Error(Code::invalid_template, source, directive.span.begin,
                  "a template directive that belongs to no if, with, range, define or block");
    }
    if (directive.kind == Kind::jump) {
      open.back().may_be_left = true;
    } else if (directive.kind == Kind::alternative) {
      begin_block(directive.span.end, open.back().outer);
    } else {
      end_block(open, index);
    }
  }
  if (!open.empty()) {
    throw Error(Code::invalid_template, source, directives_[open.back().directive].span.begin,
                "a template block without its {{ end }}");
  }
}

void Template::begin_block(std::size_t offset, std::size_t parent) {
  blocks_.push_back({offset, parents_.size()});
  parents_.push_back(parent);
}

/// Behind a block that a break or continue may leave, the rest of the loop is a block of its own.
void Template::end_block(std::vector<OpenBlock>& open, std::size_t index) {
  const OpenBlock closed = open.back();
  open.pop_back();
  Directive& opener = directives_[closed.directive];
  opener.end_index = index;
  const std::size_t end = directives_[index].span.end;
  const std::string_view text = text_;
  const bool is_loop = keyword(text.substr(opener.span.begin, opener.span.size())) == "range";
  if (closed.may_be_left && !is_loop && !open.empty()) {
    open.back().may_be_left = true;
    begin_block(end, closed.outer);
  } else {
    blocks_.push_back({end, closed.outer});
  }
}

std::size_t Template::first_behind(std::size_t offset) const {
  const auto found = std::upper_bound(
      directives_.begin(), directives_.end(), offset,
      [](std::size_t at, const Directive& directive) { return at < directive.span.end; });
  return static_cast<std::size_t>(found - directives_.begin());
}

/// The directives that overlap a span: [first, last).
std::pair<std::size_t, std::size_t> Template::overlapping(Span span) const {
  const auto last = std::lower_bound(
      directives_.begin(), directives_.end(), span.end,
      [](const Directive& directive, std::size_t at) { return directive.span.begin < at; });
  const std::size_t first = first_behind(span.begin);
  return {first, std::max(first, static_cast<std::size_t>(last - directives_.begin()))};
}

bool Template::has_directive(Span span) const {
  const auto [first, last] = overlapping(span);
  return first != last;
}

bool Template::has_directive_outside_strings(Span span) const {
  const auto [first, last] = overlapping(span);
  return outside_strings_[first] != outside_strings_[last];
}

bool Template::has_choice(Span span) const {
  const auto [first, last] = overlapping(span);
  return std::any_of(directives_.begin() + static_cast<std::ptrdiff_t>(first),
                     directives_.begin() + static_cast<std::ptrdiff_t>(last),
                     [](const Directive& directive) { return directive.kind != Kind::output; });
}

bool Template::joins_line_before(std::size_t line_begin) const {
  const std::size_t end = text_.find_last_not_of(kSpace, line_begin == 0 ? 0 : line_begin - 1) + 1;
  if (line_begin == 0 || end < 3 || text_.compare(end - 3, 3, "-}}") != 0) {
    return false;
  }
  // The text before the directive, on the line where it begins.
  const Directive& directive = directives_[first_behind(end - 1)];
  const std::size_t begin = text_.rfind('\n', directive.span.begin) + 1;
  return masked_.find_first_not_of(kSpace, begin) < directive.span.begin;
}

bool Template::joins_line_after(std::size_t line_end) const {
  const std::size_t next = text_.find_first_not_of(kSpace, line_end);
  if (next == std::string::npos || text_.compare(next, 3, "{{-") != 0) {
    return false;
  }
  const Directive& directive = directives_[first_behind(next)];
  return directive.kind == Kind::output || text_.compare(directive.span.end - 3, 3, "-}}") == 0;
}

std::size_t Template::block_at(std::size_t offset) const {
  const auto after =
      std::upper_bound(blocks_.begin(), blocks_.end(), offset,
                       [](std::size_t at, const BlockBegin& begin) { return at < begin.offset; });
  return after == blocks_.begin() ? 0 : std::prev(after)->block;
}

bool Template::encloses(std::size_t outer, std::size_t inner) const {
  while (inner != outer && inner != 0) {
    inner = parents_[inner];
  }
  return inner == outer;
}

}  // namespace katafix
