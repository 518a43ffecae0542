#pragma once

#include "connection.hpp"

#include <string>
#include <string_view>

struct nghttp2_session;

namespace katafix {

/// gRPC's status of a service or a method that is not there.
inline constexpr int kUnimplemented = 12;

/// What came of a call.
struct GrpcAnswer {
  int status = -1;      ///< gRPC's; 0 for success, -1 where none came
  std::string message;  ///< what went wrong, as gRPC encodes it
  std::string body;     ///< the bytes of the message that came back
};

/// Calls methods over HTTP/2 without TLS, one after the other, each with one message and one back:
/// what gRPC calls unary. Throws Error as the connection does, and rejects what is no HTTP/2.
class GrpcClient {
 public:
  explicit GrpcClient(Connection& connection);
  GrpcClient(const GrpcClient&) = delete;
  GrpcClient& operator=(const GrpcClient&) = delete;
  ~GrpcClient();

  /// `method` is its path, `message` as it goes over the wire: uncompressed, its length before it.
  [[nodiscard]] GrpcAnswer call(const std::string& method, std::string_view message);

 private:
  struct Exchange;

  void flush();

  Connection& connection_;
  nghttp2_session* session_ = nullptr;
};

}  // namespace katafix
