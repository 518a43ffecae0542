#pragma once

#include "katafix/text/finding.hpp"

#include <cstddef>
#include <string_view>

namespace katafix {

/// The error for text that the parser refused at `offset`. `parsed` is what it saw: the source, or
/// a template's masked text. `reason` is its own wording, which can be garbled (it holds input,
/// line breaks too): it only picks one of our messages.
[[nodiscard]] Error explain(const Source& source, const Source& parsed, std::size_t offset,
                            std::string_view reason);

}  // namespace katafix
