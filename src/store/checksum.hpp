#pragma once

#include <cstdint>
#include <string_view>

namespace katafix {

/// The CRC-32 that gzip and zip use: it finds what a disk or a slip does to bytes, not what
/// somebody does who wants not to be found.
[[nodiscard]] std::uint32_t crc32(std::string_view bytes);

}  // namespace katafix
