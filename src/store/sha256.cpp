#include "katafix/store/sha256.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace katafix {

namespace {

constexpr std::array<std::uint32_t, 64> kRounds = {
    0x428a2f98U, 0x71374491U, 0xb5c0fbcfU, 0xe9b5dba5U, 0x3956c25bU, 0x59f111f1U, 0x923f82a4U,
    0xab1c5ed5U, 0xd807aa98U, 0x12835b01U, 0x243185beU, 0x550c7dc3U, 0x72be5d74U, 0x80deb1feU,
    0x9bdc06a7U, 0xc19bf174U, 0xe49b69c1U, 0xefbe4786U, 0x0fc19dc6U, 0x240ca1ccU, 0x2de92c6fU,
    0x4a7484aaU, 0x5cb0a9dcU, 0x76f988daU, 0x983e5152U, 0xa831c66dU, 0xb00327c8U, 0xbf597fc7U,
    0xc6e00bf3U, 0xd5a79147U, 0x06ca6351U, 0x14292967U, 0x27b70a85U, 0x2e1b2138U, 0x4d2c6dfcU,
    0x53380d13U, 0x650a7354U, 0x766a0abbU, 0x81c2c92eU, 0x92722c85U, 0xa2bfe8a1U, 0xa81a664bU,
    0xc24b8b70U, 0xc76c51a3U, 0xd192e819U, 0xd6990624U, 0xf40e3585U, 0x106aa070U, 0x19a4c116U,
    0x1e376c08U, 0x2748774cU, 0x34b0bcb5U, 0x391c0cb3U, 0x4ed8aa4aU, 0x5b9cca4fU, 0x682e6ff3U,
    0x748f82eeU, 0x78a5636fU, 0x84c87814U, 0x8cc70208U, 0x90befffaU, 0xa4506cebU, 0xbef9a3f7U,
    0xc67178f2U};

constexpr std::size_t kBlock = 64;

using State = std::array<std::uint32_t, 8>;

std::uint32_t big_endian(const char* bytes) {
  const auto byte = [&](std::size_t index) {
    return std::uint32_t{static_cast<unsigned char>(bytes[index])};
  };
  return byte(0) << 24U | byte(1) << 16U | byte(2) << 8U | byte(3);
}

/// One round. Instead of moving all eight words along, the caller names them one further each time.
/// Not worth its while as a call, which would keep the words in memory.
[[gnu::always_inline]] inline void mix(std::uint32_t a, std::uint32_t b, std::uint32_t c,
                                       std::uint32_t& d, std::uint32_t e, std::uint32_t f,
                                       std::uint32_t g, std::uint32_t& h, std::uint32_t word) {
  const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
  const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + word;
  const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
  d += t1;
  h = t1 + s0 + ((a & b) ^ (a & c) ^ (b & c));
}

void add_block(State& state, const char* block) {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    w[i] = big_endian(block + 4 * i);
  }
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3U);
    const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10U);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; i += 8) {
    mix(a, b, c, d, e, f, g, h, kRounds[i] + w[i]);
    mix(h, a, b, c, d, e, f, g, kRounds[i + 1] + w[i + 1]);
    mix(g, h, a, b, c, d, e, f, kRounds[i + 2] + w[i + 2]);
    mix(f, g, h, a, b, c, d, e, kRounds[i + 3] + w[i + 3]);
    mix(e, f, g, h, a, b, c, d, kRounds[i + 4] + w[i + 4]);
    mix(d, e, f, g, h, a, b, c, kRounds[i + 5] + w[i + 5]);
    mix(c, d, e, f, g, h, a, b, kRounds[i + 6] + w[i + 6]);
    mix(b, c, d, e, f, g, h, a, kRounds[i + 7] + w[i + 7]);
  }
  const State sum = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i] += sum[i];
  }
}

}  // namespace

std::string sha256(std::string_view bytes) {
  State state = {0x6a09e667U, 0xbb67ae85U, 0x3c6ef372U, 0xa54ff53aU,
                 0x510e527fU, 0x9b05688cU, 0x1f83d9abU, 0x5be0cd19U};
  std::size_t at = 0;
  for (; at + kBlock <= bytes.size(); at += kBlock) {
    add_block(state, bytes.data() + at);
  }
  std::string tail(bytes.substr(at));
  tail.push_back('\x80');
  tail.resize((tail.size() + 8 + kBlock - 1) / kBlock * kBlock - 8, '\0');
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (unsigned shift = 64; shift > 0; shift -= 8) {
    tail.push_back(static_cast<char>(bits >> (shift - 8)));
  }
  for (at = 0; at < tail.size(); at += kBlock) {
    add_block(state, tail.data() + at);
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const std::uint32_t word : state) {
    for (unsigned shift = 32; shift > 0; shift -= 4) {
      hex.push_back(digits[word >> (shift - 4) & 0xFU]);
    }
  }
  return hex;
}

}  // namespace katafix
