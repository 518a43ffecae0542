#pragma once

#include "discovery.hpp"
#include "effective.hpp"
#include "knowledge.hpp"
#include "plan.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace katafix {

/// What is known of a tree once its files are planned: all that follows is told by this.
struct TreeFacts {
  NodeFiles& files;
  const EngineTree& tree;
  const Selection& selection;
  const std::map<HandlerId, OwnEvidence>& own;
  const std::vector<PlannedFile>& planned;
  const std::vector<Effective>& before;  ///< the views now
  const std::vector<Effective>& after;   ///< and once the planned edits are made, in this order
};

/// The handlers that would gain the flag by the planned edits, and that every release which sees
/// them finds to run something else than Kata once all files are merged.
[[nodiscard]] std::set<HandlerId> conflicting_handlers(const TreeFacts& facts);

/// For the files of a tree that are not edited: a handler that lacks the flag there, and has it by
/// another file in the end (a template that the file is rendered from, or one that is merged over
/// it), is no trouble, and a finding tells so. The rest becomes an error. The names that were told
/// of go to `explained`. `after` are the views once the planned edits are made.
[[nodiscard]] std::vector<Finding> explain_left_alone(const EngineTree& tree,
                                                      std::vector<PlannedFile>& files,
                                                      const std::vector<Effective>& after,
                                                      std::set<HandlerId>& explained);

/// What keeps releases from serving with a tree. Trouble only when no release would serve, not even
/// once the planned edits are made.
[[nodiscard]] std::vector<Finding> refusals(const TreeFacts& facts);

/// Looks at a tree as it would be once the planned edits are made: each Kata handler that an engine
/// sees must have the flag. Says nothing of the handlers in `explained`, for which another finding
/// says why they lack it.
[[nodiscard]] std::vector<Finding> second_look(const TreeFacts& facts,
                                               const std::set<HandlerId>& explained);

/// What leaves a Kata handler of the tree without effect, or will: tables that a release ignores,
/// files that win over others or erase their handlers, a CRI plugin that is disabled. It is an
/// error where no release serves the handler. Of those in `explained` more need not be said.
[[nodiscard]] std::vector<Finding> tree_warnings(const TreeFacts& facts,
                                                 const std::set<HandlerId>& explained);

/// What leaves Kata handlers of a tree's template without effect once it is rendered, as
/// tree_warnings() tells of what is loaded. `releases` are those that are considered; nothing is
/// told where a directive may say the config's version.
[[nodiscard]] std::vector<Finding> template_warnings(const TreeFacts& facts,
                                                     const PlannedFile& planned,
                                                     const std::vector<Release>& releases);

/// Files of a tree that are loaded by accident, or not although they stand where drop-ins do:
/// backups in CRI-O's directory, drop-ins that nothing imports, what imports names behind a header,
/// k3s' older template.
[[nodiscard]] std::vector<Finding> stray_files(const TreeFacts& facts);

/// That the engine does not load a file, and which Kata handlers that it loads from no other are in
/// it; nothing for one that may well stand there so: it has none and is no drop-in, or is a backup.
[[nodiscard]] std::optional<Finding> not_loaded(const TreeFacts& facts, const PlannedFile& stray);

}  // namespace katafix
