#include "signals.hpp"

#include <initializer_list>

namespace katafix {

SignalsHeld::SignalsHeld() {
  sigset_t held;
  ::sigemptyset(&held);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
    ::sigaddset(&held, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &held, &mask_);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGXFSZ, &ignore, &size_limit_);
}

SignalsHeld::~SignalsHeld() {
  ::sigaction(SIGXFSZ, &size_limit_, nullptr);
  ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
}

}  // namespace katafix
