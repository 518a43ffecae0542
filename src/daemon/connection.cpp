#include "connection.hpp"

#include "katafix/text/finding.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <utility>

namespace katafix {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMaxAnswer = std::size_t{4} << 20U;
constexpr std::size_t kChunk = 65536;
constexpr milliseconds kTick{10};

}  // namespace

Connection::Connection(std::string path, milliseconds limit)
    : path_(std::move(path)),
      limit_(limit),
      deadline_(steady_clock::now() + limit),
      socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  connect();
  check_peer();
}

void Connection::connect() {
  struct sockaddr_un address {};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) {
    fail(ENAMETOOLONG);
  }
  std::ranges::copy(path_, std::begin(address.sun_path));
  // EAGAIN: more wait for the daemon already than it lets wait.
  while (::connect(socket_.get(), reinterpret_cast<const struct sockaddr*>(&address),
                   sizeof address) != 0) {
    if (errno != EAGAIN && errno != EINTR) {
      fail(errno);
    }
    if (steady_clock::now() >= deadline_) {
      fail(ETIMEDOUT);
    }
    ::poll(nullptr, 0, static_cast<int>(kTick.count()));
  }
}

/// Who called listen(2): the kernel knows.
void Connection::check_peer() const {
  struct ucred peer {};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    fail(errno);
  }
  if (peer.uid != 0 && peer.uid != ::geteuid()) {
    reject("the user " + std::to_string(peer.uid) +
           " listens there, who is not root: that is not believed");
  }
}

void Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      wait_for(POLLOUT);
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
}

std::string Connection::receive() {
  std::string bytes(kChunk, '\0');
  while (true) {
    wait_for(POLLIN);
    const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (count >= 0) {
      bytes.resize(static_cast<std::size_t>(count));
      break;
    }
    if (errno != EAGAIN && errno != EINTR) {
      fail(errno);
    }
  }
  received_ += bytes.size();
  if (received_ > kMaxAnswer) {
    reject("it answers with more than " + std::to_string(kMaxAnswer >> 20U) + " MiB");
  }
  return bytes;
}

void Connection::wait_for(short events) const {
  struct pollfd waiting {
    socket_.get(), events, 0
  };
  const auto left = std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now());
  const int ready =
      left <= milliseconds::zero() ? 0 : ::poll(&waiting, 1, static_cast<int>(left.count()));
  if (ready == 0) {
    fail(ETIMEDOUT);
  }
  if (ready < 0 && errno != EINTR) {
    fail(errno);
  }
}

void Connection::fail(int error) const {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ECONNREFUSED:
      throw Error(Code::not_running, path_, "nobody listens there");
    case EACCES:
    case EPERM: {
      Finding finding =
          Error(Code::not_asked, path_, "this user has no right to ask there", "run it as root")
              .finding();
      finding.is_only_here = true;
      throw Error(finding);
    }
    case ETIMEDOUT:
      reject("no answer within " + std::to_string(limit_.count()) + " ms");
    default:
      reject(std::strerror(error));
  }
}

void Connection::reject(const std::string& why) const { throw Error(Code::not_asked, path_, why); }

}  // namespace katafix
