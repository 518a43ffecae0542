#include "node/parallel.hpp"

#include "catch.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <stdexcept>

using namespace katafix;

TEST_CASE("Work in parallel is done by one thread at least and by no more than were asked for",
          "[node]") {
  for (const std::size_t most : {0U, 1U, 2U, 3U}) {
    std::atomic<std::size_t> runs = 0;
    in_parallel(most, [&] { ++runs; });
    CHECK(runs >= 1);
    CHECK(runs <= std::max<std::size_t>(most, 1));
  }
}

TEST_CASE("What one thread throws is thrown once all have ended", "[node]") {
  std::atomic<std::size_t> begun = 0;
  std::atomic<std::size_t> ended = 0;
  const auto work = [&] {
    const bool is_first = begun++ == 0;
    ++ended;
    if (is_first) {
      throw std::runtime_error("no");
    }
  };
  CHECK_THROWS_AS(in_parallel(4, work), std::runtime_error);
  CHECK(begun == ended);
}
