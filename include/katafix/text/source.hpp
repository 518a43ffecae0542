#pragma once

#include "katafix/text/span.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// The largest file that is read, in bytes: some inputs cost toml++ quadratic time.
inline constexpr std::size_t kMaxFileSize = std::size_t{16} << 20U;

/// What is left out before a part of a file (Part): lines, and the beginning of its own lines.
struct Margin {
  std::size_t lines = 0;            ///< above its first line
  std::string line_end = {};        ///< of the last one of these
  std::string text = {};            ///< what its lines begin with
  std::vector<std::size_t> widths;  ///< how much of that each line has: blank ones may have less
};

/// The bytes of one file, or of a part of one, and where its lines begin. Lines and positions are
/// those of the whole file. Views into it live as long as it does,
/// so it is neither copied nor moved.
class Source {
 public:
  Source(std::string path, std::string bytes, Margin margin = {});
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() = default;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] std::string_view text(Span span) const;

  /// 0 or 3: the length of the byte order mark.
  [[nodiscard]] std::size_t bom_size() const { return bom_size_; }

  /// Are all bytes behind the byte order mark ASCII?
  [[nodiscard]] bool is_ascii() const { return is_ascii_; }

  /// The number of the last line; text behind the last line end counts as one.
  [[nodiscard]] std::size_t last_line() const { return margin_.lines + line_begins_.size(); }
  /// The 1-based line that holds a byte; the end of the file belongs to the last line.
  [[nodiscard]] std::size_t line_of(std::size_t offset) const;
  /// A line's bytes without its line end; the first line begins behind the byte order mark.
  [[nodiscard]] Span line(std::size_t number) const;
  /// What a part leaves out at the beginning of a line.
  [[nodiscard]] std::string_view margin(std::size_t number) const;
  /// "\n", "\r\n", or "" for a last line without one. The line above a part has one, too.
  [[nodiscard]] std::string_view line_end(std::size_t number) const;
  /// The first byte behind a line and its line end.
  [[nodiscard]] std::size_t line_after(std::size_t number) const;

  [[nodiscard]] Position position(std::size_t offset) const;
  /// The inverse of position(); a column behind the line's end gives the file's end at the most.
  [[nodiscard]] std::size_t offset(Position position) const;
  /// The same for a position that is counted in these bytes alone, as their parser does.
  [[nodiscard]] std::size_t offset_in_bytes(Position position) const;
  [[nodiscard]] const Margin& margin() const { return margin_; }

 private:
  [[nodiscard]] std::size_t index_of(std::size_t number) const {
    return number - 1 - margin_.lines;
  }
  [[nodiscard]] std::size_t code_points_before(std::size_t offset) const;

  std::string path_;
  std::string bytes_;
  Margin margin_;
  std::size_t bom_size_ = 0;
  bool is_ascii_ = true;
  std::vector<std::size_t> line_begins_;
  // Offsets of every 64th code point; empty when bytes and code points are the same thing.
  std::vector<std::size_t> milestones_;
};

/// Text of one line without the blanks around it, a carriage return among them.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace katafix
