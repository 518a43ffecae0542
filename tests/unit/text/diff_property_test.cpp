#include "katafix/text/edit.hpp"

#include "support.hpp"

#include <charconv>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace katafix {
namespace {

/// The lines of a text, each with its line end.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

/// The diff's own lines; a line that the next one says has no newline comes without it.
std::vector<std::string> diff_lines(std::string_view diff) {
  std::vector<std::string> lines;
  for (std::string& line : split(diff)) {
    if (line.starts_with('\\')) {
      lines.back().pop_back();
    } else {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

struct Range {
  std::size_t first = 0;
  std::size_t count = 1;
};

Range read_range(std::string_view text) {
  Range range;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, range.first);
  if (first.ptr != end && *first.ptr == ',') {
    std::from_chars(first.ptr + 1, end, range.count);
  }
  return range;
}

/// What patch(1) would make of a text, with nothing left to guess: every line number and count, and
/// every line of context must fit exactly.
class Patch {
 public:
  Patch(std::string_view before, std::string_view diff)
      : old_(split(before)), diff_(diff_lines(diff)) {}

  std::string result() {
    at_ = 2;  // behind the names
    while (at_ < diff_.size()) {
      hunk();
    }
    while (next_ < old_.size()) {
      out_ += old_[next_++];
      ++new_lines_;
    }
    return out_;
  }

 private:
  void require(bool holds, const char* what) const {
    if (!holds) {
      throw std::runtime_error(std::string(what) + " at line " + std::to_string(at_ + 1));
    }
  }

  void hunk() {
    const std::string& head = diff_[at_];
    require(head.starts_with("@@ -"), "no hunk");
    const std::size_t plus = head.find(" +");
    const Range old = read_range(std::string_view(head).substr(4, plus - 4));
    const Range now = read_range(std::string_view(head).substr(plus + 2));
    const std::size_t first = old.count == 0 ? old.first : old.first - 1;
    require(first >= next_ && first <= old_.size(), "hunks out of order");
    while (next_ < first) {
      out_ += old_[next_++];
      ++new_lines_;
    }
    require(new_lines_ == (now.count == 0 ? now.first : now.first - 1), "wrong new line number");
    const std::size_t old_end = next_ + old.count;
    const std::size_t new_end = new_lines_ + now.count;
    for (++at_; at_ < diff_.size() && !diff_[at_].starts_with("@@"); ++at_) {
      line(diff_[at_]);
    }
    require(next_ == old_end && new_lines_ == new_end, "wrong count of lines");
  }

  void line(const std::string& line) {
    const std::string text = line.substr(1);
    if (line[0] != '+') {
      require(next_ < old_.size() && old_[next_] == text, "context does not fit");
      ++next_;
    }
    if (line[0] != '-') {
      require(out_.empty() || out_.ends_with('\n'), "a line behind one without newline");
      out_ += text;
      ++new_lines_;
    }
  }

  std::vector<std::string> old_;
  std::vector<std::string> diff_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;
  std::size_t new_lines_ = 0;
  std::string out_;
};

class Random {
 public:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : engine_() % limit; }

  std::string text() {
    std::string text(below(4) == 0 ? test::kBom : "");
    for (std::size_t lines = below(40); lines > 0; --lines) {
      text += std::string(below(4), static_cast<char>('a' + below(3)));
      text += below(5) == 0 ? "\r\n" : "\n";
    }
    if (below(3) == 0) {
      text += "last";
    }
    return text;
  }

  /// Edits as fix() makes them: new lines, and bytes inside of lines.
  std::vector<Edit> planned_edits(const Source& source) {
    std::vector<Edit> edits;
    for (std::size_t line = 1; line <= source.last_line(); ++line) {
      const Span span = source.line(line);
      const std::size_t choice = below(8);
      if (choice == 0) {
        edits.push_back({{span.begin + below(span.size()), span.end}, "true"});
      } else if (choice == 1) {
        edits.push_back({{span.begin + span.size() / 2, span.begin + span.size() / 2}, ", x"});
      }
      const std::size_t after = source.line_after(line);
      if (below(8) == 0) {
        edits.push_back({{after, after}, source.line_end(line).empty() ? "\nnew" : "new\n"});
      }
    }
    return edits;
  }

  std::vector<Edit> any_edits(const Source& source) {
    std::vector<Edit> edits;
    std::size_t at = source.bom_size();
    const std::size_t size = source.bytes().size();
    while (at < size && below(5) != 0) {
      const std::size_t begin = at + below(std::min<std::size_t>(size - at + 1, 30));
      const std::size_t end = begin + below(std::min<std::size_t>(size - begin + 1, 6));
      edits.push_back({{begin, end}, std::string(below(2), '+') + (below(2) == 0 ? "\n" : "")});
      at = end + 1;
    }
    return edits;
  }

 private:
  std::mt19937 engine_{20261124};
};

void check_patch(const Source& source, const std::vector<Edit>& edits) {
  if (edits.empty()) {
    return;
  }
  const std::string diff = unified_diff(source, edits, "f");
  const std::string before(source.bytes());
  CAPTURE(before, diff);
  std::string patched;
  REQUIRE_NOTHROW(patched = Patch(before, diff).result());
  REQUIRE(patched == apply_edits(before, edits));
}

TEST_CASE("A diff turns the old bytes into the new ones", "[text]") {
  Random random;
  for (int round = 0; round < 3000; ++round) {
    const Source source("f", random.text());
    check_patch(source, random.planned_edits(source));
  }
}

TEST_CASE("A diff holds for edits of any shape", "[text]") {
  Random random;
  for (int round = 0; round < 3000; ++round) {
    const Source source("f", random.text());
    check_patch(source, random.any_edits(source));
  }
}

TEST_CASE("The edits between two texts turn one into the other, and keep what they share",
          "[text]") {
  Random random;
  for (int round = 0; round < 3000; ++round) {
    const Source source("f", random.text());
    const std::string before(source.bytes());
    const std::string after =
        round % 2 == 0 ? random.text() : apply_edits(before, random.any_edits(source));
    const std::vector<Edit> edits = line_edits(before, after);
    CAPTURE(before, after);
    REQUIRE(apply_edits(before, edits) == after);
    check_patch(source, edits);
  }
}

TEST_CASE("The edits between two texts are as small as lines allow", "[text]") {
  CHECK(line_edits("a\nb\nc\n", "a\nb\nc\n").empty());
  CHECK(line_edits("a\nb\nc\nd\n", "a\nB\nc\nd\ne\n") ==
        std::vector<Edit>{{{2, 4}, "B\n"}, {{8, 8}, "e\n"}});
  CHECK(unified_diff(Source("f", "a\nb\nc\n"), line_edits("a\nb\nc\n", "a\nc\n"), "f") ==
        "--- a/f\n+++ b/f\n@@ -1,3 +1,2 @@\n a\n-b\n c\n");
  // Too many to compare: one edit, which is as right.
  std::string many;
  for (int line = 0; line < 3000; ++line) {
    many += std::to_string(line) + "\n";
  }
  CHECK(line_edits("x\n" + many, many + "y\n").size() == 1);
}

}  // namespace
}  // namespace katafix
