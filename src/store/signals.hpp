#pragma once

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

 private:
  sigset_t held_{};
  sigset_t before_{};
  struct sigaction size_limit_ {};
};

}  // namespace katafix
