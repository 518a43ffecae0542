#pragma once

#include <csignal>

namespace katafix {

/// Holds off, as long as it lives, the signals that ask a process to end, and has a write beyond a
/// file size limit fail instead of killing.
class SignalsHeld {
 public:
  SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld();

 private:
  sigset_t mask_{};
  struct sigaction size_limit_ {};
};

}  // namespace katafix
