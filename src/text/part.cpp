#include "part.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

std::size_t common_size(std::string_view one, std::string_view other) {
  const auto [end, behind] = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  return static_cast<std::size_t>(end - one.begin());
}

/// What all lines begin with that are more than blank.
std::string_view common_indentation(const Source& whole, std::size_t first, std::size_t last) {
  std::optional<std::string_view> common;
  for (std::size_t number = first; number <= last; ++number) {
    const std::string_view line = whole.text(whole.line(number));
    const std::string_view own = indentation(line);
    if (own.size() < line.size()) {
      common = common ? own.substr(0, common_size(own, *common)) : own;
    }
  }
  return common.value_or(std::string_view());
}

Margin margin_of(const Source& whole, std::size_t first, std::size_t last) {
  Margin margin;
  margin.lines = first - 1;
  margin.line_end = first > 1 ? whole.line_end(first - 1) : "";
  margin.text = common_indentation(whole, first, last);
  margin.widths.reserve(last - first + 1);
  for (std::size_t number = first; number <= last; ++number) {
    margin.widths.push_back(common_size(whole.text(whole.line(number)), margin.text));
  }
  return margin;
}

std::string bytes_of(const Source& whole, const Margin& margin) {
  std::string bytes;
  std::size_t number = margin.lines;
  for (const std::size_t width : margin.widths) {
    ++number;
    bytes += whole.text({whole.line(number).begin + width, whole.line_after(number)});
  }
  return bytes;
}

Source source_of(const Source& whole, Margin margin) {
  std::string bytes = bytes_of(whole, margin);
  return {whole.path(), std::move(bytes), std::move(margin)};
}

}  // namespace

std::string_view indentation(std::string_view line) {
  return line.substr(0, std::min(line.find_first_not_of(" \t>"), line.size()));
}

Part::Part(const Source& whole, std::size_t first, std::size_t last)
    : whole_(whole), source_(source_of(whole, margin_of(whole, first, last))) {}

std::size_t Part::in_whole(std::size_t offset) const {
  const std::size_t number = source_.line_of(offset);
  return whole_.line(number).begin + source_.margin(number).size() + offset -
         source_.line(number).begin;
}

Edit Part::in_whole(const Edit& edit) const {
  const std::string_view before = source_.bytes().substr(0, edit.span.begin);
  const bool is_lines = edit.span.size() == 0 && edit.text.ends_with('\n') &&
                        (before.empty() || before.ends_with('\n'));
  Edit mapped{{in_whole(edit.span.begin), in_whole(edit.span.end)}, {}};
  if (is_lines) {
    // Before what the line there begins with, which may not be one of the part.
    const std::size_t at = before.empty() ? whole_.line(first_line()).begin
                                          : whole_.line_after(source_.line_of(before.size() - 1));
    mapped = {{at, at}, source_.margin().text};
  }
  for (std::size_t at = 0; at < edit.text.size(); ++at) {
    mapped.text.push_back(edit.text[at]);
    const bool is_last = is_lines && at + 1 == edit.text.size();
    if (edit.text[at] == '\n' && !is_last) {
      mapped.text += source_.margin().text;
    }
  }
  return mapped;
}

}  // namespace katafix
