#include "katafix/toml/template.hpp"

#include "katafix/text/finding.hpp"

#include "mask.hpp"

#include <algorithm>
#include <numeric>
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
  find_last_inside();
  find_joins();
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
      open.push_back({index, current, false, {}});
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
      open.back().arms.push_back(index);
      directives_[index].partner = open.back().directive;
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

void Template::find_last_inside() {
  last_inside_.resize(parents_.size());
  std::iota(last_inside_.begin(), last_inside_.end(), std::size_t{0});
  for (std::size_t block = parents_.size() - 1; block > 0; --block) {
    std::size_t& around = last_inside_[parents_[block]];
    around = std::max(around, last_inside_[block]);
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
  directives_[index].partner = closed.directive;
  for (const std::size_t arm : closed.arms) {
    directives_[arm].end_index = index;
  }
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

bool Template::trims_left(const Directive& directive) const {
  return text_.compare(directive.span.begin, 3, "{{-") == 0;
}

bool Template::trims_right(const Directive& directive) const {
  return text_.compare(directive.span.end - 3, 3, "-}}") == 0;
}

/// Is other text joined to the left of a directive, its own trim marker considered?
bool Template::joined_on_left(std::size_t index) const {
  const Directive& directive = directives_[index];
  const std::size_t end = text_.find_last_not_of(kSpace, directive.span.begin - 1) + 1;
  if (directive.span.begin == 0 || end == 0) {
    return false;
  }
  const std::size_t size = directive.span.begin - end;
  const bool same_line = text_.substr(end, size).find('\n') == std::string::npos;
  const bool touches = same_line || trims_left(directive);
  if (index > 0 && directives_[index - 1].span.end == end) {
    return (touches || trims_right(directives_[index - 1])) && joined_through_left(index - 1);
  }
  return touches;
}

/// The same through a directive that emits nothing itself: what its block holds may not be there.
bool Template::joined_through_left(std::size_t index) const {
  const Directive& directive = directives_[index];
  const bool ends_arm = directive.kind == Kind::close || directive.kind == Kind::alternative;
  return joined_left_[index] || (ends_arm && joined_left_[directive.partner]);
}

/// Is other text joined to the right of a directive, or does it emit some?
bool Template::joined_on_right(std::size_t index) const {
  const Directive& directive = directives_[index];
  if (directive.kind == Kind::output) {
    return true;
  }
  const std::size_t begin = text_.find_first_not_of(kSpace, directive.span.end);
  if (begin == std::string::npos) {
    return false;
  }
  const std::size_t size = begin - directive.span.end;
  const bool same_line = text_.substr(directive.span.end, size).find('\n') == std::string::npos;
  const bool touches = same_line || trims_right(directive);
  if (index + 1 < directives_.size() && directives_[index + 1].span.begin == begin) {
    return (touches || trims_left(directives_[index + 1])) && joined_through_right(index + 1);
  }
  return touches && text_[begin] != '#';
}

bool Template::joined_through_right(std::size_t index) const {
  const Directive& directive = directives_[index];
  const bool begins_arm = directive.kind == Kind::open || directive.kind == Kind::alternative;
  return joined_right_[index] || (begins_arm && joined_right_[directive.end_index]);
}

void Template::find_joins() {
  for (std::size_t index = 0; index < directives_.size(); ++index) {
    joined_left_.push_back(joined_on_left(index));
  }
  joined_right_.assign(directives_.size(), false);
  for (std::size_t index = directives_.size(); index-- > 0;) {
    joined_right_[index] = joined_on_right(index);
  }
}

bool Template::joins_line_before(std::size_t line_begin) const {
  const std::size_t end = line_begin == 0 ? 0 : text_.find_last_not_of(kSpace, line_begin - 1) + 1;
  if (end == 0) {
    return false;
  }
  const std::size_t index = first_behind(end - 1);
  return index < directives_.size() && directives_[index].span.end == end &&
         trims_right(directives_[index]) && joined_through_left(index);
}

bool Template::joins_line_after(std::size_t line_end) const {
  const std::size_t next = text_.find_first_not_of(kSpace, line_end);
  if (next == std::string::npos) {
    return false;
  }
  const std::size_t index = first_behind(next);
  if (index == directives_.size() || directives_[index].span.begin != next) {
    return false;
  }
  const bool same_line = text_.substr(line_end, next - line_end).find('\n') == std::string::npos;
  return (same_line || trims_left(directives_[index])) && joined_through_right(index);
}

std::size_t Template::block_at(std::size_t offset) const {
  const auto after =
      std::upper_bound(blocks_.begin(), blocks_.end(), offset,
                       [](std::size_t at, const BlockBegin& begin) { return at < begin.offset; });
  return after == blocks_.begin() ? 0 : std::prev(after)->block;
}

/// A block's own come behind it, before any other's.
bool Template::encloses(std::size_t outer, std::size_t inner) const {
  return outer <= inner && inner <= last_inside_[outer];
}

}  // namespace katafix
