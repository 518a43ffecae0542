#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/engine/kata_rules.hpp"
#include "katafix/text/finding.hpp"

#include "command_line.hpp"

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace katafix::cli {

enum class ColorMode { automatic, always, never };

enum class Format { text, json, gcc, github, sarif };

/// A pattern that is to name a handler, and what is told when it does not.
struct MustName {
  std::string glob;
  Finding when_not;
};

/// What the command line asks for.
struct Options {
  Command command = Command::help;
  std::optional<Command> help_about;  ///< the command that help is asked about
  std::vector<std::string> files;     ///< FILE arguments, as typed
  std::string apply;                  ///< the command that applies what these options find
  std::string run;                    ///< restore's RUN or its beginning; empty for the newest
  std::string root;                   ///< "" for the machine's own files
  std::vector<std::string> roots;     ///< where several are given: a run on each
  std::string roots_from;             ///< a file with more of them, one in a line
  std::string config;      ///< the main file of the tree to work on; empty for all that are there
  std::string config_dir;  ///< CRI-O's drop-ins beside it, or by themselves
  std::optional<Engine> engine;
  Selection selection;
  std::vector<MustName> must_name;
  std::string policy;              ///< empty for the usual one, "none" for none
  std::string containerd_version;  ///< empty when not named
  std::string crio_version;
  std::string data_dir;               ///< of k3s or rke2; empty for the usual one
  std::string backup_dir;             ///< empty for the default
  std::string metrics;                ///< where check leaves its metrics; empty for nowhere
  std::string summary;                ///< where check or apply leaves its summary
  std::vector<std::string> validate;  ///< the words of --validate's command; none when not given
  bool asks_for_print = true;         ///< of the engines themselves: --validate auto
  std::optional<std::size_t> keep;
  std::optional<std::size_t> every;  ///< seconds between one look and the next
  std::size_t restart_timeout = 60;  ///< seconds
  ColorMode color = ColorMode::automatic;
  Format format = Format::text;
  bool offline = false;
  bool dry_run = false;
  bool in_place = false;
  bool no_backup = false;
  bool diff = false;
  bool require_kata = false;
  bool strict = false;
  bool exit_zero = false;
  bool list = false;
  bool restart = false;
  bool quiet = false;
  bool verbose = false;

  [[nodiscard]] bool several_roots() const { return !roots.empty() || !roots_from.empty(); }
  /// Are this machine's engines asked? Of another tree no program is run.
  [[nodiscard]] bool asks_engines() const { return root.empty() && data_dir.empty() && !offline; }
  /// Is only a part of a node looked at?
  [[nodiscard]] bool only_a_part() const {
    return !files.empty() || !config.empty() || !config_dir.empty() || !data_dir.empty() || engine;
  }
  /// Is it a reviewer who reads the report?
  [[nodiscard]] bool for_review() const { return format > Format::json; }
  [[nodiscard]] bool standard_input() const { return files.size() == 1 && files.front() == "-"; }
};

/// Bad usage: what is wrong, in one line.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The engine of a name; nothing when there is none.
[[nodiscard]] std::optional<Engine> find_engine(std::string_view name);

/// A directory as it is told of: "" for "/", which is this machine's own root.
[[nodiscard]] std::string without_trailing_slashes(std::string path);

/// Throws UsageError.
[[nodiscard]] Options parse_options(int argc, const char* const* argv);

}  // namespace katafix::cli
