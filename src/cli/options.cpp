#include "options.hpp"

#include "katafix/engine/containerd_rules.hpp"
#include "katafix/engine/crio_release.hpp"

#include "daemon/command_words.hpp"

#include <cxxopts.hpp>

#include <algorithm>
#include <charconv>
#include <span>
#include <string_view>

namespace katafix::cli {

namespace {

cxxopts::Options parser() {
  using Texts = std::vector<std::string>;
  cxxopts::Options parser("katafix");
  // What is wrong with them is told below.
  parser.allow_unrecognised_options();
  auto add = parser.add_options();
  for (const Option& option : option_list()) {
    std::shared_ptr<cxxopts::Value> value = cxxopts::value<std::string>();
    if (option.argument == Argument::none) {
      value->implicit_value("");
    } else if (option.argument == Argument::many) {
      value = cxxopts::value<Texts>();
    }
    add(std::string(option.names), "", value);
  }
  add("words", "", cxxopts::value<Texts>());
  parser.parse_positional("words");
  return parser;
}

Command to_command(const std::string& word) {
  if (const auto command = find_command(word)) {
    return *command;
  }
  const std::optional<std::string> nearest = nearest_command(word);
  throw UsageError(
      "unknown command " + word +
      (nearest ? "; did you mean " + *nearest + "?" : ": it is check, diff, apply or restore"));
}

std::vector<std::string> all_of(const cxxopts::ParseResult& parsed, const std::string& name) {
  return parsed.count(name) == 0 ? std::vector<std::string>()
                                 : parsed[name].as<std::vector<std::string>>();
}

/// Refuses what is no option, rather than taking it for a FILE.
void check_unknown(const cxxopts::ParseResult& parsed, std::span<const char* const> typed) {
  using namespace std::string_view_literals;
  std::vector<std::string> unknown = parsed.unmatched();
  if (std::find(typed.begin(), typed.end(), "--"sv) == typed.end()) {
    for (std::string& word : all_of(parsed, "words")) {
      if (word.starts_with('-') && word != "-") {
        unknown.push_back(std::move(word));
      }
    }
  }
  if (unknown.empty()) {
    return;
  }
  const std::string name = unknown.front().substr(0, unknown.front().find('='));
  std::string meant;
  if (name.starts_with("--")) {
    meant = name.substr(2);
  } else {
    // Of a word as -json each letter comes by itself.
    for (const std::string& word : unknown) {
      meant += word.substr(1);
    }
  }
  const std::optional<std::string> nearest = nearest_option(meant);
  throw UsageError("there is no option " + name +
                   (nearest ? "; did you mean --" + *nearest + "?" : ""));
}

/// Refuses an option that the command does not know, rather than ignoring it.
void check_options(const cxxopts::ParseResult& parsed, Command command) {
  for (const Option& option : option_list()) {
    const std::string name(option.long_name());
    if (parsed.count(name) == 0) {
      continue;
    }
    if (option.argument == Argument::none && !parsed[name].as<std::string>().empty()) {
      throw UsageError("--" + name + " takes no value");
    }
    if (!option.goes_with(command)) {
      throw UsageError("--" + name + " does not go with " + std::string(command_name(command)));
    }
    if (parsed.count(name) > 1 && option.argument == Argument::one) {
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

/// The value of an option, where it is given.
std::optional<std::string> one(const cxxopts::ParseResult& parsed, const std::string& name) {
  if (parsed.count(name) == 0) {
    return std::nullopt;
  }
  std::string value = parsed[name].as<std::string>();
  if (value.empty()) {
    throw UsageError("--" + name + " is empty");
  }
  return value;
}

void read_roots(const cxxopts::ParseResult& parsed, Options& options) {
  options.roots_from = one(parsed, "roots-from").value_or("");
  for (const std::string& root : all_of(parsed, "root")) {
    if (root.empty()) {
      throw UsageError("--root is empty");
    }
    options.roots.push_back(without_trailing_slashes(root));
  }
  if (options.roots.size() == 1 && options.roots_from.empty()) {
    options.root = std::move(options.roots.front());
    options.roots.clear();
  }
}

bool is_containerd_version(const std::string& text) {
  const auto version = parse_containerd_version(text);
  return version && (version->major == 2 || (version->major == 1 && version->minor <= 7));
}

void read_engines(const cxxopts::ParseResult& parsed, Options& options) {
  if (const auto engine = one(parsed, "engine")) {
    options.engine = to_engine(*engine);
  }
  options.containerd_version = one(parsed, "containerd-version").value_or("");
  if (!options.containerd_version.empty() && !is_containerd_version(options.containerd_version)) {
    throw UsageError("--containerd-version is 1.3 to 1.7 or 2.x, as 2.1 or 1.7.24, not " +
                     options.containerd_version);
  }
  options.crio_version = one(parsed, "crio-version").value_or("");
  if (!options.crio_version.empty() && !is_crio_version(options.crio_version)) {
    throw UsageError("--crio-version is a release as 1.30 or 1.24.3, or main, not " +
                     options.crio_version);
  }
}

void read_values(const cxxopts::ParseResult& parsed, Options& options) {
  options.data_dir = without_trailing_slashes(one(parsed, "data-dir").value_or(""));
  options.config = one(parsed, "config").value_or("");
  options.config_dir = one(parsed, "config-dir").value_or("");
  options.backup_dir = one(parsed, "backup-dir").value_or("");
  options.summary = one(parsed, "summary").value_or("");
  options.metrics = one(parsed, "metrics").value_or("");
  // node_exporter reads no other; and this way no config is overwritten by a slip.
  if (!options.metrics.empty() && !options.metrics.ends_with(".prom")) {
    throw UsageError("--metrics takes a name that ends in .prom, not " + options.metrics);
  }
  if (const auto when = one(parsed, "color")) {
    options.color = to_color(*when);
  }
  if (const auto keep = one(parsed, "keep")) {
    options.keep = to_count(*keep);
  }
  options.selection = {all_of(parsed, "handler"), all_of(parsed, "skip")};
  for (const std::string& pattern : options.selection.handlers) {
    if (pattern.empty()) {
      throw UsageError("--handler is empty");
    }
  }
  if (const auto command = one(parsed, "validate")) {
    try {
      options.validate = command_words(*command);
    } catch (const std::invalid_argument& error) {
      throw UsageError(std::string("--validate: ") + error.what());
    }
  }
}

void read_switches(const cxxopts::ParseResult& parsed, Options& options) {
  options.dry_run = parsed.count("dry-run") != 0;
  options.diff = parsed.count("diff") != 0;
  options.in_place = parsed.count("in-place") != 0;
  options.json = parsed.count("json") != 0;
  options.require_kata = parsed.count("require-kata") != 0;
  options.list = parsed.count("list") != 0;
  options.restart = parsed.count("restart") != 0;
  options.quiet = parsed.count("quiet") != 0;
  options.verbose = parsed.count("verbose") != 0;
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

/// Who names the main file or its drop-ins has said all about where to look.
void check_config(const Options& options) {
  if (options.config.empty() && options.config_dir.empty()) {
    return;
  }
  const std::string name = options.config.empty() ? "--config-dir" : "--config";
  if (!options.files.empty()) {
    throw UsageError(name + " does not go with FILE, which is looked at by itself");
  }
  if (!options.data_dir.empty()) {
    throw UsageError(name + " does not go with --data-dir");
  }
  if (!options.config_dir.empty() && options.engine == Engine::containerd) {
    throw UsageError("--config-dir is CRI-O's: it does not go with --engine containerd");
  }
}

void check_several_roots(const cxxopts::ParseResult& parsed, const Options& options) {
  if (!options.several_roots()) {
    return;
  }
  if (options.command == Command::restore) {
    throw UsageError("restore takes one --root");
  }
  if (options.standard_input()) {
    throw UsageError("- does not go with several roots");
  }
  for (const char* option : {"backup-dir", "metrics", "summary", "restart"}) {
    if (parsed.count(option) != 0) {
      throw UsageError("--" + std::string(option) + " does not go with several roots");
    }
  }
}

Options to_options(const cxxopts::ParseResult& parsed) {
  Options options;
  std::vector<std::string> words = all_of(parsed, "words");
  if (parsed.count("help") != 0 || parsed.count("version") != 0) {
    options.command = parsed.count("help") != 0 ? Command::help : Command::version;
    if (!words.empty()) {
      options.help_about = to_command(words.front());
    }
    return options;
  }
  if (words.empty()) {
    throw UsageError("no command: it is check, diff, apply or restore");
  }
  options.command = to_command(words.front());
  words.erase(words.begin());
  if (std::find(words.begin(), words.end(), "") != words.end()) {
    throw UsageError("a name is empty");
  }
  check_options(parsed, options.command);
  read_roots(parsed, options);
  read_engines(parsed, options);
  read_values(parsed, options);
  read_switches(parsed, options);
  if (options.command != Command::restore) {
    options.files = std::move(words);
    check_standard_input(parsed, options);
    check_config(options);
    check_several_roots(parsed, options);
    return options;
  }
  check_several_roots(parsed, options);
  if (words.size() > 1 || (options.list && !words.empty())) {
    throw UsageError("restore takes one RUN, or --list alone");
  }
  options.run = words.empty() ? "" : words.front();
  return options;
}

}  // namespace

std::string without_trailing_slashes(std::string path) {
  while (path.ends_with('/')) {
    path.pop_back();
  }
  return path;
}

Options parse_options(int argc, const char* const* argv) {
  const std::span typed(argv, static_cast<std::size_t>(argc));
  try {
    const cxxopts::ParseResult parsed = parser().parse(argc, argv);
    check_unknown(parsed, typed);
    return to_options(parsed);
  } catch (const cxxopts::exceptions::missing_argument&) {
    const std::string last = typed.back();
    throw UsageError(last + " takes a value: " + last + " " +
                     std::string(placeholder_of(last.substr(2))));
  }
}

}  // namespace katafix::cli
