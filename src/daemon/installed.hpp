#pragma once

#include "node/discovery.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace katafix {

/// The release of the engine that serves a tree of this machine, as its own binary says: "1.7.23".
/// Nothing when there is no such binary, others may change it, or it says nothing that is a
/// release.
[[nodiscard]] std::optional<Release> installed_release(const EngineTree& tree);

/// The binary of a tree's engine; a name alone is looked up in $PATH. Empty where there is none.
[[nodiscard]] std::string engine_binary(const EngineTree& tree);

/// Where a tree's engine listens, if nothing says otherwise. Empty where nobody knows.
[[nodiscard]] std::string usual_socket(const EngineTree& tree);

/// The release in what `containerd --version` or `crio --version` prints.
[[nodiscard]] std::optional<Release> release_in(Engine engine, std::string_view printed);

}  // namespace katafix
