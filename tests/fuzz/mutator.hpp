#pragma once

#include "choices.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace katafix::fuzz {

/// Writes something that is to go into a text as lines of their own.
using Writer = std::string (*)(Choices&);

/// The target's: what its inputs are made of.
extern const Writer kWriter;

/// What LLVMFuzzerCustomMutator does: changes whole tables, lines, comments, line ends and keys, or
/// leaves it to libFuzzer's own mutations and the dictionary. Gives the new size.
std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed,
                   Writer writer);

/// What LLVMFuzzerCustomCrossOver does: some tables of one text, then some of another.
std::size_t cross_over(const std::string& one, const std::string& other, std::uint8_t* out,
                       std::size_t max_size, unsigned seed);

}  // namespace katafix::fuzz
