#pragma once

#include "katafix/engine/definition.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// What the daemon of an engine says of itself.
struct Running {
  enum class State {
    unasked,         ///< this user has no right to ask
    not_running,     ///< nobody listens at the socket
    no_answer,       ///< none that could be believed
    serves_no_pods,  ///< it is up, and its CRI is not
    serves,
  };

  Engine engine = Engine::containerd;
  std::string socket;
  State state = State::unasked;
  std::string reason;                                 ///< why it does not serve, in one line
  std::map<std::string, bool, std::less<>> handlers;  ///< the flag of each that it serves
  std::set<std::string> flagged;                      ///< Kata handlers with the flag, by its files

  [[nodiscard]] bool answered() const {
    return state == State::serves || state == State::serves_no_pods;
  }
  /// Is what it says in effect? A reload makes CRI-O show the new files, and not yet use them
  /// (cri-o#10202).
  [[nodiscard]] bool is_in_effect() const {
    return answered() && (engine == Engine::containerd || is_stale());
  }
  /// Does this handler have the flag in the daemon?
  [[nodiscard]] bool has_flag(std::string_view handler) const {
    const auto found = handlers.find(handler);
    return found != handlers.end() && found->second;
  }
  /// Does it serve pods, but not with every flag that its files have?
  [[nodiscard]] bool is_stale() const {
    return state == State::serves &&
           !std::ranges::all_of(flagged, [this](const auto& name) { return has_flag(name); });
  }
};

/// Does one of these daemons run without a flag that its files have?
[[nodiscard]] inline bool any_is_stale(const std::vector<Running>& all) {
  return std::ranges::any_of(all, &Running::is_stale);
}

}  // namespace katafix
