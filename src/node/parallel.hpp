#pragma once

#include <cstddef>
#include <functional>

namespace katafix {

/// Runs `work` once on each of as many threads as there are processors, `most` at most; on the
/// caller's own where that is one, or where the system has no threads to give. Ends when all have
/// ended; what one of them threw is thrown then.
void in_parallel(std::size_t most, const std::function<void()>& work);

}  // namespace katafix
