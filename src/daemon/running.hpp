#pragma once

#include "node/discovery.hpp"
#include "node/files.hpp"
#include "node/running.hpp"
#include "node/tree_plan.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>

namespace katafix {

/// The daemon of a tree's engine, and what it is to have.
struct Daemon {
  Engine engine = Engine::containerd;
  std::string main;               ///< the tree's main file
  std::string unit;               ///< the tree's
  std::string socket;             ///< where it listens; empty where nobody is to be asked
  bool is_to_serve = false;       ///< do its files leave CRI enabled?
  std::set<std::string> flagged;  ///< Kata handlers that have the flag by the files as they are
  std::set<std::string> planned;  ///< Kata handlers that get it by the plan
};

/// How long an answer may take, all in all.
inline constexpr std::chrono::seconds kAnswerLimit{2};

/// The daemon of a tree of this machine. It listens where its files say, else at the distribution's
/// place; nobody is to be asked about a tree that is no distribution's (--config, FILE), or that no
/// engine has loaded yet.
[[nodiscard]] Daemon daemon_of(const EngineTree& tree, const TreePlan& plan, NodeFiles& files);

/// Asks a daemon which handlers it serves, with which flag: containerd by CRI's verbose Status,
/// CRI-O by GET /config. It returns within the limit, whatever the other side does, and believes
/// nobody but root (or the caller's own user).
[[nodiscard]] Running ask_running(const Daemon& daemon,
                                  std::chrono::milliseconds limit = kAnswerLimit);

/// The handlers that lack the flag in the daemon although its files set it, for people.
[[nodiscard]] std::string unflagged(const Running& running);

/// What is to be told of an answer; nothing where the daemon has what its files say. That it lacks
/// flags is no news while more of them are planned.
[[nodiscard]] std::optional<Finding> finding_about(const Running& running, const Daemon& daemon);

}  // namespace katafix
