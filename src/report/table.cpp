#include "counts.hpp"
#include "node/role.hpp"
#include "terminal.hpp"
#include "text/quote.hpp"
#include "told.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace katafix {

namespace {

Cell flag_cell(const HandlerReport& handler, bool is_written) {
  const std::string flag = printable(handler.flag_before);
  if (!handler.kata) {
    return {flag, Style::dim};
  }
  if (is_written) {
    return {flag + " -> true", Style::green};
  }
  return {flag, handler.flag_before == "true" ? Style::green : Style::red};
}

Cell evidence_cell(const Report& report, const HandlerReport& handler) {
  if (!handler.evidence) {
    return {"-"};
  }
  const EvidenceLine& evidence = *handler.evidence;
  if (evidence.rule == Rule::option) {
    return {"named by --handler"};
  }
  if (evidence.key.empty()) {
    return {"its name"};
  }
  const std::string from =
      handler.evidence_from.empty()
          ? ""
          : " at " + printable(path_from_here(report.root, handler.evidence_from));
  const std::string value = printable(evidence.value);
  return {printable(evidence.key) + " = \"" + value + "\"" + from, Style::plain, Fit::whole, value};
}

Cell result_cell(const HandlerReport& handler, bool is_written) {
  switch (handler.action) {
    case Action::insert:
    case Action::replace:
      if (is_written) {
        return {"set", Style::green};
      }
      return {"fix at line " + std::to_string(handler.edit_line), Style::yellow};
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
    return {"right", Style::green};
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

constexpr std::string_view kSetting = "privileged_without_host_devices = true";

/// "3 Kata handlers", and the verb in its number.
std::string kata_handlers(std::size_t count, std::string_view verb, std::string_view verbs) {
  return plural(count, "Kata handler").append(" ").append(count == 1 ? verb : verbs);
}

bool is_told(const Report& report, Code code) {
  return std::ranges::find(report.findings, code, &Finding::code) != report.findings.end();
}

/// The files that were looked at: by name, or of many how many.
std::string looked_at(const Report& report) {
  constexpr std::size_t few = 3;
  if (report.files.size() > few) {
    return "any of " + std::to_string(report.files.size()) + " files";
  }
  std::string text;
  for (const FileReport& file : report.files) {
    text.append(text.empty() ? "" : &file == &report.files.back() ? " or " : ", ");
    text += file.path == "-" ? "standard input" : printable(path_from_here(report.root, file.path));
  }
  return text;
}

/// Nothing is to be changed, which is not to say that all is well.
std::string nothing_to_fix(const Report& report, const Counts& counts) {
  const std::string but = counts.warnings > 0 ? ", but see the warnings." : ".";
  if (counts.kata > 0) {
    const bool is_in_effect = counts.in_effect == counts.kata;
    return "Nothing to fix: " + kata_handlers(counts.kata, "has ", "have ").append(kSetting) +
           (is_in_effect ? ", in the running engine, too" : "") + but;
  }
  if (counts.skipped > 0) {
    return "Nothing to fix: " + kata_handlers(counts.skipped, "is left alone", "are left alone") +
           but;
  }
  return report.files.empty() ? "Nothing to fix: there is no config" + but
                              : "Nothing to fix: no Kata handler in " + looked_at(report) + but;
}

/// Is there an error that apply has, too? It does not ask what runs.
bool keeps_from_writing(const Report& report) {
  return std::ranges::any_of(report.findings, [](const Finding& finding) {
    return finding.severity == Severity::error && finding.code != Code::engine_serves_no_pods;
  });
}

/// Is there a file that an engine loads from here? (What those of a run that is undone were is not
/// known any more.)
bool is_loaded_here(const Report& report) {
  return report.root == "/" && (any_is_stale(report.running) ||
                                std::ranges::any_of(report.files, [&](const FileReport& file) {
                                  return file.changed &&
                                         (file.role != Role::file || report.command == "restore");
                                }));
}

/// What brings the files into effect, to be copied; nothing where they are no engine's of here.
std::string restart_commands(const Report& report, const std::string& lead, const Screen& screen) {
  if (!is_loaded_here(report) || report.restart.empty()) {
    return "";
  }
  std::string text = paragraph(lead, 0, screen);
  for (const std::string& unit : report.restart) {
    text += "    " + printable(restart_command(unit)) + "\n";
  }
  return text;
}

/// "Restarted containerd. Restarted crio. ", or nothing.
std::string restarted(const Report& report) {
  std::string text;
  if (report.restarted) {
    for (const std::string& unit : report.restart) {
      text += "Restarted " + printable(unit) + ". ";
    }
  }
  return text;
}

/// What was changed, and how it gets into effect.
std::string closing_of_change(const Report& report, const Counts& counts, const Screen& screen) {
  const std::string done = restarted(report);
  std::string text = "Set " + std::string(kSetting) + " for " +
                     plural(counts.to_fix, "Kata handler") + ". " + done;
  if (report.root != "/" && !report.restart.empty()) {
    std::string units;
    for (const std::string& unit : report.restart) {
      units.append(units.empty() ? "" : " and ").append(printable(unit));
    }
    text += "It is in effect from the next start of " + units + " on. ";
  }
  return paragraph(text.substr(0, text.size() - 1), 0, screen) +
         (done.empty() ? restart_commands(
                             report, "To bring it into effect (a reload is not enough):", screen)
                       : "");
}

std::string closing(const Report& report, const Screen& screen) {
  const Counts counts = count(report);
  const std::string lacking = kata_handlers(counts.to_fix, "needs ", "need ").append(kSetting);
  if (is_told(report, Code::restart_failed)) {
    return paragraph(report.changed ? "Set " + std::string(kSetting) + " for " +
                                          plural(counts.to_fix, "Kata handler") +
                                          ", but not every engine runs with it."
                                    : "The files are as they were before.",
                     0, screen);
  }
  if (is_told(report, Code::partly_written)) {
    return "";
  }
  const bool was_written = report.writes && report.changed;
  if (counts.errors > 0 && !was_written) {
    return report.writes ? "Nothing was written.\n"
           : counts.to_fix > 0 && keeps_from_writing(report)
               ? paragraph(lacking + ", but katafix apply would write nothing.", 0, screen)
               : "";
  }
  if (was_written) {
    return closing_of_change(report, counts, screen);
  }
  if (counts.to_fix > 0) {
    return paragraph(lacking + ". To set it:", 0, screen) + "    " + printable(report.apply) +
           "\n" + restart_commands(report, "Then, to bring it into effect:", screen);
  }
  if (any_is_stale(report.running)) {
    return paragraph("The files are right, but not in effect for " +
                         plural(counts.not_in_effect, "Kata handler") + ".",
                     0, screen) +
           restart_commands(report, "To bring them into effect:", screen);
  }
  return paragraph(restarted(report) + nothing_to_fix(report, counts), 0, screen);
}

/// What a release sees: the handler, what it runs, its flag, and the place that decides.
using Sight = std::tuple<Engine, std::string, std::string, std::string, std::string>;

std::string runs(const ViewedHandler& handler) {
  return handler.inherits_default ? "as the default handler" : std::string(handler.runtime());
}

std::string decided_by(const Report& report, const ViewedHandler& handler) {
  const Origin& place = handler.decided_by();
  return place.is_known()
             ? path_from_here(report.root, place.file()) + ":" + std::to_string(place.line())
             : "built in";
}

/// The sights, each with the releases that have it, in order. Two trees of one engine may give the
/// same.
std::map<Sight, std::map<Version, std::string>> sights(const Report& report) {
  const FromHere from_here(report);
  std::map<Sight, std::map<Version, std::string>> found;
  const auto add = [&](const Sight& sight, const Effective& view) {
    for (const Release& release : view.releases) {
      found[sight].emplace(release.version, release.name);
    }
  };
  for (const Effective& view : report.effective) {
    if (!view.accepted()) {
      add({view.engine, "-", "refuses the config", "-", from_here(view.reason())}, view);
    }
    for (const auto& [name, handler] : view.handlers.all()) {
      add({view.engine, std::string(name), runs(*handler), handler->flag ? "true" : "false",
           decided_by(report, *handler)},
          view);
    }
  }
  return found;
}

/// What the engines see: a row for each handler and for each release that sees it otherwise. Empty
/// when no engine was asked.
std::string effective_text(const Report& report, const Screen& screen) {
  if (report.effective.empty()) {
    return "";
  }
  std::vector<Row> rows{{{{"HANDLER", Style::bold},
                          {"AS SEEN BY", Style::bold, Fit::wrap},
                          {"RUNS", Style::bold, Fit::cut},
                          {"FLAG", Style::bold},
                          {"DECIDED BY", Style::bold, Fit::cut}}}};
  for (const auto& [sight, releases] : sights(report)) {
    const auto& [engine, name, runtime, flag, place] = sight;
    std::string who(engine_name(engine));
    for (const auto& [version, release] : releases) {
      who += (version == releases.begin()->first ? " " : ", ") + release;
    }
    // A sentence that loses its middle says nothing; the messages have it whole.
    const std::string brief = flag == "-" ? "see the messages" : "";
    rows.push_back({{{printable(name)},
                     {printable(who)},
                     {printable(runtime)},
                     {flag},
                     {printable(place), Style::plain, Fit::whole, brief}}});
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
  return render(std::move(rows), screen);
}

}  // namespace

std::string path_from_here(const std::string& root, const std::string& path) {
  if (root.empty() || root == "/" || path == "-" || path == root || path.starts_with(root + "/")) {
    return path;
  }
  return root + (path.starts_with("/") ? "" : "/") + path;
}

std::string to_restore_text(const Report& report) {
  const auto shown = [&](const std::string& path) {
    return printable(path_from_here(report.root, path)) + "\n";
  };
  std::string text;
  if (report.runs) {
    for (const RunReport& run : *report.runs) {
      for (const std::string& file : run.files) {
        text += printable(run.name) + "  " + run.state + std::string(10 - run.state.size(), ' ') +
                shown(file);
      }
    }
    return text.empty() ? "There are no runs.\n" : text;
  }
  if (!report.run) {
    // The error on standard error says it all.
    return report.status == 0 ? "Nothing to undo.\n" : "";
  }
  for (const FileReport& file : report.files) {
    text += (report.writes ? "Restored " : "Would restore ") + shown(file.path);
  }
  text += report.files.empty() ? "Nothing to do: the files are as they were before run " +
                                     printable(*report.run) + ".\n"
                               : "Run " + printable(*report.run) +
                                     (report.writes ? " is undone.\n" : " would be undone.\n");
  return text + (report.writes
                     ? restart_commands(
                           report, "To bring that into effect (a reload is not enough):", Color::no)
                     : "");
}

std::string to_text(const Report& report, Detail detail, const Screen& screen) {
  std::vector<Row> rows{{{{"HANDLER", Style::bold},
                          {"DEFINED AT", Style::bold, Fit::cut},
                          {"EVIDENCE", Style::bold, Fit::cut},
                          {"FLAG", Style::bold},
                          {"RESULT", Style::bold, Fit::wrap}}}};
  const std::set<std::string_view> written = written_files(report);
  for (const HandlerReport& handler : report.handlers) {
    if (!is_shown(handler, detail)) {
      continue;
    }
    const bool is_set = written.contains(handler.file) && handler.is_edited();
    rows.push_back({{{printable(handler.name), handler.kata ? Style::bold : Style::plain},
                     {printable(path_from_here(report.root, handler.file)) + ":" +
                      std::to_string(handler.line)},
                     evidence_cell(report, handler),
                     flag_cell(handler, is_set),
                     result_cell(handler, is_set)}});
  }
  std::string text = rows.size() > 1 ? render(std::move(rows), screen) : "";
  if (detail == Detail::all) {
    text += effective_text(report, screen);
  }
  text += closing(report, screen);
  if (report.others > 0) {
    text += paragraph("No handler is in " + plural(report.others, "other file") + ".", 0, screen);
  }
  for (const FileReport& file : report.files) {
    if (file.backup) {
      text += "Backup: " + printable(*file.backup) + "\n";
    }
  }
  return text;
}

}  // namespace katafix
