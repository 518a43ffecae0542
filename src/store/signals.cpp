#include "signals.hpp"

#include <algorithm>
#include <array>

namespace katafix {

namespace {

constexpr std::array kEnding = {SIGINT, SIGTERM, SIGHUP};

}  // namespace

HeldSignals::HeldSignals() {
  ::sigemptyset(&held_);
  for (const int signal : kEnding) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) {
      ::sigaddset(&held_, signal);
    }
  }
  ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGXFSZ, &ignore, &size_limit_);
}

HeldSignals::~HeldSignals() {
  ::sigaction(SIGXFSZ, &size_limit_, nullptr);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool HeldSignals::is_one_waiting() const {
  sigset_t waiting{};
  ::sigpending(&waiting);
  return std::ranges::any_of(kEnding, [&](int signal) {
    return ::sigismember(&waiting, signal) == 1 && ::sigismember(&held_, signal) == 1;
  });
}

bool HeldSignals::comes_within(std::chrono::seconds time) const {
  const struct timespec limit { time.count(), 0 };
  return ::sigtimedwait(&held_, nullptr, &limit) > 0;
}

}  // namespace katafix
