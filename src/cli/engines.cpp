#include "engines.hpp"

#include "daemon/restart.hpp"
#include "daemon/systemd.hpp"
#include "daemon/validate.hpp"
#include "text/append.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace katafix::cli {

namespace {

/// A right file is not yet a right daemon. Returns whether all is said.
bool look_at_daemon(const Daemon& daemon, Survey& survey) {
  if (daemon.socket.empty()) {
    return false;
  }
  const Running& running = survey.running.emplace_back(ask_running(daemon));
  if (auto finding = finding_about(running, daemon)) {
    survey.findings.push_back(*std::move(finding));
  }
  if (running.is_stale()) {
    add_unit(survey.units, daemon.unit);
  }
  return running.is_in_effect();
}

/// Beside those whose files were changed.
void add_stale_units(Survey& survey, NodeFiles& files) {
  for (std::size_t index = 0; index < survey.daemons.size(); ++index) {
    const Daemon& daemon = survey.daemons[index];
    const bool is_in = std::ranges::find(survey.units, daemon.unit) != survey.units.end();
    if (!is_in && is_stale(daemon, survey.trees[index], files)) {
      add_unit(survey.units, daemon.unit);
    }
  }
}

/// Undoes the run that did not do, and restarts the engines with what they had.
void put_back(Survey& survey, std::chrono::seconds limit, Backups& backups, Applied& applied) {
  try {
    Runs& runs = backups.open();
    (void)runs.restore(runs.choose(*applied.run, applied.findings));
  } catch (const Error& error) {
    applied.findings.push_back(error.finding());
    return;
  }
  applied.is_done = false;
  applied.changed.clear();
  applied.backups.clear();
  applied.run.reset();
  Restart again = restart_units(survey.units, survey.daemons, limit);
  survey.running = std::move(again.running);
  Finding& told = applied.findings.emplace_back();
  told.code = Code::rolled_back;
  told.message = "the files are as they were before";
  if (again.failures.empty()) {
    told.message += ", and the engines were restarted with them";
    told.advice = "see what the engine says, or leave the restart to a time that suits it";
    return;
  }
  told.message += ", and that did not help: " + again.failures.front().message;
  told.advice = again.failures.front().advice;
  told.output = std::move(again.failures.front().output);
}

}  // namespace

void validate_plans(Survey& survey, const Options& options, NodeFiles& files) {
  // What another release makes of the files is not for the one that is here to say.
  const bool asks_engines = options.asks_for_print && options.asks_engines() &&
                            options.files.empty() && options.containerd_version.empty() &&
                            options.crio_version.empty();
  if (survey.has_errors() || survey.changed().empty() ||
      (options.validate.empty() && !asks_engines)) {
    return;
  }
  const Plans plans{survey.trees, survey.files, survey.effective, options.selection};
  append(survey.findings,
         asks_engines ? ask_engines(plans, files) : validate(plans, options.validate, files));
}

void look_at_daemons(Survey& survey, NodeFiles& files) {
  for (std::size_t index = 0; index < survey.trees.size(); ++index) {
    if (look_at_daemon(survey.daemons[index], survey)) {
      continue;
    }
    if (auto finding = restart_needed(survey.trees[index], files)) {
      survey.findings.push_back(*std::move(finding));
    }
  }
}

void restart_engines(Survey& survey, const Options& options, Node& node, Backups& backups,
                     Applied& applied) {
  if (options.files.empty()) {
    add_stale_units(survey, node.files);
  }
  if (survey.units.empty()) {
    return;
  }
  backups.close();  // the start of an engine may wait for a katafix of its own
  std::vector<Daemon> planned = survey.daemons;
  for (Daemon& daemon : planned) {
    daemon.flagged.merge(daemon.planned);
  }
  const std::chrono::seconds limit(options.restart_timeout);
  Restart restart = restart_units(survey.units, planned, limit);
  survey.running = std::move(restart.running);
  append(applied.findings, std::move(restart.unasked));
  applied.restarted = restart.failures.empty();
  if (applied.restarted) {
    return;
  }
  append(applied.findings, std::move(restart.failures));
  applied.status = kTroubleAfterWrite;
  if (applied.run && can_restart()) {
    put_back(survey, limit, backups, applied);
  }
}

}  // namespace katafix::cli
