#include "command_line.hpp"

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
       katafix restore [OPTION...] [RUN], katafix help [COMMAND]
Without FILE: all that the engines load here (containerd and its imports, CRI-O
and its drop-ins, k3s, rke2, k0s, microk8s). A FILE of - is standard input.

Options, which katafix help COMMAND explains:
)";

constexpr std::string_view kStatuses = R"(
Exit status: 0 done or nothing to do; 1 (check, diff) a fix or restart needed; 2
trouble, nothing was written; 3 trouble after a file was replaced. man katafix
)";

// In the order of Group.
constexpr std::array<std::string_view, 4> kGroups = {"where", "which", "writing", "output"};

// In the order of Command.
constexpr std::array<std::string_view, 4> kDeeds = {
    "Tells which handlers need the flag. Writes nothing.",
    "Shows what apply would change. Writes nothing.", "Sets the flag, with a backup.",
    "Undoes the last run, or run RUN."};

/// "-q", "--root DIR": as short as it can be written.
std::string shortest(const Option& option) {
  if (const auto letter = option.short_name()) {
    return {'-', *letter};
  }
  std::string text = "--" + std::string(option.long_name());
  return option.placeholder.empty() ? text : text + " " + std::string(option.placeholder);
}

/// The options of a group, side by side.
std::string listed(Group group) {
  std::string text;
  std::string line = "  " + std::string(kGroups.at(static_cast<std::size_t>(group)));
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
    std::string text = "katafix ";
    text.append(command_name(*command)).append(" [OPTION...] ");
    text.append(*command == Command::restore ? "[RUN]\n" : "[FILE...]\n");
    text.append(kDeeds.at(static_cast<std::size_t>(*command))).append("\n\n");
    for (const Option& option : option_list()) {
      text += option.goes_with(*command) ? explained(option) : "";
    }
    return text;
  }
  std::string text(kTop);
  for (const Group group : {Group::where, Group::which, Group::writing, Group::output}) {
    text += listed(group);
  }
  return text.append(kStatuses);
}

}  // namespace katafix::cli
