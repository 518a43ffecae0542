#include "katafix/text/edit.hpp"

#include <algorithm>
#include <cstdint>

namespace katafix {

namespace {

// So many pairs of lines are compared; of texts that differ in more all that differs is one edit.
constexpr std::size_t kMostPairs = 4'000'000;

/// The lines of a text with their line ends.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

/// The lengths of the longest common subsequences of what two lists have from a place on.
class Common {
 public:
  using Lines = std::vector<std::string_view>;

  Common(const Lines& old_lines, const Lines& new_lines)
      : columns_(new_lines.size() + 1), lengths_((old_lines.size() + 1) * columns_) {
    for (std::size_t one = old_lines.size(); one-- > 0;) {
      for (std::size_t other = new_lines.size(); other-- > 0;) {
        lengths_[one * columns_ + other] = old_lines[one] == new_lines[other]
                                               ? at(one + 1, other + 1) + 1
                                               : std::max(at(one + 1, other), at(one, other + 1));
      }
    }
  }

  [[nodiscard]] std::uint32_t at(std::size_t one, std::size_t other) const {
    return lengths_[one * columns_ + other];
  }

 private:
  std::size_t columns_;
  std::vector<std::uint32_t> lengths_;
};

/// The edits of two texts, the first of which begins at an offset.
std::vector<Edit> edits_between(std::string_view before, std::string_view after, std::size_t at) {
  const std::vector<std::string_view> old_lines = lines_of(before);
  const std::vector<std::string_view> new_lines = lines_of(after);
  if (old_lines.size() * new_lines.size() > kMostPairs) {
    return {{{at, at + before.size()}, std::string(after)}};
  }
  const Common common(old_lines, new_lines);
  std::vector<Edit> edits;
  bool is_open = false;
  for (std::size_t one = 0, other = 0; one < old_lines.size() || other < new_lines.size();) {
    const bool both = one < old_lines.size() && other < new_lines.size();
    if (both && old_lines[one] == new_lines[other]) {
      at += old_lines[one++].size();
      ++other;
      is_open = false;
      continue;
    }
    if (!is_open) {
      edits.push_back({{at, at}, {}});
      is_open = true;
    }
    if (both ? common.at(one + 1, other) >= common.at(one, other + 1) : one < old_lines.size()) {
      at += old_lines[one++].size();
      edits.back().span.end = at;
    } else {
      edits.back().text += new_lines[other++];
    }
  }
  return edits;
}

/// How many bytes of whole lines two texts begin with alike.
std::size_t common_lines(std::string_view one, std::string_view other) {
  const auto differ = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  const auto same = static_cast<std::size_t>(differ.first - one.begin());
  if (same == one.size() && same == other.size()) {
    return same;
  }
  const std::size_t end = one.substr(0, same).rfind('\n');
  return end == std::string_view::npos ? 0 : end + 1;
}

}  // namespace

std::vector<Edit> line_edits(std::string_view before, std::string_view after) {
  const std::size_t begin = common_lines(before, after);
  before.remove_prefix(begin);
  after.remove_prefix(begin);
  return edits_between(before, after, begin);
}

}  // namespace katafix
