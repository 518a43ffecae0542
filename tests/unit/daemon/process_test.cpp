#include "daemon/process.hpp"

#include "catch.hpp"
#include "store/signals.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace katafix;
using namespace std::chrono_literals;

namespace {

constexpr auto kLong = 60s;

Outcome shell(const std::string& script, std::chrono::milliseconds limit = kLong) {
  return run_program({"/bin/sh", "-c", script}, limit);
}

/// How many files this process has open.
std::ptrdiff_t open_files() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                       std::filesystem::directory_iterator());
}

/// Is there no child left, not even a dead one?
bool has_no_children() { return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }

}  // namespace

TEST_CASE("A program's output and exit status come back", "[daemon][process]") {
  const Outcome good = shell("echo out; echo err >&2");
  CHECK(good.has_succeeded());
  CHECK(good.out == "out\n");
  CHECK(good.err == "err\n");
  const Outcome bad = shell("exit 3");
  CHECK_FALSE(bad.has_succeeded());
  CHECK(bad.failure == "exited with status 3");
}

TEST_CASE("What kills a program is told", "[daemon][process]") {
  const Outcome killed = shell("kill -TERM $$");
  CHECK_FALSE(killed.has_succeeded());
  CHECK(killed.failure == "was killed by signal 15 (Terminated)");
}

TEST_CASE("A program that cannot be started is told, and no shell is tried", "[daemon][process]") {
  const katafix::test::TempDir dir;
  const Outcome missing = run_program({dir / "missing"}, kLong);
  CHECK_FALSE(missing.has_succeeded());
  CHECK(missing.failure == "cannot be started: No such file or directory");
  CHECK(run_program({dir.write("plain", "exit 0\n")}, kLong).failure ==
        "cannot be started: Permission denied");
  const std::string script = dir.write("script", "exit 0\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  CHECK(run_program({script}, kLong).failure == "cannot be started: Exec format error");
}

TEST_CASE("A name is looked up in PATH, and words reach the program as they are",
          "[daemon][process]") {
  const Outcome outcome = run_program({"printf", "%s|", "a b", "", "$HOME", "*", "'"}, kLong);
  CHECK(outcome.has_succeeded());
  CHECK(outcome.out == "a b||$HOME|*|'|");
}

TEST_CASE("A program gets the environment, in the C locale, and nothing to read",
          "[daemon][process]") {
  ::setenv("KATAFIX_TEST", "x y", 1);
  ::setenv("LC_ALL", "C.UTF-8", 1);
  const Outcome outcome = shell("echo \"$KATAFIX_TEST,$LC_ALL\"; env | grep -c ^LC_ALL=; cat");
  ::unsetenv("LC_ALL");
  ::unsetenv("KATAFIX_TEST");
  CHECK(outcome.out == "x y,C\n1\n");
}

TEST_CASE("A program has the usual signals, whatever katafix does with its own",
          "[daemon][process]") {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  const Outcome outcome = shell("kill -PIPE $$");
  std::signal(SIGPIPE, before);
  CHECK(outcome.failure == "was killed by signal 13 (Broken pipe)");
  const HeldSignals held;
  CHECK(shell("kill -TERM $$").failure == "was killed by signal 15 (Terminated)");
}

TEST_CASE("Of much output the end is kept", "[daemon][process]") {
  const Outcome outcome =
      shell("head -c 3000000 /dev/zero; echo end; head -c 3000000 /dev/zero >&2");
  CHECK(outcome.has_succeeded());
  CHECK(outcome.out.size() == 65536);
  CHECK(outcome.out.ends_with("end\n"));
  CHECK(outcome.err.size() == 65536);
}

TEST_CASE("Of a program that is run for what it prints as much is kept as is asked for",
          "[daemon][process]") {
  const std::vector<std::string> words{"head", "-c", "300000", "/dev/zero"};
  CHECK(run_own_program(words, kLong, 1U << 20U).out.size() == 300000);
  CHECK(run_own_program(words, kLong, 1000).out.size() == 1000);
}

TEST_CASE("A program that takes too long is killed with all that it started", "[daemon][process]") {
  const katafix::test::TempDir dir;
  // The reader of the FIFO sees its end only once every process that can write to it is gone.
  const Outcome outcome = shell("mkfifo " + dir / "f" + "; exec 3<>" + dir / "f" +
                                    "; (trap '' TERM; sleep 1000) & echo $! >" + dir / "pid" +
                                    "; echo on >&2; sleep 1000",
                                300ms);
  CHECK_FALSE(outcome.has_succeeded());
  CHECK(outcome.err == "on\n");
  CHECK(outcome.failure.starts_with("did not end within "));
  const pid_t grandchild = std::stoi(dir.read("pid"));
  // A process that was killed takes a moment to die.
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, grandchild, 0));
  if (handle >= 0) {
    struct pollfd died {
      handle, POLLIN, 0
    };
    CHECK(::poll(&died, 1, 10'000) == 1);
    ::close(handle);
  }
}

TEST_CASE("What a program leaves behind is not waited for", "[daemon][process]") {
  const Outcome in_group = shell("sleep 1000 & echo out");
  CHECK(in_group.has_succeeded());
  CHECK(in_group.out == "out\n");
  // One that has left the group keeps the pipe open, and writes to it for ever.
  const Outcome outside = shell("setsid sh -c 'echo $$; exec yes 2>/dev/null' & sleep 0.1; exit 4");
  CHECK(outside.failure == "exited with status 4");
}

TEST_CASE("A program that closes its output is waited for nevertheless", "[daemon][process]") {
  const Outcome outcome = shell("exec >&- 2>&-; sleep 0.1; exit 5");
  CHECK(outcome.failure == "exited with status 5");
}

TEST_CASE("Nothing is left of a program: no open files, no dead child", "[daemon][process]") {
  const std::ptrdiff_t before = open_files();
  (void)shell("exit 1");
  (void)shell("sleep 1000", 10ms);
  (void)run_program({"/nowhere"}, kLong);
  CHECK(open_files() == before);
  CHECK(has_no_children());
}

TEST_CASE("A program inherits no files of katafix's own", "[daemon][process]") {
  std::vector<std::string> inherited;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const std::string number = entry.path().filename();
    const int flags = ::fcntl(std::stoi(number), F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) {
      inherited.push_back(number + "\n");
    }
  }
  std::sort(inherited.begin(), inherited.end());
  CHECK(shell("ls /proc/$$/fd").out ==
        std::accumulate(inherited.begin(), inherited.end(), std::string()));
}

TEST_CASE("An exit status is known even where a parent ignored SIGCHLD", "[daemon][process]") {
  std::signal(SIGCHLD, SIG_IGN);
  CHECK(shell("exit 6").failure == "exited with status 6");
}

TEST_CASE("A signal waits until what it would leave behind is gone", "[daemon][process]") {
  const katafix::test::TempDir dir;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGTERM, SIG_DFL);  // Catch2 has a handler
    {
      const HeldSignals held;
      (void)shell("kill -TERM $PPID; exec sleep 1000");  // ends at once: the signal waits
      dir.write("cleaned", "");
    }
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
  CHECK(std::filesystem::exists(dir / "cleaned"));
}

TEST_CASE("Signals that are ignored are not held", "[daemon][process]") {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  const Outcome outcome = shell("kill -HUP $PPID; exit 7");
  std::signal(SIGHUP, before);
  CHECK(outcome.failure == "exited with status 7");
}

TEST_CASE("Of many lines the last twenty are shown", "[daemon][process]") {
  CHECK(last_lines("").empty());
  CHECK(last_lines("\n \n").empty());
  CHECK(last_lines("a\nb\n\n") == "a\nb");
  CHECK(last_lines("\na") == "\na");
  std::string many;
  for (int line = 1; line <= 25; ++line) {
    many += std::to_string(line) + "\n";
  }
  CHECK(last_lines(many).starts_with("6\n7\n"));
  CHECK(last_lines(many).ends_with("\n25"));
  CHECK(last_lines(many.substr(many.find("6\n"))).starts_with("6\n"));
}
