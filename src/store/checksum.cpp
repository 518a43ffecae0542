#include "checksum.hpp"

#include <array>

namespace katafix {

namespace {

using Table = std::array<std::uint32_t, 256>;

/// What a byte makes of the rest when 0, 1, 2 or 3 more follow it: four are taken at a time.
constexpr std::array<Table, 4> kTables = [] {
  constexpr std::uint32_t polynomial = 0xEDB88320U;
  std::array<Table, 4> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) {
      rest = (rest >> 1U) ^ ((rest & 1U) != 0 ? polynomial : 0U);
    }
    tables[0][byte] = rest;
  }
  for (std::size_t more = 1; more < tables.size(); ++more) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t rest = tables[more - 1][byte];
      tables[more][byte] = (rest >> 8U) ^ tables[0][rest & 0xFFU];
    }
  }
  return tables;
}();

std::uint32_t little_endian(std::string_view four) {
  const auto byte = [four](std::size_t at) {
    return std::uint32_t{static_cast<unsigned char>(four[at])};
  };
  return byte(0) | byte(1) << 8U | byte(2) << 16U | byte(3) << 24U;
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t rest = ~0U;
  for (; bytes.size() >= 4; bytes.remove_prefix(4)) {
    rest ^= little_endian(bytes);
    rest = kTables[3][rest & 0xFFU] ^ kTables[2][rest >> 8U & 0xFFU] ^
           kTables[1][rest >> 16U & 0xFFU] ^ kTables[0][rest >> 24U];
  }
  for (const char byte : bytes) {
    rest = (rest >> 8U) ^ kTables[0][(rest ^ static_cast<unsigned char>(byte)) & 0xFFU];
  }
  return ~rest;
}

}  // namespace katafix
