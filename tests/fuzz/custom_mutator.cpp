// What libFuzzer calls in the targets whose inputs are texts.

#include "mutator.hpp"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return katafix::fuzz::mutate(data, size, max_size, seed, katafix::fuzz::kWriter);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                                 const std::uint8_t* other, std::size_t other_size,
                                                 std::uint8_t* out, std::size_t max_size,
                                                 unsigned seed) {
  return katafix::fuzz::cross_over({one, one + one_size}, {other, other + other_size}, out,
                                   max_size, seed);
}
