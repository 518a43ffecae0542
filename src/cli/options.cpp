#include "options.hpp"

#include "katafix/engine/containerd_rules.hpp"
#include "katafix/engine/crio_release.hpp"

#include "command_words.hpp"

#include <cxxopts.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace katafix::cli {

namespace {

enum class Value { none, one, many };

/// Which commands know an option: a set of bits.
enum Where : unsigned {
  on_check = 1,
  on_diff = 2,
  on_apply = 4,
  on_restore = 8,
  on_plans = 7,
  on_all = 15
};

struct Option {
  std::string_view name;  // with its short form as cxxopts takes it: "q,quiet"
  Value value;
  std::string_view argument;
  unsigned where;
  std::string_view help;
};

// The one list of options: the parser and the help are made from it.
constexpr std::array kOptions = {
    Option{"root", Value::one, "DIR", on_all,
           "work on the node below DIR: an image, a mounted disk"},
    Option{"engine", Value::one, "NAME", on_plans, "containerd or crio: look at this engine alone"},
    Option{"containerd-version", Value::one, "V", on_plans,
           "what containerd V makes of the files, as 2.1 or 1.7.24"},
    Option{"crio-version", Value::one, "V", on_plans, "what CRI-O V makes of the files, as 1.30"},
    Option{"data-dir", Value::one, "DIR", on_plans, "where k3s or rke2 keeps its data"},
    Option{"handler", Value::many, "GLOB", on_plans,
           "take handlers of this name for Kata; may be repeated"},
    Option{"skip", Value::many, "GLOB", on_plans,
           "leave handlers of this name alone; may be repeated"},
    Option{"require-kata", Value::none, "", on_plans,
           "no Kata handler at all is trouble (status 2)"},
    Option{"dry-run", Value::none, "", on_apply, "write nothing: the same as katafix diff"},
    Option{"diff", Value::none, "", on_apply, "print the diff, too"},
    Option{"in-place", Value::none, "", on_apply,
           "overwrite files that cannot be replaced: single bind mounts, hard links"},
    Option{"json", Value::none, "", on_all, "print one JSON object instead of text"},
    Option{"metrics", Value::one, "FILE", on_check,
           "leave metrics for Prometheus in FILE, which ends in .prom"},
    Option{"summary", Value::one, "FILE", on_check | on_apply,
           "leave one line of JSON in FILE, as /dev/termination-log"},
    Option{"backup-dir", Value::one, "DIR", on_apply | on_restore,
           "default: /var/lib/katafix below the root"},
    Option{"keep", Value::one, "N", on_apply, "how many runs can be undone (default: 20)"},
    Option{"validate", Value::one, "CMD", on_diff | on_apply,
           "run CMD (no shell; %s is the main file) on a copy of what\n"
           "the engine loads, before anything is replaced, as in\n"
           "'containerd --config %s config dump' or\n"
           "'crio --config %s --config-dir %s.d config'"},
    Option{"restart", Value::none, "", on_apply,
           "restart the engine (systemctl restart) after a change"},
    Option{"list", Value::none, "", on_restore, "show the runs instead of undoing one"},
    Option{"color", Value::one, "WHEN", on_all, "auto, always or never (NO_COLOR is heeded)"},
    Option{"q,quiet", Value::none, "", on_all, "no report, only errors"},
    Option{"v,verbose", Value::none, "", on_all, "show all handlers and notes, and what is read"},
    Option{"version", Value::none, "", on_all, "print the version"},
    Option{"h,help", Value::none, "", on_all, "print this help"},
};

constexpr std::array<std::pair<std::string_view, Command>, 4> kCommands = {
    {{"check", Command::check},
     {"diff", Command::diff},
     {"apply", Command::apply},
     {"restore", Command::restore}}};

constexpr std::string_view kUsage =
    R"(katafix sets privileged_without_host_devices = true for Kata Containers, and for nothing
else, in the configs of containerd and CRI-O.

  katafix check   [options] [FILE...]   report; write nothing
  katafix diff    [options] [FILE...]   show what apply would change; write nothing
  katafix apply   [options] [FILE...]   fix, with a backup
  katafix restore [options] [RUN]       undo the last run, or run RUN

Without FILE: all that the node's engines load (containerd and its imports, CRI-O and its
drop-ins, k3s, rke2, k0s, microk8s). FILE may be -: apply writes the fixed text then.

)";

constexpr std::string_view kStatuses = R"(
Exit status: 0 done or nothing to do; 1 (check, diff, --dry-run) a fix is needed; 2 trouble,
nothing was written; 3 trouble after a file was replaced.
)";

std::string_view long_name(const Option& option) {
  return option.name.substr(option.name.find(',') + 1);
}

cxxopts::Options parser() {
  cxxopts::Options parser("katafix");
  auto add = parser.add_options();
  for (const Option& option : kOptions) {
    const auto value =
        option.value == Value::none ? cxxopts::value<bool>()
        : option.value == Value::one
            ? cxxopts::value<std::string>()
            : std::shared_ptr<cxxopts::Value>(cxxopts::value<std::vector<std::string>>());
    add(std::string(option.name), "", value);
  }
  add("words", "", cxxopts::value<std::vector<std::string>>());
  parser.parse_positional("words");
  return parser;
}

Command to_command(const std::string& word) {
  for (const auto& [name, command] : kCommands) {
    if (name == word) {
      return command;
    }
  }
  throw UsageError("unknown command " + word + ": it is check, diff, apply or restore");
}

/// Refuses an option that the command does not know, rather than ignoring it.
void check_places(const cxxopts::ParseResult& parsed, Command command) {
  const unsigned bit = 1U << static_cast<unsigned>(command);
  for (const Option& option : kOptions) {
    const std::string name(long_name(option));
    if (parsed.count(name) != 0 && (option.where & bit) == 0) {
      throw UsageError("--" + name + " does not go with " + command_name(command));
    }
    if (parsed.count(name) > 1 && option.value == Value::one) {
      throw UsageError("--" + name + " is given twice");
    }
  }
}

std::optional<Engine> to_engine(const std::string& name) {
  if (name == "containerd") {
    return Engine::containerd;
  }
  if (name == "crio") {
    return Engine::crio;
  }
  throw UsageError("--engine is containerd or crio, not " + name);
}

ColorMode to_color(const std::string& when) {
  if (when == "auto") {
    return ColorMode::automatic;
  }
  if (when == "always") {
    return ColorMode::always;
  }
  if (when == "never") {
    return ColorMode::never;
  }
  throw UsageError("--color is auto, always or never, not " + when);
}

std::size_t to_count(const std::string& text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count == 0) {
    throw UsageError("--keep takes a number from 1 on, not " + text);
  }
  return count;
}

std::string without_trailing_slashes(std::string path) {
  while (path.ends_with('/')) {
    path.pop_back();
  }
  return path;
}

std::vector<std::string> all_of(const cxxopts::ParseResult& parsed, const std::string& name) {
  return parsed.count(name) == 0 ? std::vector<std::string>()
                                 : parsed[name].as<std::vector<std::string>>();
}

bool is_on(const cxxopts::ParseResult& parsed, const std::string& name) {
  return parsed.count(name) != 0 && parsed[name].as<bool>();
}

void read_values(const cxxopts::ParseResult& parsed, Options& options) {
  const auto one = [&](const std::string& name) -> std::optional<std::string> {
    if (parsed.count(name) == 0) {
      return std::nullopt;
    }
    std::string value = parsed[name].as<std::string>();
    if (value.empty()) {
      throw UsageError("--" + name + " is empty");
    }
    return value;
  };
  options.root = without_trailing_slashes(one("root").value_or(""));
  options.data_dir = without_trailing_slashes(one("data-dir").value_or(""));
  options.backup_dir = one("backup-dir").value_or("");
  options.summary = one("summary").value_or("");
  options.metrics = one("metrics").value_or("");
  // node_exporter reads no other; and this way no config is overwritten by a slip.
  if (!options.metrics.empty() && !options.metrics.ends_with(".prom")) {
    throw UsageError("--metrics takes a name that ends in .prom, not " + options.metrics);
  }
  if (const auto engine = one("engine")) {
    options.engine = to_engine(*engine);
  }
  options.containerd_version = one("containerd-version").value_or("");
  if (!options.containerd_version.empty() &&
      !parse_containerd_version(options.containerd_version)) {
    throw UsageError("--containerd-version is a release from 1.3 on, as 2.1 or 1.7.24, not " +
                     options.containerd_version);
  }
  options.crio_version = one("crio-version").value_or("");
  if (!options.crio_version.empty() && !is_crio_version(options.crio_version)) {
    throw UsageError("--crio-version is a release as 1.30 or 1.24.3, or main, not " +
                     options.crio_version);
  }
  if (const auto when = one("color")) {
    options.color = to_color(*when);
  }
  if (const auto keep = one("keep")) {
    options.keep = to_count(*keep);
  }
  options.selection = {all_of(parsed, "handler"), all_of(parsed, "skip")};
  for (const std::string& pattern : options.selection.handlers) {
    if (pattern.empty()) {
      throw UsageError("--handler is empty");
    }
  }
  if (const auto command = one("validate")) {
    options.validate = command_words(*command);
  }
}

void read_switches(const cxxopts::ParseResult& parsed, Options& options) {
  options.dry_run = is_on(parsed, "dry-run");
  options.diff = is_on(parsed, "diff");
  options.in_place = is_on(parsed, "in-place");
  options.json = is_on(parsed, "json");
  options.require_kata = is_on(parsed, "require-kata");
  options.list = is_on(parsed, "list");
  options.restart = is_on(parsed, "restart");
  options.quiet = is_on(parsed, "quiet");
  options.verbose = is_on(parsed, "verbose");
  if (options.restart && (options.dry_run || !options.root.empty())) {
    throw UsageError("--restart is for changes of this machine: it does not go with " +
                     std::string(options.dry_run ? "--dry-run" : "--root"));
  }
}

void check_standard_input(const cxxopts::ParseResult& parsed, const Options& options) {
  const bool named =
      std::find(options.files.begin(), options.files.end(), "-") != options.files.end();
  if (named && options.files.size() > 1) {
    throw UsageError("- is the only FILE when it is given");
  }
  if (!named || options.command != Command::apply || options.dry_run) {
    return;
  }
  for (const char* option : {"json", "diff", "backup-dir", "restart", "summary"}) {
    if (parsed.count(option) != 0) {
      throw UsageError("apply - writes the fixed text to standard output: --" +
                       std::string(option) + " does not go with it");
    }
  }
}

Options to_options(const cxxopts::ParseResult& parsed) {
  Options options;
  if (parsed.count("help") != 0 || parsed.count("version") != 0) {
    options.command = parsed.count("help") != 0 ? Command::help : Command::version;
    return options;
  }
  std::vector<std::string> words = all_of(parsed, "words");
  if (words.empty()) {
    throw UsageError("no command: it is check, diff, apply or restore");
  }
  options.command = to_command(words.front());
  words.erase(words.begin());
  if (std::find(words.begin(), words.end(), "") != words.end()) {
    throw UsageError("a name is empty");
  }
  check_places(parsed, options.command);
  read_values(parsed, options);
  read_switches(parsed, options);
  if (options.command != Command::restore) {
    options.files = std::move(words);
    check_standard_input(parsed, options);
    return options;
  }
  if (words.size() > 1 || (options.list && !words.empty())) {
    throw UsageError("restore takes one RUN, or --list alone");
  }
  options.run = words.empty() ? "" : words.front();
  return options;
}

std::string indented(std::string_view lines, std::size_t by) {
  std::string text;
  for (const char byte : lines) {
    text.append(1, byte).append(byte == '\n' ? by : 0, ' ');
  }
  return text;
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  try {
    return to_options(parser().parse(argc, argv));
  } catch (const cxxopts::exceptions::exception& error) {
    throw UsageError(error.what());
  }
}

std::string help_text() {
  constexpr std::size_t width = 22;
  std::string text(kUsage);
  for (const Option& option : kOptions) {
    const std::string_view name = long_name(option);
    std::string left = name.size() == option.name.size()
                           ? "      --"
                           : "  -" + std::string(option.name.substr(0, 1)) + ", --";
    left.append(name);
    if (!option.argument.empty()) {
      left.append(" ").append(option.argument);
    }
    left.resize(std::max(left.size() + 2, width + 4), ' ');
    text.append(left).append(indented(option.help, left.size())).append("\n");
  }
  return text.append(kStatuses);
}

std::string command_name(Command command) {
  for (const auto& [name, known] : kCommands) {
    if (known == command) {
      return std::string(name);
    }
  }
  return "katafix";
}

}  // namespace katafix::cli
