#pragma once

#include "katafix/node/effective.hpp"
#include "katafix/node/plan.hpp"

#include <vector>

namespace katafix {

class NodeFiles;

/// Makes the lines in views of edited files those of the files as they are; that of an inserted
/// line becomes that of the line before it.
void to_old_lines(std::vector<Effective>& views, NodeFiles& files,
                  const std::vector<PlannedFile>& edited);

}  // namespace katafix
