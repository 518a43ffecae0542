#include "katafix/text/edit.hpp"

#include "quote.hpp"

#include <algorithm>
#include <string>

namespace katafix {

namespace {

constexpr std::size_t kContext = 3;

/// The old lines [first, last) are replaced by the lines of `text`.
struct Change {
  std::size_t first = 1;
  std::size_t last = 1;
  std::string text;
};

/// Text that becomes lines of its own, before a line or behind the last one. A byte order mark
/// belongs to the first line, whatever goes in behind it.
bool is_whole_line_insertion(const Source& before, const Edit& edit) {
  const std::size_t at = edit.span.begin;
  return edit.span.size() == 0 && edit.text.ends_with('\n') &&
         (at == 0 || before.bytes()[at - 1] == '\n');
}

/// Whole lines, line ends and all, that others take the place of: what is behind them stays.
bool is_of_whole_lines(const Source& before, const Edit& edit) {
  const auto [begin, end] = edit.span;
  return begin < end && (begin == 0 || before.bytes()[begin - 1] == '\n') &&
         before.bytes()[end - 1] == '\n' && (edit.text.empty() || edit.text.ends_with('\n'));
}

Change to_change(const Source& before, const std::vector<Edit>& edits) {
  const Edit& front = edits.front();
  if (edits.size() == 1 && is_whole_line_insertion(before, front)) {
    const bool at_end = front.span.begin == before.bytes().size();
    const std::size_t line = at_end ? before.last_line() + 1 : before.line_of(front.span.begin);
    return {line, line, front.text};
  }
  const std::size_t end = edits.back().span.end;
  Change change{before.line_of(front.span.begin), before.line_of(end) + 1, {}};
  if (is_of_whole_lines(before, edits.back())) {
    change.last = before.line_of(end - 1) + 1;
  }
  // The first line takes a byte order mark along: it is part of what patch compares.
  const std::size_t begin = change.first == 1 ? 0 : before.line(change.first).begin;
  std::vector<Edit> shifted = edits;
  for (Edit& edit : shifted) {
    edit.span = {edit.span.begin - begin, edit.span.end - begin};
  }
  const Span lines{begin, before.line_after(change.last - 1)};
  change.text = apply_edits(before.text(lines), shifted);
  return change;
}

/// Edits on the same lines become one change.
std::vector<Change> to_changes(const Source& before, const std::vector<Edit>& edits) {
  std::vector<Change> changes;
  std::vector<Edit> group;
  for (const Edit& edit : edits) {
    const bool same_lines =
        !group.empty() && !is_whole_line_insertion(before, edit) &&
        !is_whole_line_insertion(before, group.back()) &&
        before.line_of(edit.span.begin) <= before.line_of(group.back().span.end);
    if (!group.empty() && !same_lines) {
      changes.push_back(to_change(before, group));
      group.clear();
    }
    group.push_back(edit);
  }
  if (!group.empty()) {
    changes.push_back(to_change(before, group));
  }
  return changes;
}

void append_line(std::string& out, char mark, std::string_view line) {
  out.push_back(mark);
  out.append(line);
  if (!line.ends_with('\n')) {
    out.append("\n\\ No newline at end of file\n");
  }
}

std::size_t append_lines(std::string& out, char mark, std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    append_line(out, mark, text.substr(0, end));
    text.remove_prefix(end);
    ++count;
  }
  return count;
}

std::string_view old_lines(const Source& before, std::size_t first, std::size_t last) {
  if (first >= last) {
    return {};
  }
  const std::size_t begin = first == 1 ? 0 : before.line(first).begin;
  return before.text({begin, before.line_after(last - 1)});
}

std::string range(std::size_t first, std::size_t count) {
  std::string text = std::to_string(count == 0 ? first - 1 : first);
  if (count != 1) {
    text.append(",").append(std::to_string(count));
  }
  return text;
}

/// One hunk from the changes [from, to); `shift` is how many lines came in before it.
void append_hunk(std::string& out, const Source& before, const Change* from, const Change* to,
                 std::size_t& old_first, std::ptrdiff_t& shift) {
  const std::size_t lines = before.bytes().size() > before.bom_size() ? before.last_line() : 0;
  const std::size_t first =
      std::max(old_first, from->first > kContext ? from->first - kContext : 1);
  const std::size_t last = std::min((to - 1)->last + kContext, lines + 1);
  std::string body;
  std::size_t old_count = 0;
  std::size_t new_count = 0;
  std::size_t at = first;
  for (const Change* change = from; change != to; ++change) {
    const std::size_t kept = append_lines(body, ' ', old_lines(before, at, change->first));
    const std::size_t removed =
        append_lines(body, '-', old_lines(before, change->first, change->last));
    old_count += kept + removed;
    new_count += kept + append_lines(body, '+', change->text);
    at = change->last;
  }
  const std::size_t kept = append_lines(body, ' ', old_lines(before, at, last));
  old_count += kept;
  new_count += kept;
  const auto new_first = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(first) + shift);
  out.append("@@ -" + range(first, old_count) + " +" + range(new_first, new_count) + " @@\n")
      .append(body);
  shift += static_cast<std::ptrdiff_t>(new_count) - static_cast<std::ptrdiff_t>(old_count);
  old_first = last;
}

}  // namespace

std::string unified_diff(const Source& before, const std::vector<Edit>& edits,
                         std::string_view path) {
  if (edits.empty()) {
    return {};
  }
  const std::vector<Change> changes = to_changes(before, edits);
  // As git does: a tab ends a name that has blanks, for patch would cut it there.
  const std::string tail = path.find(' ') == std::string_view::npos ? "\n" : "\t\n";
  std::string out = "--- " + git_quoted("a/" + std::string(path)) + tail;
  out += "+++ " + git_quoted("b/" + std::string(path)) + tail;
  std::size_t old_first = 1;
  std::ptrdiff_t shift = 0;
  const Change* const end = changes.data() + changes.size();
  for (const Change* from = changes.data(); from != end;) {
    const Change* to = from + 1;
    while (to != end && to->first <= (to - 1)->last + 2 * kContext) {
      ++to;
    }
    append_hunk(out, before, from, to, old_first, shift);
    from = to;
  }
  return out;
}

}  // namespace katafix
