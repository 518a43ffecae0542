#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace katafix::fuzz {

/// Choices that bytes make: the same bytes choose the same, and where they end it is the first of
/// all there is.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}

  /// A number below `limit`, which is not 0.
  std::size_t below(std::size_t limit) {
    std::size_t number = 0;
    for (std::size_t range = 1; range < limit && !bytes_.empty(); range <<= 8U) {
      number = number << 8U | static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
    }
    return number % limit;
  }

  std::string pick(std::initializer_list<std::string_view> from) {
    return std::string(*(from.begin() + below(from.size())));
  }

 private:
  std::string_view bytes_;
};

}  // namespace katafix::fuzz
