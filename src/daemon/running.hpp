#pragma once

#include "node/discovery.hpp"
#include "node/running.hpp"
#include "node/tree_plan.hpp"

#include <chrono>
#include <set>
#include <string>

namespace katafix {

/// The daemon of a tree's engine, and what it is to have.
struct Daemon {
  Engine engine = Engine::containerd;
  std::string unit;               ///< the tree's
  std::string socket;             ///< where it listens
  std::set<std::string> flagged;  ///< Kata handlers that have the flag by the files as they are
  std::set<std::string> planned;  ///< Kata handlers that get it by the plan
};

/// How long an answer may take, all in all.
inline constexpr std::chrono::seconds kAnswerLimit{2};

/// The daemon of a tree of this machine: it listens where the merged view says, else at the
/// distribution's place. The socket is empty for a tree that is no distribution's (--config, FILE).
[[nodiscard]] Daemon daemon_of(const EngineTree& tree, const TreePlan& plan);

/// Asks a daemon which handlers it serves, with which flag: containerd by CRI's verbose Status,
/// CRI-O by GET /config. It returns within the limit, whatever the other side does, and believes
/// nobody but root (or the caller's own user).
[[nodiscard]] Running ask_running(const Daemon& daemon,
                                  std::chrono::milliseconds limit = kAnswerLimit);

}  // namespace katafix
