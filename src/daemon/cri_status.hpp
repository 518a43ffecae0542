#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace katafix {

/// The config in a StatusResponse of CRI that was asked to be verbose: the value of "config" in the
/// map of strings that is its field 2, `info` (cri-api api.proto). Nothing where there is none, or
/// where the bytes are no message of protobuf.
[[nodiscard]] std::optional<std::string_view> config_in_status(std::string_view response);

/// The flag of each handler in containerd's config as JSON, which is what it shows there
/// (containerd internal/cri/server/status.go). Nothing where it holds no handlers.
[[nodiscard]] std::optional<std::map<std::string, bool, std::less<>>> handlers_in_config(
    std::string_view json);

}  // namespace katafix
