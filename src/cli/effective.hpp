#pragma once

#include "katafix/node/reader.hpp"

#include "options.hpp"
#include "survey.hpp"

namespace katafix::cli {

/// Adds what the engines make of the node's files (or of the FILEs, where a version is named) to
/// the report, and a finding for each tree that an engine refuses.
void add_effective(Survey& survey, const Options& options, const RootReader& reader);

}  // namespace katafix::cli
