#include "katafix/text/edit.hpp"

#include <stdexcept>

namespace katafix {

std::string apply_edits(std::string_view bytes, const std::vector<Edit>& edits) {
  std::size_t size = bytes.size();
  for (const Edit& edit : edits) {
    size += edit.text.size();
  }
  std::string result;
  result.reserve(size);
  std::size_t done = 0;
  for (const Edit& edit : edits) {
    if (edit.span.begin < done || edit.span.end < edit.span.begin || edit.span.end > bytes.size()) {
      throw std::logic_error("edits overlap or leave the file");
    }
    result.append(bytes, done, edit.span.begin - done).append(edit.text);
    done = edit.span.end;
  }
  return result.append(bytes, done);
}

}  // namespace katafix
