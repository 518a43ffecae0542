#pragma once

#include "katafix/text/finding.hpp"

#include <cstddef>
#include <string_view>

namespace katafix {

/// The error for text that the parser refused at `offset`. `reason` is the parser's own wording,
/// which can be garbled (it holds input, line breaks too): it only picks one of our messages.
[[nodiscard]] Error explain(const Source& source, std::size_t offset, std::string_view reason,
                            bool is_template);

}  // namespace katafix
