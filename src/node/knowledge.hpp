#pragma once

#include "katafix/fix/fix.hpp"

#include "discovery.hpp"
#include "effective.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// Does anything tell what the handler runs?
[[nodiscard]] bool has_identity(const ViewedHandler& handler);

/// Why a handler is Kata once all files are merged; nothing when it is not, or when nothing is left
/// that tells. CRI-O's inherit_default_runtime is followed.
[[nodiscard]] std::optional<Evidence> judge_merged(const Effective& view, std::string_view name,
                                                   const Selection& selection);

/// Where a file of a tree shows by itself that a handler is Kata.
struct OwnEvidence {
  std::string file;
  std::string plugin;  ///< containerd: the id of the plugin whose table it is
  EvidenceLine evidence;
};

/// The handlers that some file of the tree shows to be Kata, each with the first such place. Those
/// that some table does not show to be Kata go to `others`.
[[nodiscard]] std::map<HandlerId, OwnEvidence> own_evidence(NodeFiles& files,
                                                            const EngineTree& tree,
                                                            const Selection& selection,
                                                            std::set<HandlerId>& others);

/// What the tree tells of its handlers, for the plan of each file: of `others` also what the views
/// show.
[[nodiscard]] std::map<HandlerId, KnownHandler> known_handlers(
    const std::map<HandlerId, OwnEvidence>& own, const std::set<HandlerId>& others,
    const std::vector<Effective>& views, const Selection& selection);

}  // namespace katafix
