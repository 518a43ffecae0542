#pragma once

#include "katafix/node/files.hpp"

#include "options.hpp"
#include "survey.hpp"

namespace katafix::cli {

/// Runs the command of --validate for each tree that is to change, on a private copy of its files
/// with the new text in it. What the command has against one becomes an error in the report.
void validate(Survey& survey, const Options& options, NodeFiles& files);

}  // namespace katafix::cli
