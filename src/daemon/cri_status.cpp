#include "cri_status.hpp"

#include "katafix/engine/definition.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>

namespace katafix {

namespace {

/// What is left of a message of protobuf, read field by field
/// (https://protobuf.dev/programming-guides/encoding).
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}

  /// Goes to the next field. False at the end, and where the message is broken.
  bool next() {
    bytes_ = {};
    const std::optional<std::uint64_t> tag = rest_.empty() ? std::nullopt : varint();
    if (!tag) {
      return false;
    }
    number_ = *tag >> 3U;
    switch (*tag & 7U) {
      case 0:
        return varint().has_value();
      case 1:
        return take(8);
      case 2: {
        const std::optional<std::uint64_t> size = varint();
        return size && take(*size);
      }
      case 5:
        return take(4);
      default:
        return false;  // groups, which nobody writes any more
    }
  }

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }  ///< none of a number

 private:
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80U) {
        return value;
      }
    }
    return std::nullopt;
  }

  bool take(std::uint64_t size) {
    if (size > rest_.size()) {
      return false;
    }
    bytes_ = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(bytes_.size());
    return true;
  }

  std::string_view rest_;
  std::uint64_t number_ = 0;
  std::string_view bytes_;
};

using Json = nlohmann::json;

/// What is at a name of an object; null where there is nothing, or no object.
const Json* find(const Json* json, std::string_view name) {
  if (json == nullptr || !json->is_object()) {
    return nullptr;
  }
  const auto found = json->find(std::string(name));
  return found == json->end() ? nullptr : &*found;
}

}  // namespace

std::optional<std::string_view> config_in_status(std::string_view response) {
  constexpr std::uint64_t info = 2;
  for (Fields status(response); status.next();) {
    if (status.number() != info) {
      continue;
    }
    std::string_view key;
    std::string_view value;
    for (Fields entry(status.bytes()); entry.next();) {
      (entry.number() == 1 ? key : value) = entry.bytes();
    }
    if (key == "config") {
      return value;
    }
  }
  return std::nullopt;
}

std::optional<std::map<std::string, bool, std::less<>>> handlers_in_config(std::string_view json) {
  const Json config = Json::parse(json, nullptr, false);
  const Json* const runtimes = find(find(&config, "containerd"), "runtimes");
  if (runtimes == nullptr || !runtimes->is_object()) {
    return std::nullopt;
  }
  std::map<std::string, bool, std::less<>> handlers;
  for (const auto& [name, runtime] : runtimes->items()) {
    const Json* const flag = find(&runtime, kFlag);
    handlers[name] = flag != nullptr && *flag == true;
  }
  return handlers;
}

}  // namespace katafix
