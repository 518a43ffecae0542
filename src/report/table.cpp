#include "katafix/text/quote.hpp"

#include "style.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace katafix {

namespace {

constexpr std::size_t kColumns = 5;

struct Cell {
  std::string text;
  Style style = Style::plain;
};

using Row = std::array<Cell, kColumns>;

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

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
  return printable(evidence.key.empty() ? "its name"
                                        : evidence.key + " = \"" + evidence.value + "\"");
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

std::string render(const std::vector<Row>& rows, Color color) {
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      widths.at(column) = std::max(widths.at(column), width(row.at(column).text));
    }
  }
  std::string out;
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      const Cell& cell = row.at(column);
      out += styled(cell.text, cell.style, color);
      if (column + 1 < kColumns) {
        out.append(widths.at(column) - width(cell.text) + 2, ' ');
      }
    }
    out.push_back('\n');
  }
  return out + "\n";
}

std::string plural(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

struct Counts {
  std::size_t kata = 0;
  std::size_t to_fix = 0;
  std::size_t refused = 0;
};

Counts count(const Report& report) {
  Counts counts;
  for (const HandlerReport& handler : report.handlers) {
    counts.kata += handler.kata ? 1U : 0U;
    counts.to_fix +=
        handler.action == Action::insert || handler.action == Action::replace ? 1U : 0U;
    counts.refused += handler.action == Action::refuse ? 1U : 0U;
  }
  return counts;
}

std::string closing(const Report& report) {
  const Counts counts = count(report);
  const bool trouble =
      std::any_of(report.findings.begin(), report.findings.end(),
                  [](const Finding& finding) { return finding.severity == Severity::error; });
  const std::string restart =
      report.restart.empty() ? "" : " Then restart " + join(report.restart) + ".";
  const bool partly =
      std::any_of(report.findings.begin(), report.findings.end(),
                  [](const Finding& finding) { return finding.code == Code::partly_written; });
  if (partly) {
    return "Trouble after a file was replaced: the error says what state each file is in.\n";
  }
  if (trouble) {
    return report.writes ? "Trouble: nothing was written.\n"
                         : "Trouble: see the errors; katafix apply would write nothing.\n";
  }
  if (report.writes && report.changed) {
    std::string text = "Set the flag of " + plural(counts.to_fix, "Kata handler") + ".";
    if (!report.restart.empty()) {
      text +=
          " Restart " + join(report.restart) + " for it to take effect: a reload is not enough.";
    }
    return text + "\n";
  }
  if (counts.to_fix > 0) {
    return plural(counts.to_fix, "Kata handler") + (counts.to_fix == 1 ? " needs" : " need") +
           " the flag: katafix apply sets it." + restart + "\n";
  }
  if (counts.kata == 0) {
    return "Nothing to fix: no Kata handler found.\n";
  }
  return "Nothing to fix: " + plural(counts.kata, "Kata handler") +
         (counts.kata == 1 ? " has" : " have") + " the flag.\n";
}

}  // namespace

std::string to_restore_text(const Report& report) {
  std::string text;
  if (report.runs) {
    for (const RunReport& run : *report.runs) {
      for (const std::string& file : run.files) {
        text += run.name + "  " + run.state + std::string(10 - run.state.size(), ' ') +
                printable(file) + "\n";
      }
    }
    return text.empty() ? "There are no runs.\n" : text;
  }
  if (!report.run) {
    return "";  // the error on standard error says it all
  }
  for (const FileReport& file : report.files) {
    text += "Restored " + printable(file.path) + "\n";
  }
  text += report.files.empty()
              ? "Nothing to do: the files are as they were before run " + *report.run + ".\n"
              : "Run " + *report.run + " is undone.\n";
  if (!report.restart.empty()) {
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
  for (const HandlerReport& handler : report.handlers) {
    if (is_shown(handler, detail)) {
      rows.push_back({{{printable(handler.name), handler.kata ? Style::bold : Style::plain},
                       {printable(handler.file) + ":" + std::to_string(handler.line)},
                       {evidence_text(handler)},
                       flag_cell(handler),
                       result_cell(handler, report.writes && report.changed)}});
    }
  }
  std::string text = rows.size() > 1 ? render(rows, color) : "";
  text += closing(report);
  for (const FileReport& file : report.files) {
    if (file.backup) {
      text += "Backup: " + printable(*file.backup) + "\n";
    }
  }
  return text;
}

}  // namespace katafix
