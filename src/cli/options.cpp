#include "options.hpp"

#include "katafix/engine/release.hpp"

#include "daemon/command_words.hpp"

#include <cxxopts.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>

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
  if (std::ranges::find(typed, "--"sv) == typed.end()) {
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

/// Refuses those of some options that are given.
void refuse(const cxxopts::ParseResult& parsed, std::initializer_list<const char*> options,
            const std::string& beside) {
  for (const char* const option : options) {
    if (parsed.count(option) != 0) {
      throw UsageError(std::string("--").append(option).append(" does not go with ") + beside);
    }
  }
}

template <class Value>
Value chosen(const std::string& word,
             std::initializer_list<std::pair<std::string_view, Value>> choices,
             const std::string& expected) {
  for (const auto& [name, value] : choices) {
    if (name == word) {
      return value;
    }
  }
  throw UsageError(expected + ", not " + word);
}

/// The value of an option; empty where it is not given.
std::string one(const cxxopts::ParseResult& parsed, const std::string& name) {
  if (parsed.count(name) == 0) {
    return {};
  }
  std::string value = parsed[name].as<std::string>();
  if (value.empty()) {
    throw UsageError("--" + name + " is empty");
  }
  return value;
}

/// The number that an option takes, if it is given.
std::optional<std::size_t> count(const cxxopts::ParseResult& parsed, const std::string& name) {
  const std::string text = one(parsed, name);
  if (text.empty()) {
    return std::nullopt;
  }
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count == 0) {
    throw UsageError("--" + name + " takes a number from 1 on, not " + text);
  }
  return count;
}

void read_patterns(const cxxopts::ParseResult& parsed, const std::string& name,
                   std::vector<Pattern>& patterns, Options& options) {
  for (const std::string& glob : all_of(parsed, name)) {
    if (glob.empty()) {
      throw UsageError("--" + name + " is empty");
    }
    std::string message = "--" + name;
    message.append(" ").append(glob).append(" names no handler");
    const Error unnamed(Code::handler_not_found, "", std::move(message), "check the spelling");
    patterns.push_back({glob});
    options.must_name.push_back({glob, unnamed.finding()});
    options.must_name.back().when_not.severity = Severity::warning;
  }
}

void read_roots(const cxxopts::ParseResult& parsed, Options& options) {
  options.roots_from = one(parsed, "roots-from");
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

void read_engines(const cxxopts::ParseResult& parsed, Options& options) {
  if (const std::string engine = one(parsed, "engine"); !engine.empty()) {
    options.engine = find_engine(engine);
    if (!options.engine) {
      throw UsageError("--engine is containerd or crio, not " + engine);
    }
  }
  options.config = one(parsed, "config");
  options.config_dir = one(parsed, "config-dir");
  options.data_dir = without_trailing_slashes(one(parsed, "data-dir"));
  options.containerd_version = one(parsed, "containerd-version");
  if (!options.containerd_version.empty() &&
      !parse_release(Engine::containerd, options.containerd_version)) {
    throw UsageError("--containerd-version takes 1.3 to 1.7 or 2.x, such as 2.1 or 1.7.24, not " +
                     options.containerd_version);
  }
  options.crio_version = one(parsed, "crio-version");
  if (!options.crio_version.empty() && !parse_release(Engine::crio, options.crio_version)) {
    throw UsageError("--crio-version takes a release such as 1.30 or 1.24.3, or main, not " +
                     options.crio_version);
  }
}

void read_values(const cxxopts::ParseResult& parsed, Options& options) {
  options.backup_dir = one(parsed, "backup-dir");
  options.summary = one(parsed, "summary");
  options.metrics = one(parsed, "metrics");
  // node_exporter reads no other; and this way no config is overwritten by a slip.
  if (!options.metrics.empty() && !options.metrics.ends_with(".prom")) {
    throw UsageError("--metrics takes a name that ends in .prom, not " + options.metrics);
  }
  if (const std::string when = one(parsed, "color"); !when.empty()) {
    options.color = chosen<ColorMode>(when,
                                      {{"auto", ColorMode::automatic},
                                       {"always", ColorMode::always},
                                       {"never", ColorMode::never}},
                                      "--color is auto, always or never");
  }
  options.format = parsed.count("json") != 0 ? Format::json : Format::text;
  if (const std::string format = one(parsed, "format"); !format.empty()) {
    options.format = chosen<Format>(format,
                                    {{"text", Format::text},
                                     {"json", Format::json},
                                     {"gcc", Format::gcc},
                                     {"github", Format::github},
                                     {"sarif", Format::sarif}},
                                    "--format is text, json, gcc, github or sarif");
  }
  options.keep = count(parsed, "keep");
  options.every = count(parsed, "every");
  options.restart_timeout = count(parsed, "restart-timeout").value_or(options.restart_timeout);
  read_patterns(parsed, "handler", options.selection.handlers, options);
  read_patterns(parsed, "skip", options.selection.skip, options);
  options.policy = one(parsed, "policy");
  const std::string command = one(parsed, "validate");
  options.asks_for_print = command.empty() || command == "auto";
  if (!options.asks_for_print && command != "none") {
    try {
      options.validate = command_words(command);
    } catch (const std::invalid_argument& error) {
      throw UsageError(std::string("--validate: ") + error.what());
    }
  }
}

void read_switches(const cxxopts::ParseResult& parsed, Options& options) {
  options.offline = parsed.count("offline") != 0;
  options.dry_run = parsed.count("dry-run") != 0;
  options.diff = parsed.count("diff") != 0;
  options.in_place = parsed.count("in-place") != 0;
  options.no_backup = parsed.count("no-backup") != 0;
  options.require_kata = parsed.count("require-kata") != 0;
  options.strict = parsed.count("strict") != 0;
  options.exit_zero = parsed.count("exit-zero") != 0;
  options.list = parsed.count("list") != 0;
  options.restart = parsed.count("restart") != 0;
  options.quiet = parsed.count("quiet") != 0;
  options.verbose = parsed.count("verbose") != 0;
}

void read_words(std::vector<std::string> words, Options& options) {
  if (std::ranges::find(words, "") != words.end()) {
    throw UsageError("a name is empty");
  }
  if (options.command != Command::restore) {
    options.files = std::move(words);
    return;
  }
  if (words.size() > 1 || (options.list && !words.empty())) {
    throw UsageError("restore takes one RUN, or --list alone");
  }
  options.run = words.empty() ? "" : words.front();
}

void check_format(const cxxopts::ParseResult& parsed, const Options& options) {
  if (options.format != Format::json) {
    refuse(parsed, {"json"}, "another --format");
  }
  if (options.for_review()) {
    refuse(parsed, {"diff"}, "a --format for reviews");
    if (options.command == Command::restore || options.several_roots()) {
      throw UsageError("a --format for reviews does not go with restore or several roots");
    }
  }
}

void check_input(const cxxopts::ParseResult& parsed, const Options& options) {
  if (std::ranges::find(options.files, "-") == options.files.end()) {
    return;
  }
  if (options.files.size() > 1) {
    throw UsageError("- is the only FILE when it is given");
  }
  if (options.several_roots()) {
    throw UsageError("- does not go with several roots");
  }
  refuse(parsed, {"every"}, "-: it is read once");
  if (options.command == Command::apply && !options.dry_run) {
    refuse(parsed,
           {"format", "json", "diff", "backup-dir", "no-backup", "restart", "summary", "exit-zero"},
           "apply -, which writes the fixed text to standard output");
  }
}

/// Refuses what makes no sense together.
void check_combinations(const cxxopts::ParseResult& parsed, const Options& options) {
  check_input(parsed, options);
  if (options.several_roots()) {
    if (options.command == Command::restore) {
      throw UsageError("restore takes one --root");
    }
    refuse(parsed, {"backup-dir", "metrics", "summary", "restart", "every"}, "several roots");
  }
  check_format(parsed, options);
  if (options.dry_run || !options.root.empty()) {
    refuse(parsed, {"restart"}, "--dry-run or --root: it is for changes of this machine");
  }
  if (options.offline) {
    refuse(parsed, {"validate", "restart"}, "--offline: no program is run");
  }
  if (!options.restart && parsed.count("restart-timeout") != 0) {
    throw UsageError("--restart-timeout goes with --restart");
  }
  if (options.list) {
    refuse(parsed, {"dry-run", "diff"}, "--list");
  }
  if (options.no_backup) {
    refuse(parsed, {"backup-dir", "keep", "in-place", "restart"}, "--no-backup");
    if (options.files.empty()) {
      throw UsageError("--no-backup takes FILEs, which are under version control");
    }
  }
  if (!options.files.empty() || !options.data_dir.empty()) {
    refuse(parsed, {"config", "config-dir"},
           options.files.empty() ? "--data-dir" : "FILE, which is looked at by itself");
  }
  if (options.engine == Engine::containerd) {
    refuse(parsed, {"config-dir"}, "--engine containerd: it is CRI-O's");
  }
}

Options to_options(const cxxopts::ParseResult& parsed) {
  Options options;
  std::vector<std::string> words = all_of(parsed, "words");
  const bool asks = !words.empty() && words.front() == "help";
  if (asks || parsed.count("help") != 0 || parsed.count("version") != 0) {
    options.command = asks || parsed.count("help") != 0 ? Command::help : Command::version;
    words.erase(words.begin(), words.begin() + (asks ? 1 : 0));
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
  check_options(parsed, options.command);
  read_roots(parsed, options);
  read_engines(parsed, options);
  read_values(parsed, options);
  read_switches(parsed, options);
  read_words(std::move(words), options);
  check_combinations(parsed, options);
  options.apply = apply_command(parsed.arguments(), options.files);
  return options;
}

}  // namespace

std::optional<Engine> find_engine(std::string_view name) {
  for (const Engine engine : {Engine::containerd, Engine::crio}) {
    if (engine_name(engine) == name) {
      return engine;
    }
  }
  return std::nullopt;
}

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
