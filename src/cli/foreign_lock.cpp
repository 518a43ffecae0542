#include "foreign_lock.hpp"

#include "katafix/text/finding.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace katafix::cli {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kLimit{10};
constexpr std::chrono::milliseconds kTick{100};

bool is_lock_file(int descriptor) {
  struct stat info {};
  return ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) &&
         (info.st_uid == 0 || info.st_uid == ::geteuid());
}

/// Does the lock become ours in time? A file that cannot be locked at all keeps nobody out.
bool is_taken(int descriptor) {
  const steady_clock::time_point deadline = steady_clock::now() + kLimit;
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR)) {
    if (steady_clock::now() >= deadline) {
      return false;
    }
    std::this_thread::sleep_for(kTick);
  }
  return true;
}

}  // namespace

ForeignLock::ForeignLock(const std::string& path)
    // Neither a link nor a FIFO leads elsewhere or holds anybody up.
    : file_(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) {
  if (file_.get() >= 0 && is_lock_file(file_.get()) && !is_taken(file_.get())) {
    throw Error(Code::locked, path, "another tool that changes engines' configs holds this lock",
                "wait until it is done (fuser -v " + path + " names it), then run katafix again");
  }
}

}  // namespace katafix::cli
