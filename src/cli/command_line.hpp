#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cxxopts {
class KeyValue;
}

namespace katafix::cli {

enum class Command { check, diff, apply, restore, help, version };

enum class Argument { none, one, many };

/// What an option is about.
enum class Group { where, which, writing, output };

/// An option of the command line. The parser, the help, the manual and the completions follow the
/// one list of them.
struct Option {
  std::string_view names;  ///< with the short one as cxxopts takes it: "q,quiet"
  Argument argument;
  std::string_view placeholder;  ///< what the help calls the argument
  Group group;
  unsigned commands;  ///< the commands that know it, a bit each
  std::string_view help;

  [[nodiscard]] std::string_view long_name() const;
  /// 'q', or nothing.
  [[nodiscard]] std::optional<char> short_name() const;
  [[nodiscard]] bool goes_with(Command command) const;
};

[[nodiscard]] std::span<const Option> option_list();

/// What the help calls the argument of the option of a long name.
[[nodiscard]] std::string_view placeholder_of(std::string_view name);

/// "check", "diff", ...; of a command that works on files.
[[nodiscard]] std::string_view command_name(Command command);

/// The command of a name; nothing when there is none.
[[nodiscard]] std::optional<Command> find_command(std::string_view name);

/// The command that applies what another found with these options and FILEs, as a shell takes it:
/// without what is about the report alone.
[[nodiscard]] std::string apply_command(const std::vector<cxxopts::KeyValue>& given,
                                        const std::vector<std::string>& files);

/// What --help prints: of a command, or of the whole, which fits a screen of 24 lines and 80
/// columns.
[[nodiscard]] std::string help_text(std::optional<Command> command);

/// The name that a mistyped word may have meant: fewest edits away, when those are no more than a
/// slip.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string_view> names);
/// The same for the long names of options, and commands.
[[nodiscard]] std::optional<std::string> nearest_option(std::string_view word);
[[nodiscard]] std::optional<std::string> nearest_command(std::string_view word);

}  // namespace katafix::cli
