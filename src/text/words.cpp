#include "words.hpp"

#include <algorithm>

namespace katafix {

bool has_word(std::string_view text, std::string_view word) {
  const auto is_same = [](char one, char other) {
    return (one >= 'A' && one <= 'Z' ? one - 'A' + 'a' : one) == other;
  };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), is_same) != text.end();
}

}  // namespace katafix
