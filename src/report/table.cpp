#include "counts.hpp"
#include "terminal.hpp"
#include "text/quote.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace katafix {

namespace {

Cell flag_cell(const HandlerReport& handler) {
  const std::string flag = printable(handler.flag_before);
  if (!handler.kata) {
    return {flag, Style::dim};
  }
  return {flag, handler.flag_before == "true" ? Style::green : Style::red};
}

std::string evidence_text(const HandlerReport& handler) {
  if (!handler.evidence) {
    return "-";
  }
  const EvidenceLine& evidence = *handler.evidence;
  if (evidence.rule == Rule::option) {
    return "named by --handler";
  }
  std::string text =
      evidence.key.empty() ? "its name" : evidence.key + " = \"" + evidence.value + "\"";
  if (!handler.evidence_from.empty()) {
    text += " at " + handler.evidence_from;
  }
  return printable(text);
}

Cell result_cell(const HandlerReport& handler, bool written) {
  const std::string line = std::to_string(handler.edit_line);
  switch (handler.action) {
    case Action::insert:
      return {written ? "inserted" : "to insert at line " + line, Style::yellow};
    case Action::replace:
      return {written ? "now true" : "to become true, line " + line, Style::yellow};
    case Action::refuse:
      return {"REFUSED: " + printable(handler.reason), Style::red};
    case Action::skip:
      return {"skipped: " + printable(handler.reason), Style::dim};
    case Action::none:
      break;
  }
  if (is_waiting(handler)) {
    return {printable(handler.reason), Style::yellow};
  }
  if (handler.kata) {
    return {"right already", Style::green};
  }
  return {handler.reason.empty() ? "not Kata" : "left alone: " + printable(handler.reason),
          Style::dim};
}

/// The files that were written.
std::set<std::string_view> written_files(const Report& report) {
  std::set<std::string_view> paths;
  for (const FileReport& file : report.files) {
    if (report.writes && file.changed) {
      paths.insert(file.path);
    }
  }
  return paths;
}

bool is_shown(const HandlerReport& handler, Detail detail) {
  return detail == Detail::all || handler.kata || handler.action != Action::none ||
         !handler.reason.empty();
}

std::string plural(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + printable(word);
  }
  return text;
}

/// Nothing is to be changed, which is not to say that all is well.
std::string nothing_to_fix(const Counts& counts) {
  const std::string but = counts.warnings > 0 ? ", but see the warnings.\n" : ".\n";
  if (counts.kata > 0) {
    const bool is_in_effect = counts.in_effect == counts.kata;
    return "Nothing to fix: " + plural(counts.kata, "Kata handler") +
           (counts.kata == 1 ? " has" : " have") + " the flag" +
           (is_in_effect ? ", in the running engine, too" : "") + but;
  }
  if (counts.skipped > 0) {
    return "Nothing to fix: " + plural(counts.skipped, "Kata handler") +
           (counts.skipped == 1 ? " is left alone" : " are left alone") + but;
  }
  return "Nothing to fix: no Kata handler found" + but;
}

/// Is there an error that apply has, too? It does not ask what runs.
bool keeps_from_writing(const Report& report) {
  return std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& finding) {
    return finding.severity == Severity::error && finding.code != Code::engine_serves_no_pods;
  });
}

std::string closing(const Report& report) {
  const Counts counts = count(report);
  const std::string restart =
      report.restart.empty() ? "" : " Then restart " + join(report.restart) + ".";
  const std::string restarted = report.restarted && !report.restart.empty()
                                    ? "Restarted " + join(report.restart) + ".\n"
                                    : "";
  const auto is_told = [&](Code code) {
    return std::any_of(report.findings.begin(), report.findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
  };
  if (is_told(Code::restart_failed)) {
    return report.changed ? "Set the flag of " + plural(counts.to_fix, "Kata handler") +
                                ", but not every engine runs with it: see the errors.\n"
                          : "The files are as they were before: see the errors.\n";
  }
  if (is_told(Code::partly_written)) {
    return "Trouble after a file was replaced: the error says what state each file is in.\n";
  }
  if (counts.errors > 0) {
    return report.writes ? "Trouble: nothing was written.\n"
           : keeps_from_writing(report)
               ? "Trouble: see the errors; katafix apply would write nothing.\n"
               : "Trouble: see the errors.\n";
  }
  if (report.writes && report.changed) {
    const std::string text = "Set the flag of " + plural(counts.to_fix, "Kata handler") + ".";
    return text + (!restarted.empty()       ? " " + restarted
                   : report.restart.empty() ? "\n"
                                            : " Restart " + join(report.restart) +
                                                  " for it to take effect: a reload is not "
                                                  "enough.\n");
  }
  if (counts.to_fix > 0) {
    return plural(counts.to_fix, "Kata handler") + (counts.to_fix == 1 ? " needs" : " need") +
           " the flag: katafix apply sets it." + restart + "\n";
  }
  if (report.is_stale()) {
    return "The files are right, but not in effect for " +
           plural(counts.not_in_effect, "Kata handler") + ":" +
           (report.restart.empty() ? " restart the engine" : " restart " + join(report.restart)) +
           ".\n";
  }
  return restarted + nothing_to_fix(counts);
}

/// What a release sees: the handler, what it runs, its flag, and the place that decides.
using Sight = std::tuple<Engine, std::string, std::string, std::string, std::string>;

std::string runs(const ViewedHandler& handler) {
  return handler.inherits_default ? "as the default handler" : std::string(handler.runtime());
}

std::string decided_by(const ViewedHandler& handler) {
  const Origin& place = handler.decided_by();
  return place.is_known() ? place.file() + ":" + std::to_string(place.line()) : "built in";
}

/// The sights, each with the releases that have it, in order. Two trees of one engine may give the
/// same.
std::map<Sight, std::map<Version, std::string>> sights(const std::vector<Effective>& views) {
  std::map<Sight, std::map<Version, std::string>> found;
  const auto add = [&](const Sight& sight, const Effective& view) {
    for (const Release& release : view.releases) {
      found[sight].emplace(release.version, release.name);
    }
  };
  for (const Effective& view : views) {
    if (!view.accepted()) {
      add({view.engine, "-", "refuses the config", "-", view.reason()}, view);
    }
    for (const auto& [name, handler] : view.handlers) {
      add({view.engine, name, runs(handler), handler.flag ? "true" : "false", decided_by(handler)},
          view);
    }
  }
  return found;
}

/// What the engines see: a row for each handler and for each release that sees it otherwise. Empty
/// when no engine was asked.
std::string effective_text(const Report& report, Color color) {
  if (report.effective.empty()) {
    return "";
  }
  std::vector<Row> rows{{{{"HANDLER", Style::bold},
                          {"AS SEEN BY", Style::bold},
                          {"RUNS", Style::bold},
                          {"FLAG", Style::bold},
                          {"DECIDED BY", Style::bold}}}};
  for (const auto& [sight, releases] : sights(report.effective)) {
    const auto& [engine, name, runtime, flag, place] = sight;
    std::string who(engine_name(engine));
    for (const auto& [version, release] : releases) {
      who += (version == releases.begin()->first ? " " : ", ") + release;
    }
    rows.push_back(
        {{{printable(name)}, {printable(who)}, {printable(runtime)}, {flag}, {printable(place)}}});
  }
  for (const Running& running : report.running) {
    for (const auto& [name, flag] : running.handlers) {
      rows.push_back({{{printable(name)},
                       {"the running " + std::string(engine_name(running.engine))},
                       {"-"},
                       {flag ? "true" : "false"},
                       {printable(running.socket)}}});
    }
  }
  return render(rows, color);
}

}  // namespace

std::string to_restore_text(const Report& report) {
  std::string text;
  if (report.runs) {
    for (const RunReport& run : *report.runs) {
      for (const std::string& file : run.files) {
        text += printable(run.name) + "  " + run.state + std::string(10 - run.state.size(), ' ') +
                printable(file) + "\n";
      }
    }
    return text.empty() ? "There are no runs.\n" : text;
  }
  if (!report.run) {
    // The error on standard error says it all.
    return report.status == 0 ? "Nothing to undo.\n" : "";
  }
  for (const FileReport& file : report.files) {
    text += (report.writes ? "Restored " : "Would restore ") + printable(file.path) + "\n";
  }
  text += report.files.empty() ? "Nothing to do: the files are as they were before run " +
                                     printable(*report.run) + ".\n"
                               : "Run " + printable(*report.run) +
                                     (report.writes ? " is undone.\n" : " would be undone.\n");
  if (report.writes && !report.restart.empty()) {
    text += "Restart " + join(report.restart) + " for it to take effect: a reload is not enough.\n";
  }
  return text;
}

std::string to_text(const Report& report, Detail detail, Color color) {
  std::vector<Row> rows{{{{"HANDLER", Style::bold},
                          {"DEFINED AT", Style::bold},
                          {"EVIDENCE", Style::bold},
                          {"FLAG", Style::bold},
                          {"RESULT", Style::bold}}}};
  const std::set<std::string_view> written = written_files(report);
  for (const HandlerReport& handler : report.handlers) {
    if (is_shown(handler, detail)) {
      rows.push_back({{{printable(handler.name), handler.kata ? Style::bold : Style::plain},
                       {printable(handler.file) + ":" + std::to_string(handler.line)},
                       {evidence_text(handler)},
                       flag_cell(handler),
                       result_cell(handler, written.contains(handler.file))}});
    }
  }
  std::string text = rows.size() > 1 ? render(rows, color) : "";
  if (detail == Detail::all) {
    text += effective_text(report, color);
  }
  text += closing(report);
  for (const FileReport& file : report.files) {
    if (file.backup) {
      text += "Backup: " + printable(*file.backup) + "\n";
    }
  }
  return text;
}

}  // namespace katafix
