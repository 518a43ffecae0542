#include "annotations.hpp"
#include "terminal.hpp"
#include "text/quote.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace katafix {

namespace {

Style style_of(Severity severity) {
  constexpr std::array styles = {Style::cyan, Style::yellow, Style::red};
  return styles.at(static_cast<std::size_t>(severity));
}

/// A place as `file:line:column`, or the file alone.
std::string place(const Finding& finding) {
  if (finding.file.empty()) {
    return "katafix";
  }
  std::string text = printable(finding.file);
  if (finding.at.line > 0) {
    text.append(":").append(std::to_string(finding.at.line));
    text.append(":").append(std::to_string(finding.at.column));
  }
  return text;
}

/// What a character of a line looks like, and what stands below it to the left of a caret.
struct Shown {
  std::string text;
  std::string below;
};

std::vector<Shown> characters(std::string_view line) {
  std::vector<Shown> all;
  while (!line.empty()) {
    const std::string_view one = line.substr(0, std::max<std::size_t>(utf8_length(line), 1));
    const std::string text = one == "\t" ? "\t" : printable(one);
    all.push_back({text, one == "\t" ? text : std::string(columns(text), ' ')});
    line.remove_prefix(one.size());
  }
  return all;
}

std::size_t width_of(std::span<const Shown> line) {
  std::size_t width = 0;
  for (const Shown& one : line) {
    width += columns(one.text);
  }
  return width;
}

/// The line with a caret below the column, and of a line that is too long what is around that.
std::string excerpt(const Finding& finding, const Screen& screen) {
  const std::string number = std::to_string(finding.at.line);
  const std::string margin(number.size(), ' ');
  const std::vector<Shown> line = characters(finding.excerpt);
  const std::size_t skip = std::min(finding.at.column - 1 - finding.before_excerpt, line.size());
  std::span<const Shown> left = std::span(line).first(skip);
  std::span<const Shown> right = std::span(line).subspan(skip);
  const std::size_t frame = number.size() + 5;
  if (screen.width > 2 * frame) {
    const std::size_t room = screen.width - frame;
    for (std::size_t before = width_of(left), all = before + width_of(right); all > room;) {
      const bool is_left = before > room / 2;
      const std::size_t one = columns((is_left ? left.front() : right.back()).text);
      is_left ? left = left.subspan(1) : right = right.first(right.size() - 1);
      before -= is_left ? one : 0;
      all -= one;
    }
  }
  std::string shown;
  std::string below;
  for (const Shown& one : left) {
    shown += one.text;
    below += one.below;
  }
  for (const Shown& one : right) {
    shown += one.text;
  }
  return styled(" " + number + " | ", Style::dim, screen.color) + shown + "\n" +
         styled(" " + margin + " | ", Style::dim, screen.color) + below +
         styled("^", Style::bold, screen.color) + "\n";
}

/// What another program printed, set off from what katafix says.
std::string quoted_lines(std::string_view output, Color color) {
  std::string text;
  while (!output.empty()) {
    const std::string_view line = output.substr(0, output.find('\n'));
    output.remove_prefix(std::min(line.size() + 1, output.size()));
    text += styled("  | ", Style::dim, color) + printable(line) + "\n";
  }
  return text;
}

}  // namespace

std::string_view level_name(Severity severity) {
  return severity == Severity::info ? "note" : severity_name(severity);
}

std::string headline(const Finding& finding, const Screen& screen, std::size_t count) {
  const std::string_view word = level_name(finding.severity);
  const std::string where = place(finding) + ": ";
  std::string what = printable(finding.message);
  if (count > 1) {
    what += " (" + std::to_string(count) + " of these, which -v shows)";
  }
  what.append(" [").append(code_name(finding.code)).append("]");
  std::string text = styled(where, Style::bold, screen.color) +
                     styled(word, style_of(finding.severity), screen.color) + ":";
  std::string_view before = " ";
  const std::size_t used = columns(where) + word.size() + 2;
  for (const std::string& line : wrapped(what, screen.width, used, 2)) {
    text.append(line.empty() ? "" : before).append(line).push_back('\n');
    before = "  ";
  }
  return text;
}

std::string to_text(const Finding& finding, const Screen& screen, std::size_t count) {
  std::string text = headline(finding, screen, count);
  if (finding.at.line > 0 && finding.severity == Severity::error) {
    text += excerpt(finding, screen);
  }
  text += quoted_lines(finding.output, screen.color);
  if (!finding.advice.empty()) {
    text += paragraph(printable(finding.advice), 2, screen);
  }
  return text;
}

}  // namespace katafix
