#pragma once

#include "katafix/text/source.hpp"
#include "katafix/text/span.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// Replaces the bytes of a span, or inserts where the span is empty.
struct Edit {
  Span span;
  std::string text;

  friend bool operator==(const Edit&, const Edit&) = default;
};

/// The bytes with all edits made; bytes outside the spans are copied as they are.
/// The edits come in the order of the file and do not overlap; otherwise std::logic_error.
[[nodiscard]] std::string apply_edits(std::string_view bytes, const std::vector<Edit>& edits);

/// The edits, of whole lines, that turn one text into another.
[[nodiscard]] std::vector<Edit> line_edits(std::string_view before, std::string_view after);

/// A unified diff (3 lines of context, no timestamps) that patch(1) and git-apply(1) take, or ""
/// when there are no edits. `path` goes behind a/ and b/ and is quoted as git does.
[[nodiscard]] std::string unified_diff(const Source& before, const std::vector<Edit>& edits,
                                       std::string_view path);

}  // namespace katafix
