#include "restart.hpp"

#include "log.hpp"
#include "process.hpp"
#include "program.hpp"
#include "systemd.hpp"

#include <ctime>
#include <thread>
#include <utility>

namespace katafix {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using State = Running::State;

constexpr seconds kStopLimit{90};  // systemd's own default
constexpr seconds kJournalLimit{5};
constexpr milliseconds kPause{250};

/// What a daemon lacks of what its files say; empty where it has all of it.
std::string lack(const Running& running, const Daemon& daemon) {
  switch (running.state) {
    case State::serves:
      return running.is_stale()
                 ? "serves pods without " + std::string(kFlag) + " for " + unflagged(running)
                 : "";
    case State::serves_no_pods:
      return daemon.is_to_serve ? "is up, and serves no pods: " + running.reason : "";
    default:
      return "does not answer at " + running.socket + ": " + running.reason;
  }
}

/// What a daemon says once it has what its files say, or at the end of the time.
Running wait_for(const Daemon& daemon, seconds limit) {
  const steady_clock::time_point deadline = steady_clock::now() + limit;
  while (true) {
    Running running = ask_running(daemon);
    if (running.state == State::unasked || lack(running, daemon).empty() ||
        steady_clock::now() + kPause > deadline) {
      return running;
    }
    std::this_thread::sleep_for(kPause);
  }
}

/// The last that a unit has said since a time; empty without a journal.
std::string journal(const std::string& unit, std::time_t since) {
  const Outcome outcome =
      run_own_program({"journalctl", "--unit", unit, "--since=@" + std::to_string(since),
                       "--no-pager", "--output=cat"},
                      kJournalLimit);
  return outcome.out;
}

class Restarter {
 public:
  Restarter(const std::vector<Daemon>& daemons, seconds limit) : daemons_(daemons), limit_(limit) {}

  void restart(const std::string& unit) {
    const std::time_t since = std::time(nullptr);
    debug("systemctl restart " + unit);
    const Outcome outcome = run_own_program({"systemctl", "restart", unit}, kStopLimit + limit_);
    if (!outcome.has_succeeded()) {
      fail("systemctl restart " + unit + " " + outcome.failure, unit, outcome.err, since);
      return;
    }
    bool is_asked = false;
    for (const Daemon& daemon : daemons_) {
      if (daemon.unit == unit && !daemon.socket.empty()) {
        is_asked = confirm(daemon, since) || is_asked;
      }
    }
    if (!is_asked) {
      result_.unasked.push_back(
          finding_on_file(Code::not_asked, Severity::warning, "",
                          unit + " is restarted, and nobody could be asked what it does now",
                          "katafix check asks each engine of this machine that it can"));
    }
  }

  Restart result() && { return std::move(result_); }

 private:
  /// Could it be asked?
  bool confirm(const Daemon& daemon, std::time_t since) {
    const Running& running = result_.running.emplace_back(wait_for(daemon, limit_));
    const std::string why = lack(running, daemon);
    if (running.state != State::unasked && !why.empty()) {
      fail(daemon.unit + " is restarted, and " + std::to_string(limit_.count()) + " s later it " +
               why,
           daemon.unit, {}, since);
    }
    return running.state != State::unasked;
  }

  void fail(std::string message, const std::string& unit, const std::string& words,
            std::time_t since) {
    result_.failures.push_back(finding_on_file(Code::restart_failed, Severity::error, "",
                                               std::move(message),
                                               "journalctl -u " + unit + " says more"));
    result_.failures.back().output = last_lines(words + journal(unit, since));
  }

  const std::vector<Daemon>& daemons_;
  seconds limit_;
  Restart result_;
};

}  // namespace

bool can_restart() { return !find_program("systemctl").path.empty(); }

bool is_stale(const Daemon& daemon, const EngineTree& tree, NodeFiles& files) {
  if (!daemon.socket.empty()) {
    const Running running = ask_running(daemon);
    const bool may_serve = running.state == State::serves_no_pods && daemon.is_to_serve;
    if (running.is_stale() || (may_serve && !daemon.flagged.empty())) {
      return true;
    }
    if (running.is_in_effect()) {
      return false;
    }
  }
  return restart_needed(tree, files).has_value();
}

Restart restart_units(const std::vector<std::string>& units, const std::vector<Daemon>& daemons,
                      seconds limit) {
  Restarter restarter(daemons, limit);
  for (const std::string& unit : units) {
    restarter.restart(unit);
  }
  return std::move(restarter).result();
}

}  // namespace katafix
