#include "grpc.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <nghttp2/nghttp2.h>
#include <utility>

namespace katafix {

/// A call while it lasts: what its callbacks read and write.
struct GrpcClient::Exchange {
  std::string_view to_send;
  GrpcAnswer answer;
  bool is_over = false;
};

namespace {

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// A name and a value, which the library copies.
using Header = std::array<std::string, 2>;

nghttp2_nv to_nv(Header& header) {
  auto& [name, value] = header;
  const auto bytes = [](std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

/// A length before a message: whether it is compressed, and four bytes.
constexpr std::size_t kPrefix = 5;

bool is_whole(std::string_view body) {
  std::size_t size = 0;
  for (std::size_t at = 1; at < kPrefix && at < body.size(); ++at) {
    size = size << 8U | static_cast<unsigned char>(body[at]);
  }
  return body.size() >= kPrefix && body.front() == '\0' && size == body.size() - kPrefix;
}

}  // namespace

GrpcClient::GrpcClient(Connection& connection) : connection_(connection) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks, [](nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t /*flags*/, void* /*client*/) {
        auto* const exchange = static_cast<Exchange*>(
            nghttp2_session_get_stream_user_data(session, frame->hd.stream_id));
        const std::string_view text = text_of(value, value_size);
        if (exchange != nullptr && text_of(name, name_size) == "grpc-status") {
          std::from_chars(text.begin(), text.end(), exchange->answer.status);
        } else if (exchange != nullptr && text_of(name, name_size) == "grpc-message") {
          exchange->answer.message = text;
        }
        return 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session* session, std::uint8_t /*flags*/, std::int32_t stream,
                    const std::uint8_t* bytes, std::size_t size, void* /*client*/) {
        if (void* const exchange = nghttp2_session_get_stream_user_data(session, stream)) {
          static_cast<Exchange*>(exchange)->answer.body += text_of(bytes, size);
        }
        return 0;
      });
  nghttp2_session_callbacks_set_on_stream_close_callback(
      callbacks,
      [](nghttp2_session* session, std::int32_t stream, std::uint32_t /*error*/, void* /*client*/) {
        if (void* const exchange = nghttp2_session_get_stream_user_data(session, stream)) {
          static_cast<Exchange*>(exchange)->is_over = true;
        }
        return 0;
      });
  nghttp2_session_client_new(&session_, callbacks, nullptr);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
}

GrpcClient::~GrpcClient() { nghttp2_session_del(session_); }

void GrpcClient::flush() {
  const std::uint8_t* bytes = nullptr;
  ssize_t size = 0;
  while ((size = nghttp2_session_mem_send(session_, &bytes)) > 0) {
    connection_.send(text_of(bytes, static_cast<std::size_t>(size)));
  }
}

GrpcAnswer GrpcClient::call(const std::string& method, std::string_view message) {
  Exchange exchange;
  exchange.to_send = message;
  nghttp2_data_provider body{};
  body.source.ptr = &exchange;
  body.read_callback = [](nghttp2_session* /*session*/, std::int32_t /*stream*/,
                          std::uint8_t* buffer, std::size_t room, std::uint32_t* flags,
                          nghttp2_data_source* source, void* /*client*/) {
    std::string_view& rest = static_cast<Exchange*>(source->ptr)->to_send;
    const std::size_t count = rest.copy(reinterpret_cast<char*>(buffer), room);
    rest.remove_prefix(count);
    *flags |= rest.empty() ? NGHTTP2_DATA_FLAG_EOF : NGHTTP2_DATA_FLAG_NONE;
    return static_cast<ssize_t>(count);
  };
  std::array headers = {Header{":method", "POST"},
                        Header{":scheme", "http"},
                        Header{":path", method},
                        Header{":authority", "localhost"},
                        Header{"content-type", "application/grpc"},
                        Header{"te", "trailers"}};
  std::array<nghttp2_nv, headers.size()> values{};
  std::ranges::transform(headers, values.begin(), to_nv);
  nghttp2_submit_request(session_, nullptr, values.data(), values.size(), &body, &exchange);
  flush();
  while (!exchange.is_over) {
    const std::string bytes = connection_.receive();
    if (bytes.empty()) {
      connection_.reject("it hangs up");
    }
    const ssize_t taken = nghttp2_session_mem_recv(
        session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    flush();
    // Of what makes no sense to it the library tells the other side, and has heard enough.
    if (taken < 0 || (!exchange.is_over && nghttp2_session_want_read(session_) == 0)) {
      connection_.reject("what it says is no HTTP/2");
    }
  }
  GrpcAnswer& answer = exchange.answer;
  if (answer.status < 0 || (answer.status == 0 && !is_whole(answer.body))) {
    connection_.reject("what it says is no gRPC");
  }
  answer.body.erase(0, kPrefix);
  return std::move(answer);
}

}  // namespace katafix
