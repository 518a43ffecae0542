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
    return "Nothing to fix: " + plural(counts.kata, "Kata handler") +
           (counts.kata == 1 ? " has" : " have") + " the flag" + but;
  }
  if (counts.skipped > 0) {
    return "Nothing to fix: " + plural(counts.skipped, "Kata handler") +
           (counts.skipped == 1 ? " is left alone" : " are left alone") + but;
  }
  return "Nothing to fix: no Kata handler found" + but;
}

std::string closing(const Report& report) {
  const Counts counts = count(report);
  const std::string restart =
      report.restart.empty() ? "" : " Then restart " + join(report.restart) + ".";
  const auto is_told = [&](Code code) {
    return std::any_of(report.findings.begin(), report.findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
  };
  if (is_told(Code::restart_failed)) {
    return "Set the flag of " + plural(counts.to_fix, "Kata handler") +
           ", but not all was restarted: see the errors.\n";
  }
  if (is_told(Code::partly_written)) {
    return "Trouble after a file was replaced: the error says what state each file is in.\n";
  }
  if (counts.errors > 0) {
    return report.writes ? "Trouble: nothing was written.\n"
                         : "Trouble: see the errors; katafix apply would write nothing.\n";
  }
  if (report.writes && report.changed) {
    std::string text = "Set the flag of " + plural(counts.to_fix, "Kata handler") + ".";
    if (report.restarted && !report.restart.empty()) {
      text += " Restarted " + join(report.restart) + ".";
    } else if (!report.restart.empty()) {
      text +=
          " Restart " + join(report.restart) + " for it to take effect: a reload is not enough.";
    }
    return text + "\n";
  }
  if (counts.to_fix > 0) {
    return plural(counts.to_fix, "Kata handler") + (counts.to_fix == 1 ? " needs" : " need") +
           " the flag: katafix apply sets it." + restart + "\n";
  }
  return nothing_to_fix(counts);
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
std::string effective_text(const std::vector<Effective>& views, Color color) {
  if (views.empty()) {
    return "";
  }
  std::vector<Row> rows{{{{"HANDLER", Style::bold},
                          {"AS SEEN BY", Style::bold},
                          {"RUNS", Style::bold},
                          {"FLAG", Style::bold},
                          {"DECIDED BY", Style::bold}}}};
  for (const auto& [sight, releases] : sights(views)) {
    const auto& [engine, name, runtime, flag, place] = sight;
    std::string who(engine_name(engine));
    for (const auto& [version, release] : releases) {
      who += (version == releases.begin()->first ? " " : ", ") + release;
    }
    rows.push_back(
        {{{printable(name)}, {printable(who)}, {printable(runtime)}, {flag}, {printable(place)}}});
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
    text += effective_text(report.effective, color);
  }
  text += closing(report);
  if (report.others > 0) {
    text.insert(text.size() - 1, " No handler is in " + plural(report.others, "other file") + ".");
  }
  for (const FileReport& file : report.files) {
    if (file.backup) {
      text += "Backup: " + printable(*file.backup) + "\n";
    }
  }
  return text;
}

}  // namespace katafix
