#pragma once

#include "blocks.hpp"
#include "tree_plan.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

struct BlockOptions {
  std::optional<Engine> engine;                                     ///< this engine's tables alone
  std::function<std::vector<Release>(const EngineTree&)> releases;  ///< that are considered
  PlanOptions plan;
};

/// Plans a file for what is inside it: each block as a drop-in alone, and the edits of all as those
/// of the file. They are proved: the new bytes have the blocks as they were planned. `whole` is the
/// file's absolute path on the node.
[[nodiscard]] TreePlan plan_blocks(NodeFiles& files, const LoadedFile& file, const Blocks& blocks,
                                   const std::string& whole, const BlockOptions& options);

/// Could a fix of blocks have made the second text of the first? See could_be_fixed_so().
[[nodiscard]] bool blocks_could_be_fixed_so(const std::string& path, std::string_view before,
                                            std::string_view after);

}  // namespace katafix
