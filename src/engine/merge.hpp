#pragma once

#include "view.hpp"

namespace katafix {

/// Adds what a handler's table says to what is known of the handler.
void decode_handler(const Value& table, const Release& release, ViewedHandler& handler);

[[nodiscard]] std::unique_ptr<Merge> new_containerd_merge(const Release& release);
[[nodiscard]] std::unique_ptr<Merge> new_crio_merge(const Release& release);

}  // namespace katafix
