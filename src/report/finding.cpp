#include "annotations.hpp"
#include "terminal.hpp"
#include "text/quote.hpp"

#include <algorithm>
#include <array>
#include <string>

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

/// The line with a caret below the column.
std::string excerpt(const Finding& finding, Color color) {
  std::string_view line = finding.excerpt;
  const std::size_t skip = finding.at.column - 1 - finding.before_excerpt;
  std::string shown;
  std::string below;
  for (std::size_t column = 0; !line.empty(); ++column) {
    const std::string_view one = line.substr(0, std::max<std::size_t>(utf8_length(line), 1));
    const std::string text = one == "\t" ? "\t" : printable(one);
    shown += text;
    if (column < skip) {
      below += text == "\t" ? "\t" : std::string(text.size() == one.size() ? 1 : text.size(), ' ');
    }
    line.remove_prefix(one.size());
  }
  const std::string number = std::to_string(finding.at.line);
  const std::string margin(number.size(), ' ');
  return styled(" " + number + " | ", Style::dim, color) + shown + "\n" +
         styled(" " + margin + " | ", Style::dim, color) + below + styled("^", Style::bold, color) +
         "\n";
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

std::string headline(const Finding& finding, Color color) {
  return styled(place(finding) + ": ", Style::bold, color) +
         styled(level_name(finding.severity), style_of(finding.severity), color) + ": " +
         printable(finding.message) + " [" + std::string(code_name(finding.code)) + "]\n";
}

std::string to_text(const Finding& finding, Color color) {
  std::string text = headline(finding, color);
  if (finding.at.line > 0 && finding.severity == Severity::error) {
    text += excerpt(finding, color);
  }
  text += quoted_lines(finding.output, color);
  if (!finding.advice.empty()) {
    text += "  " + printable(finding.advice) + "\n";
  }
  return text;
}

}  // namespace katafix
