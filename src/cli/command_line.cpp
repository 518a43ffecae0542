#include "command_line.hpp"

#include "engine/spelling.hpp"
#include "text/quote.hpp"

#include <cxxopts.hpp>

#include <algorithm>
#include <array>

namespace katafix::cli {

namespace {

enum Where : unsigned {
  on_check = 1,
  on_diff = 2,
  on_apply = 4,
  on_restore = 8,
  on_plans = 7,
  on_all = 15
};

constexpr std::array kOptions = {
    Option{"root", Argument::many, "DIR", Group::where, on_all,
           "work on the node below DIR (check, diff and apply\n"
           "take several: then a line of JSON for each)"},
    Option{"roots-from", Argument::one, "FILE", Group::where, on_plans,
           "the same with a DIR from each line of FILE"},
    Option{"config", Argument::one, "FILE", Group::where, on_plans,
           "work on the tree of that main file, with its\n"
           "imports or drop-ins"},
    Option{"config-dir", Argument::one, "DIR", Group::where, on_plans,
           "CRI-O's drop-in directory beside --config"},
    Option{"engine", Argument::one, "NAME", Group::where, on_plans,
           "containerd or crio: look at this engine alone"},
    Option{"data-dir", Argument::one, "DIR", Group::where, on_plans,
           "where k3s or rke2 keeps its data"},
    Option{"containerd-version", Argument::one, "V", Group::where, on_plans,
           "how containerd V reads the files: 2.1, 1.7.24"},
    Option{"crio-version", Argument::one, "V", Group::where, on_plans,
           "how CRI-O V reads the files: 1.30, 1.24.3"},
    Option{"offline", Argument::none, "", Group::where, on_plans,
           "run no program, and ask no running engine"},
    Option{"handler", Argument::many, "GLOB", Group::which, on_plans,
           "take handlers of this name for Kata (repeatable)"},
    Option{"skip", Argument::many, "GLOB", Group::which, on_plans,
           "leave handlers of this name alone (repeatable)"},
    Option{"policy", Argument::one, "FILE", Group::which, on_plans,
           "what the node's owner decided, or none (default:\n"
           "/etc/katafix.toml)"},
    Option{"require-kata", Argument::none, "", Group::which, on_plans,
           "no Kata handler at all is trouble (status 2)"},
    Option{"strict", Argument::none, "", Group::which, on_plans,
           "a warning is trouble, too (status 2)"},
    Option{"n,dry-run", Argument::none, "", Group::writing, on_apply | on_restore,
           "write nothing: show what would be done"},
    Option{"diff", Argument::none, "", Group::writing, on_apply | on_restore,
           "print the diff, too"},
    Option{"validate", Argument::one, "CMD", Group::writing, on_diff | on_apply,
           "who judges a copy of what the engine would load,\n"
           "before anything is replaced: auto (the engine's\n"
           "own print; the default), none, or a command (no\n"
           "shell; %s is the main file), such as\n"
           "'crio --config %s --config-dir %s.d config'"},
    Option{"in-place", Argument::none, "", Group::writing, on_plans,
           "overwrite files that cannot be replaced: single\n"
           "bind mounts, hard links"},
    Option{"restart", Argument::none, "", Group::writing, on_apply,
           "restart what was changed or is stale (systemctl);\n"
           "where it does not come up, put the files back"},
    Option{"restart-timeout", Argument::one, "S", Group::writing, on_apply,
           "seconds that it may take to serve (default: 60)"},
    Option{"backup-dir", Argument::one, "DIR", Group::writing, on_all,
           "keep backups in DIR (default: /var/lib/katafix)"},
    Option{"no-backup", Argument::none, "", Group::writing, on_plans,
           "keep none: the FILEs are under version control"},
    Option{"keep", Argument::one, "N", Group::writing, on_apply,
           "keep the backups of the last N runs (default: 20)"},
    Option{"list", Argument::none, "", Group::writing, on_restore,
           "show the runs instead of undoing one"},
    Option{"format", Argument::one, "FORMAT", Group::output, on_all,
           "text, json, or for reviews gcc, github or sarif"},
    Option{"json", Argument::none, "", Group::output, on_all, "the same as --format json"},
    Option{"metrics", Argument::one, "FILE", Group::output, on_check,
           "leave metrics for Prometheus in FILE (NAME.prom)"},
    Option{"summary", Argument::one, "FILE", Group::output, on_check | on_apply,
           "leave a line of JSON in FILE: /dev/termination-log"},
    Option{"exit-zero", Argument::none, "", Group::output, on_plans,
           "end with 0 whatever is found: the report tells"},
    Option{"every", Argument::one, "SECONDS", Group::output, on_check,
           "look again each SECONDS, until a signal comes"},
    Option{"color", Argument::one, "WHEN", Group::output, on_all,
           "auto, always or never (NO_COLOR is heeded)"},
    Option{"q,quiet", Argument::none, "", Group::output, on_all, "no report, only errors"},
    Option{"v,verbose", Argument::none, "", Group::output, on_all,
           "show all handlers and notes, and what is read"},
    Option{"V,version", Argument::none, "", Group::output, on_all, "print the version"},
    Option{"h,help", Argument::none, "", Group::output, on_all, "print this help"},
};

// In the order of Command.
constexpr std::array<std::string_view, 4> kCommands = {"check", "diff", "apply", "restore"};

}  // namespace

std::string_view Option::long_name() const { return names.substr(names.find(',') + 1); }

std::optional<char> Option::short_name() const {
  return names.find(',') == 1 ? std::optional(names.front()) : std::nullopt;
}

bool Option::goes_with(Command command) const {
  return (commands & (1U << static_cast<unsigned>(command))) != 0;
}

std::span<const Option> option_list() { return kOptions; }

std::string_view placeholder_of(std::string_view name) {
  const auto* const found = std::ranges::find(kOptions, name, &Option::long_name);
  return found == kOptions.end() ? std::string_view() : found->placeholder;
}

std::string_view command_name(Command command) {
  return kCommands.at(static_cast<std::size_t>(command));
}

std::optional<Command> find_command(std::string_view name) {
  const auto* const found = std::ranges::find(kCommands, name);
  return found == kCommands.end() ? std::nullopt
                                  : std::optional(static_cast<Command>(found - kCommands.begin()));
}

std::string apply_command(const std::vector<cxxopts::KeyValue>& given,
                          const std::vector<std::string>& files) {
  std::string text = "katafix apply";
  for (const cxxopts::KeyValue& one : given) {
    const auto* const option = std::ranges::find(kOptions, one.key(), &Option::long_name);
    if (option == kOptions.end() || option->group == Group::output ||
        !option->goes_with(Command::apply) || one.key() == "dry-run") {
      continue;
    }
    text.append(" --").append(one.key());
    if (option->argument != Argument::none) {
      text.append(" ").append(shell_quoted(one.value()));
    }
  }
  for (const std::string& file : files) {
    text.append(" ").append(shell_quoted(file));
  }
  return text;
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> names) {
  const auto distance = [&](std::string_view name) { return edit_distance(word, name); };
  const auto found = std::ranges::min_element(names, {}, distance);
  const std::size_t slip = std::max<std::size_t>(2, word.size() / 3);
  if (distance(*found) > slip || 2 * distance(*found) > word.size()) {
    return std::nullopt;
  }
  return std::string(*found);
}

std::optional<std::string> nearest_option(std::string_view word) {
  std::array<std::string_view, kOptions.size()> names;
  std::ranges::transform(kOptions, names.begin(), &Option::long_name);
  return nearest(word, names);
}

std::optional<std::string> nearest_command(std::string_view word) {
  return nearest(word, kCommands);
}

}  // namespace katafix::cli
