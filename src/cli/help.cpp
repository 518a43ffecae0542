#include "help.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace katafix::cli {

namespace {

constexpr std::size_t kWidth = 80;

constexpr std::string_view kTop =
    R"(katafix sets privileged_without_host_devices = true for Kata Containers, and for
nothing else, in the configs of containerd and CRI-O.

  katafix check   does a handler need the flag?
  katafix diff    what would apply change?
  katafix apply   set the flag, with a backup; katafix restore undoes it

Usage: katafix check|diff|apply [OPTION...] [FILE...]
       katafix restore [OPTION...] [RUN]
Without FILE: all that the engines load here (containerd and its imports, CRI-O
and its drop-ins, k3s, rke2, k0s, microk8s). A FILE of - is standard input.

Options, which katafix COMMAND --help explains:
)";

constexpr std::string_view kStatuses = R"(
Exit status: 0 done or nothing to do; 1 (check, diff) a fix is needed; 2 trouble
and nothing was written; 3 trouble after a file was replaced. More: man katafix
)";

constexpr std::array<std::pair<Group, std::string_view>, 4> kGroups = {{{Group::where, "where"},
                                                                        {Group::which, "which"},
                                                                        {Group::writing, "writing"},
                                                                        {Group::output, "output"}}};

std::string_view what_it_does(Command command) {
  switch (command) {
    case Command::check:
      return "katafix check [OPTION...] [FILE...]\nTells which handlers need the flag. Writes "
             "nothing.\n\n";
    case Command::diff:
      return "katafix diff [OPTION...] [FILE...]\nShows what apply would change. Writes "
             "nothing.\n\n";
    case Command::apply:
      return "katafix apply [OPTION...] [FILE...]\nSets the flag, with a backup.\n\n";
    default:
      return "katafix restore [OPTION...] [RUN]\nUndoes the last run, or run RUN.\n\n";
  }
}

/// "-q", "--root DIR": as short as it can be written.
std::string shortest(const Option& option) {
  if (const auto letter = option.short_name()) {
    return {'-', *letter};
  }
  std::string text = "--" + std::string(option.long_name());
  return option.placeholder.empty() ? text : text + " " + std::string(option.placeholder);
}

/// The options of a group, side by side.
std::string listed(Group group, std::string_view title) {
  std::string text;
  std::string line = "  " + std::string(title);
  line.resize(11, ' ');
  const std::size_t indentation = line.size();
  bool is_first = true;
  for (const Option& option : option_list()) {
    if (option.group != group) {
      continue;
    }
    const std::string word = shortest(option);
    if (!std::exchange(is_first, false)) {
      line += ",";
      if (line.size() + word.size() + 2 > kWidth) {
        text += std::exchange(line, std::string(indentation, ' ')) + "\n";
      } else {
        line += " ";
      }
    }
    line += word;
  }
  return text + line + "\n";
}

/// An option with its help, whose lines stand below each other.
std::string explained(const Option& option) {
  constexpr std::size_t column = 30;
  const auto letter = option.short_name();
  std::string text = letter ? std::string{' ', ' ', '-', *letter, ',', ' '} : std::string(6, ' ');
  text.append("--").append(option.long_name());
  if (!option.placeholder.empty()) {
    text.append(" ").append(option.placeholder);
  }
  text.resize(std::max(text.size() + 2, column), ' ');
  const std::string indentation(text.size(), ' ');
  for (const char byte : option.help) {
    text.append(1, byte).append(byte == '\n' ? indentation : "");
  }
  return text + "\n";
}

}  // namespace

std::string help_text(std::optional<Command> command) {
  if (command) {
    std::string text(what_it_does(*command));
    for (const Option& option : option_list()) {
      text += option.goes_with(*command) ? explained(option) : "";
    }
    return text;
  }
  std::string text(kTop);
  for (const auto& [group, title] : kGroups) {
    text += listed(group, title);
  }
  return text.append(kStatuses);
}

}  // namespace katafix::cli
