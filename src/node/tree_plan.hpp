#pragma once

#include "katafix/engine/kata_rules.hpp"
#include "katafix/text/finding.hpp"

#include "discovery.hpp"
#include "effective.hpp"
#include "files.hpp"
#include "plan.hpp"

#include <vector>

namespace katafix {

/// What is planned for the files of one engine, and what the engine makes of them.
struct TreePlan {
  std::vector<PlannedFile> files;    ///< those of the tree, in its order
  std::vector<Effective> effective;  ///< what the releases see: before any edit
  std::vector<Finding> findings;     ///< about the tree; those about a file are in its plan
};

struct PlanOptions {
  Selection selection;
  Purpose purpose = Purpose::fix;
};

/// Plans all files of a tree together: every definition that is Kata by its own evidence, and the
/// tables that decide the flag of such a handler once the files are merged. Then it looks again at
/// the tree as it would be: what does not come out right becomes an error.
/// `releases` are the engine's that are considered.
[[nodiscard]] TreePlan plan_tree(NodeFiles& files, const EngineTree& tree,
                                 const std::vector<Release>& releases, const PlanOptions& options);

}  // namespace katafix
