#pragma once

#include "katafix/text/edit.hpp"
#include "katafix/text/source.hpp"

#include <cstddef>
#include <string_view>

namespace katafix {

/// Lines of a file as a source of their own, without what all of them begin with: blanks, and `>`
/// where they are quoted. Its lines and positions are those of the file.
class Part {
 public:
  /// Lines `first` to `last` of a file, which outlives this.
  Part(const Source& whole, std::size_t first, std::size_t last);

  [[nodiscard]] const Source& source() const { return source_; }
  [[nodiscard]] std::size_t first_line() const { return source_.margin().lines + 1; }

  /// Where a byte of the part is in the file.
  [[nodiscard]] std::size_t in_whole(std::size_t offset) const;
  /// An edit of the part as one of the file: new lines begin as those of the part do.
  [[nodiscard]] Edit in_whole(const Edit& edit) const;

 private:
  const Source& whole_;
  Source source_;
};

/// What a line begins with that is no text: blanks, and `>`.
[[nodiscard]] std::string_view indentation(std::string_view line);

}  // namespace katafix
