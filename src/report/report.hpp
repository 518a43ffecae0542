#pragma once

#include "katafix/fix/fix.hpp"
#include "katafix/text/finding.hpp"

#include "json_writer.hpp"
#include "node/effective.hpp"
#include "node/role.hpp"
#include "node/running.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// What became (or would become) of one file.
struct FileReport {
  std::string path;
  std::optional<Engine> engine;
  Role role = Role::file;
  bool changed = false;
  std::optional<std::string> backup;
  std::optional<std::string> diff;
};

/// A run that can be (or was) undone.
struct RunReport {
  std::string name;
  std::string state;
  std::vector<std::string> files;
};

/// Everything that one run has to say.
struct Report {
  std::string command;
  std::string root = "/";
  std::string apply = "katafix apply";  ///< the command that sets what check lacks, to be copied
  int status = 0;                       ///< the exit status
  bool changed = false;                 ///< would change, where the command writes nothing
  bool writes = false;                  ///< is this a command that writes?
  std::optional<std::string> run;
  std::vector<std::string> restart;  ///< systemd units
  bool restarted = false;            ///< were they?
  std::vector<FileReport> files;
  std::size_t others = 0;  ///< files below a directory that hold no handler, and go unsaid
  std::vector<HandlerReport> handlers;
  std::vector<Effective> effective;
  std::vector<Running> running;  ///< what the engines' daemons say, where they were asked
  std::vector<Finding> findings;
  std::optional<std::vector<RunReport>> runs;  ///< for restore --list
};

enum class Color { no, yes };
enum class Detail { normal, all };

/// The width of what is no terminal.
inline constexpr std::size_t kEndless = 0;

/// Where text is printed. A colour alone is one of a pipe.
struct Screen {
  Screen(Color text_color, std::size_t columns = kEndless) : color(text_color), width(columns) {}

  Color color;
  std::size_t width;  ///< in columns
};

/// The report as a table and a closing line, for people.
[[nodiscard]] std::string to_text(const Report& report, Detail detail, const Screen& screen);

/// The report as one JSON object and a newline (packaging/schema/report-2.json), in one line where
/// there is one for each of several roots.
void write_json(const Report& report, JsonWriter::Layout layout, const Sink& sink);

/// What is wrong, and which handlers lack the flag, a line for each as compilers have it:
/// `file:line:column: level: message [code]`.
[[nodiscard]] std::string to_gcc(const Report& report);

/// The same as workflow commands, from which GitHub Actions makes annotations.
[[nodiscard]] std::string to_github(const Report& report);

/// The same as a log of SARIF 2.1.0 (OASIS), with what the manual says of each code. `version` is
/// katafix's.
void write_sarif(const Report& report, std::string_view version, const Sink& sink);

/// The report of a check as metrics in Prometheus' text format: its exit status, the Kata handlers
/// by state, the findings by severity, and `now`, in seconds since 1970.
[[nodiscard]] std::string to_metrics(const Report& report, std::int64_t now);

/// The report in one line of JSON of at most 4,096 bytes, which is what Kubernetes keeps of a
/// termination message (packaging/schema/summary-1.json). Findings that do not fit are counted.
[[nodiscard]] std::string to_summary(const Report& report);

/// A path on a node as it is opened from here: behind the node's root, unless it is so already.
[[nodiscard]] std::string path_from_here(const std::string& root, const std::string& path);

/// What restore did, or (with `runs`) could undo.
[[nodiscard]] std::string to_restore_text(const Report& report);

/// A finding as `file:line:column: severity: message`, the line with a caret, and the advice; one
/// of `count` that say the same. Control characters are escaped.
[[nodiscard]] std::string to_text(const Finding& finding, const Screen& screen,
                                  std::size_t count = 1);

/// A unified diff with its lines coloured.
[[nodiscard]] std::string colored_diff(const std::string& diff, Color color);

}  // namespace katafix
