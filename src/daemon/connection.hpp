#pragma once

#include "node/descriptor.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace katafix {

/// A connection to a Unix socket of root or of the caller's own user: whatever the other side does,
/// it ends at a time and takes no more than some megabytes. Throws Error: Code::not_running where
/// nobody listens, otherwise Code::not_asked, a note where katafix has no right to ask.
class Connection {
 public:
  Connection(std::string path, std::chrono::milliseconds limit);

  void send(std::string_view bytes);
  /// What comes next; empty at the end.
  [[nodiscard]] std::string receive();

  /// What is received is no answer: throws Error (Code::not_asked).
  [[noreturn]] void reject(const std::string& why) const;

 private:
  void connect();
  void check_peer() const;
  void wait_for(short events) const;
  [[noreturn]] void fail(int error) const;

  std::string path_;
  std::chrono::milliseconds limit_;
  std::chrono::steady_clock::time_point deadline_;
  Descriptor socket_;
  std::size_t received_ = 0;
};

}  // namespace katafix
