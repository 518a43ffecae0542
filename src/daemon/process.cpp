#include "process.hpp"

#include "node/descriptor.hpp"
#include "program.hpp"
#include "store/signals.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <iterator>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace katafix {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kTick{10};
constexpr std::size_t kLines = 20;

/// What a program prints on one of its streams.
class Stream {
 public:
  explicit Stream(std::size_t kept) : kept_(kept) {
    std::array<int, 2> ends{-1, -1};
    error_ = ::pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno;
    reading_ = Descriptor(ends[0]);
    writing_ = Descriptor(ends[1]);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  }

  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] int reading_end() const { return reading_.get(); }  // -1 once all is read
  [[nodiscard]] int writing_end() const { return writing_.get(); }
  void close_writing_end() { writing_ = Descriptor(-1); }

  /// One read takes all that a pipe holds.
  void read_some() {
    std::array<char, kKept> bytes{};
    ssize_t count = -1;
    do {
      count = reading_end() < 0 ? 0 : ::read(reading_end(), bytes.data(), bytes.size());
    } while (count < 0 && errno == EINTR);
    if (count == 0 || (count < 0 && errno != EAGAIN)) {
      reading_ = Descriptor(-1);
    }
    text_.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    text_.erase(0, text_.size() - std::min(text_.size(), kept_));
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  Descriptor reading_{-1};
  Descriptor writing_{-1};
  int error_ = 0;
  std::size_t kept_;
  std::string text_;
};

/// How a child begins: what posix_spawn is told.
class Beginning {
 public:
  Beginning(const Stream& out, const Stream& err) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, out.writing_end(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, err.writing_end(), STDERR_FILENO);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t signals{};
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    for (const int ignored : {SIGPIPE, SIGXFSZ}) {  // by katafix itself
      ::sigaddset(&signals, ignored);
    }
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
  }
  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;
  ~Beginning() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// 0 or an errno.
  int spawn(pid_t& child, const std::string& program, char* const* words,
            char* const* environment) const {
    return ::posix_spawnp(&child, program.c_str(), &actions_, &attributes_, words, environment);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<std::string> child_environment() {
  std::vector<std::string> variables;
  for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("LC_ALL=")) {
      variables.emplace_back(*variable);
    }
  }
  variables.emplace_back("LC_ALL=C");
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  std::ranges::transform(texts, std::back_inserter(list),
                         [](std::string& text) { return text.data(); });
  list.push_back(nullptr);
  return list;
}

int start(const std::string& program, std::vector<std::string>& words, const Stream& out,
          const Stream& err, pid_t& child) {
  if (out.error() != 0 || err.error() != 0) {
    return std::max(out.error(), err.error());
  }
  std::vector<std::string> environment = child_environment();
  return Beginning(out, err).spawn(child, program, pointers(words).data(),
                                   pointers(environment).data());
}

/// Has it ended? It stays a zombie, so that its number and its group's stay its own.
bool has_ended(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid == child;
}

/// Reads what comes within a time.
void listen(milliseconds time, Stream& out, Stream& err) {
  std::array<struct pollfd, 2> ends{
      {{out.reading_end(), POLLIN, 0}, {err.reading_end(), POLLIN, 0}}};
  if (::poll(ends.data(), ends.size(), static_cast<int>(time.count())) > 0) {
    out.read_some();
    err.read_some();
  }
}

/// Kills a child's group, and returns what waitpid says of the child.
int end_group(pid_t child) {
  ::kill(-child, SIGKILL);
  int status = SIGKILL;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string not_started(int error) {
  return std::string("cannot be started: ") + std::strerror(error);
}

/// Of a child that has ended by itself; empty when it has succeeded.
std::string failure(int status) {
  if (WIFSIGNALED(status)) {
    return "was killed by signal " + std::to_string(WTERMSIG(status)) + " (" +
           ::strsignal(WTERMSIG(status)) + ")";
  }
  const int code = WEXITSTATUS(status);
  return code == 0 ? "" : "exited with status " + std::to_string(code);
}

Outcome run(const std::string& program, std::vector<std::string> words, milliseconds limit,
            std::size_t kept) {
  const steady_clock::time_point deadline = steady_clock::now() + limit;
  const HeldSignals held;
  // A parent may have left it ignored, and then the system keeps no exit status.
  std::signal(SIGCHLD, SIG_DFL);
  Stream out(kept);
  Stream err(kKept);
  pid_t child = 0;
  if (const int error = start(program, words, out, err, child)) {
    return {not_started(error), {}, {}};
  }
  out.close_writing_end();
  err.close_writing_end();
  bool has_time = true;
  while (!has_ended(child) && !held.is_one_waiting() && has_time) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    has_time = left > milliseconds::zero();
    listen(std::clamp(left, milliseconds::zero(), kTick), out, err);
  }
  const int status = end_group(child);
  out.read_some();
  err.read_some();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit).count();
  return {has_time ? failure(status) : "did not end within " + std::to_string(seconds) + " s",
          out.take(), err.take()};
}

}  // namespace

Outcome run_program(std::vector<std::string> words, milliseconds limit) {
  const std::string program = words.front();
  return run(program, std::move(words), limit, kKept);
}

Outcome run_own_program(std::vector<std::string> words, milliseconds limit, std::size_t kept) {
  const Program program = find_program(words.front());
  if (!program.distrusted.empty()) {
    return {"is not run: " + program.distrusted, {}, {}};
  }
  if (program.path.empty()) {
    return {not_started(program.error), {}, {}};
  }
  return run(program.path, std::move(words), limit, kept);
}

std::string last_lines(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  std::size_t begin = text.size();
  for (std::size_t lines = 0; lines < kLines && begin != std::string::npos; ++lines) {
    begin = begin == 0 ? std::string::npos : text.rfind('\n', begin - 1);
  }
  return begin == std::string::npos ? text : text.substr(begin + 1);
}

}  // namespace katafix
