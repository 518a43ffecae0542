#pragma once

#include "katafix/text/finding.hpp"

#include "effective.hpp"
#include "knowledge.hpp"
#include "plan.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace katafix {

class NodeFiles;

/// What is known of a tree once its files are planned.
struct TreeFacts {
  bool is_lone = false;  ///< a FILE, which other files may complete
  const Selection& selection;
  const std::set<HandlerId>& explained;  ///< of which more need not be said
  const std::map<HandlerId, OwnEvidence>& own;
  const std::vector<PlannedFile>& files;
  const std::vector<Effective>& before;  ///< the views now
  const std::vector<Effective>& after;   ///< and once the planned edits are made
};

/// What leaves a Kata handler of the tree without effect, or will: tables that a release ignores,
/// files that win over others or erase their handlers, a CRI plugin that is disabled. It is an
/// error where no release serves the handler.
[[nodiscard]] std::vector<Finding> tree_warnings(NodeFiles& files, const TreeFacts& facts);

}  // namespace katafix
