#pragma once

#include <string_view>

namespace katafix {

/// Is a word in a text, in whatever case? The word itself is in lower case.
[[nodiscard]] bool has_word(std::string_view text, std::string_view word);

}  // namespace katafix
