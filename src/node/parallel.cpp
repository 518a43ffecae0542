#include "parallel.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace katafix {

void in_parallel(std::size_t most, const std::function<void()>& work) {
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&] {
    try {
      work();
    } catch (...) {
      const std::scoped_lock lock(mutex);
      failure = std::current_exception();
    }
  };
  const std::size_t count = std::min<std::size_t>(most, std::thread::hardware_concurrency());
  std::vector<std::thread> threads;
  try {
    while (count > 1 && threads.size() < count) {
      threads.emplace_back(run);
    }
  } catch (const std::system_error&) {
    // Those that there are do it all.
  }
  if (threads.empty()) {
    run();
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

}  // namespace katafix
