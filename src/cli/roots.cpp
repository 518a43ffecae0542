#include "roots.hpp"

#include "katafix/node/reader.hpp"

#include "commands.hpp"
#include "exit_status.hpp"
#include "output.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace katafix::cli {

namespace {

/// Holds signals off for all threads that are started in its scope.
class SignalsOfThreads {
 public:
  SignalsOfThreads() {
    sigset_t held;
    ::sigemptyset(&held);
    for (const int signal : kSignals) {
      ::sigaddset(&held, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
    // Who holds it off for one node must not let it through to another.
    std::signal(SIGXFSZ, SIG_IGN);
  }
  SignalsOfThreads(const SignalsOfThreads&) = delete;
  SignalsOfThreads& operator=(const SignalsOfThreads&) = delete;
  ~SignalsOfThreads() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  /// Has one been sent?
  [[nodiscard]] bool is_one_waiting() const {
    sigset_t waiting;
    ::sigpending(&waiting);
    return std::any_of(kSignals.begin(), kSignals.end(),
                       [&](int signal) { return ::sigismember(&waiting, signal) == 1; });
  }

 private:
  static constexpr std::array kSignals = {SIGHUP, SIGINT, SIGTERM};
  sigset_t before_{};
};

std::string read(const std::string& path) {
  try {
    if (path == "-") {
      return read_standard_input();
    }
    if (auto image = RootReader("").read(path)) {
      return std::move(image->bytes);
    }
  } catch (const Error& error) {
    throw UsageError("--roots-from " + path + ": " + error.what());
  }
  throw UsageError("--roots-from " + path + ": there is no such file");
}

void add_lines(std::string_view text, std::vector<std::string>& lines) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) {
      lines.emplace_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

class Roots {
 public:
  Roots(const Options& options, const std::vector<std::string>& roots,
        const SignalsOfThreads& signals)
      : options_(options), roots_(roots), signals_(signals), output_(options) {}

  int run() {
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::thread> threads(std::min(processors, roots_.size()));
    for (std::thread& thread : threads) {
      thread = std::thread([this] { work(); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return output_.is_complete() ? worst_ : std::max(worst_, kTrouble);
  }

 private:
  // So many lines wait for the one before them at the most.
  static constexpr std::size_t kAhead = 64;

  void work() {
    while (const std::string* const root = next()) {
      Options options = options_;
      options.root = *root;
      const Outcome outcome = carry_out(options);
      done(*root, to_json_line(outcome.report, outcome.status), outcome.status);
    }
  }

  const std::string* next() {
    std::unique_lock lock(mutex_);
    printed_one_.wait(lock, [&] { return taken_ < printed_ + kAhead; });
    const bool is_over = taken_ == roots_.size() || signals_.is_one_waiting();
    return is_over ? nullptr : &roots_[taken_++];
  }

  void done(const std::string& root, std::string line, int status) {
    const std::lock_guard lock(mutex_);
    worst_ = std::max(worst_, status);
    lines_.emplace(static_cast<std::size_t>(&root - roots_.data()), std::move(line));
    while (!lines_.empty() && lines_.begin()->first == printed_) {
      output_.raw(lines_.begin()->second);
      lines_.erase(lines_.begin());
      ++printed_;
    }
    printed_one_.notify_all();
  }

  const Options& options_;
  const std::vector<std::string>& roots_;
  const SignalsOfThreads& signals_;
  const Output output_;
  std::mutex mutex_;
  std::condition_variable printed_one_;
  std::size_t taken_ = 0;
  std::size_t printed_ = 0;
  std::map<std::size_t, std::string> lines_;  // done before one that is printed earlier
  int worst_ = kDone;
};

}  // namespace

int run_on_roots(Options options) {
  std::vector<std::string> roots = std::move(options.roots);
  if (!options.roots_from.empty()) {
    add_lines(read(options.roots_from), roots);
  }
  options.quiet = true;  // each line says all that there is to say
  const SignalsOfThreads signals;
  return Roots(options, roots, signals).run();
}

}  // namespace katafix::cli
