#include "katafix/text/source.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace katafix {

namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::size_t kMilestone = 64;

bool begins_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

/// Looks at eight bytes at a time: every file is read through here.
bool has_ascii_only(std::string_view bytes) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::uint64_t seen = 0;
  while (bytes.size() >= sizeof seen) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    seen |= word;
    bytes.remove_prefix(sizeof word);
  }
  return (seen & high_bits) == 0 && std::none_of(bytes.begin(), bytes.end(), [](char byte) {
           return static_cast<unsigned char>(byte) >= 0x80U;
         });
}

std::vector<std::size_t> find_line_begins(std::string_view bytes, std::size_t first) {
  constexpr std::size_t usual_length = 32;
  std::vector<std::size_t> begins;
  begins.reserve(bytes.size() / usual_length + 1);
  begins.push_back(first);
  const char* const data = bytes.data();
  std::size_t at = first;
  while (at < bytes.size()) {
    const void* found = std::memchr(data + at, '\n', bytes.size() - at);
    if (found == nullptr) {
      break;
    }
    at = static_cast<std::size_t>(static_cast<const char*>(found) - data) + 1;
    if (at < bytes.size()) {
      begins.push_back(at);
    }
  }
  return begins;
}

std::vector<std::size_t> find_milestones(std::string_view bytes, std::size_t first) {
  std::vector<std::size_t> milestones;
  std::size_t count = 0;
  for (std::size_t at = first; at < bytes.size(); ++at) {
    if (begins_code_point(bytes[at]) && count++ % kMilestone == 0) {
      milestones.push_back(at);
    }
  }
  return milestones;
}

}  // namespace

Source::Source(std::string path, std::string bytes, Margin margin)
    : path_(std::move(path)), bytes_(std::move(bytes)), margin_(std::move(margin)) {
  const std::string_view text = bytes_;
  bom_size_ = text.starts_with(kBom) ? kBom.size() : 0;
  line_begins_ = find_line_begins(text, bom_size_);
  is_ascii_ = has_ascii_only(text.substr(bom_size_));
  if (!is_ascii_) {
    milestones_ = find_milestones(text, bom_size_);
  }
}

std::string_view Source::text(Span span) const {
  return std::string_view(bytes_).substr(span.begin, span.size());
}

std::size_t Source::line_of(std::size_t offset) const {
  const auto after = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  return margin_.lines +
         std::max<std::size_t>(1, static_cast<std::size_t>(after - line_begins_.begin()));
}

std::size_t Source::line_after(std::size_t number) const {
  const std::size_t next = index_of(number) + 1;
  return next < line_begins_.size() ? line_begins_[next] : bytes_.size();
}

Span Source::line(std::size_t number) const {
  return {line_begins_[index_of(number)], line_after(number) - line_end(number).size()};
}

std::string_view Source::margin(std::size_t number) const {
  const std::size_t index = index_of(number);
  return std::string_view(margin_.text)
      .substr(0, index < margin_.widths.size() ? margin_.widths[index] : 0);
}

std::string_view Source::line_end(std::size_t number) const {
  if (number == margin_.lines) {
    return margin_.line_end;
  }
  const std::size_t begin = line_begins_[index_of(number)];
  const std::string_view whole = text({begin, std::max(line_after(number), begin)});
  if (whole.ends_with("\r\n")) {
    return "\r\n";
  }
  return whole.ends_with('\n') ? "\n" : "";
}

std::size_t Source::code_points_before(std::size_t offset) const {
  if (milestones_.empty()) {
    return offset - bom_size_;
  }
  const auto after = std::upper_bound(milestones_.begin(), milestones_.end(), offset);
  if (after == milestones_.begin()) {
    return 0;
  }
  const auto index = static_cast<std::size_t>(after - milestones_.begin()) - 1;
  const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(milestones_[index]);
  const auto end = bytes_.begin() + static_cast<std::ptrdiff_t>(offset);
  return index * kMilestone +
         static_cast<std::size_t>(std::count_if(begin, end, begins_code_point));
}

Position Source::position(std::size_t offset) const {
  const std::size_t at = std::clamp(offset, bom_size_, bytes_.size());
  const std::size_t number = line_of(at);
  const std::size_t begin = line_begins_[index_of(number)];
  return {number, margin(number).size() + code_points_before(at) - code_points_before(begin) + 1};
}

std::size_t Source::offset(Position position) const {
  const std::size_t number = std::clamp(position.line, margin_.lines + 1, last_line());
  const std::size_t width = margin(number).size();
  return offset_in_bytes({position.line - std::min(position.line, margin_.lines),
                          position.column - std::min(position.column, width)});
}

std::size_t Source::offset_in_bytes(Position position) const {
  const std::size_t count = line_begins_.size();
  const std::size_t number = std::clamp<std::size_t>(position.line, 1, count);
  const std::size_t skip =
      position.line > count ? 0 : std::max<std::size_t>(position.column, 1) - 1;
  const std::size_t begin = position.line > count ? bytes_.size() : line_begins_[number - 1];
  if (milestones_.empty()) {
    return std::min(begin + skip, bytes_.size());
  }
  const std::size_t target = code_points_before(begin) + skip;
  std::size_t at =
      target / kMilestone < milestones_.size() ? milestones_[target / kMilestone] : bytes_.size();
  for (std::size_t left = target % kMilestone; at < bytes_.size(); ++at) {
    if (begins_code_point(bytes_[at]) && left-- == 0) {
      break;
    }
  }
  return at;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

}  // namespace katafix
