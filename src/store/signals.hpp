#pragma once

#include <chrono>
#include <csignal>

namespace katafix {

/// Keeps SIGINT, SIGTERM and SIGHUP waiting as long as it lives, so that what is to be cleaned up
/// before them is: declare it first. Signals that are ignored stay ignored. A write beyond a file
/// size limit fails meanwhile instead of killing.
class HeldSignals {
 public:
  HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

  [[nodiscard]] bool is_one_waiting() const;
  /// Waits for one, no longer than this; one that comes is taken, and ends nothing any more.
  [[nodiscard]] bool comes_within(std::chrono::seconds time) const;

 private:
  sigset_t held_{};
  sigset_t before_{};
  struct sigaction size_limit_ {};
};

}  // namespace katafix
