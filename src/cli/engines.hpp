#pragma once

#include "backups.hpp"
#include "commands.hpp"
#include "make_report.hpp"
#include "survey.hpp"

namespace katafix::cli {

/// Has the engines' own prints, or --validate's command, judge what is planned.
void validate_plans(Survey& survey, const Options& options, NodeFiles& files);

/// Asks each engine that runs whether it does what its files say.
void look_at_daemons(Survey& survey, NodeFiles& files);

/// Restarts what was changed or is stale, and has it confirmed. What does not come up, or not with
/// the flag, gets its files back, and is restarted with them.
void restart_engines(Survey& survey, const Options& options, Node& node, Backups& backups,
                     Applied& applied);

}  // namespace katafix::cli
