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

/// May one of the words be an option?
bool may_be_in(std::span<const char* const> words, const Option& option) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    if (word.starts_with("--")) {
      return word.substr(2).starts_with(option.long_name());
    }
    const auto letter = option.short_name();
    return letter && word.starts_with('-') && word.find(*letter) != std::string_view::npos;
  });
}

/// A parser of the options that are in the words: to tell it of one costs much more than to look.
cxxopts::Options parser_for(std::span<const char* const> words) {
  cxxopts::Options parser("katafix");
  auto add = parser.add_options();
  for (const Option& option : option_list()) {
    if (!may_be_in(words, option)) {
      continue;
    }
    const auto value =
        option.argument == Argument::none ? cxxopts::value<bool>()
        : option.argument == Argument::one
            ? cxxopts::value<std::string>()
            : std::shared_ptr<cxxopts::Value>(cxxopts::value<std::vector<std::string>>());
    add(std::string(option.names), "", value);
  }
  add("words", "", cxxopts::value<std::vector<std::string>>());
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

/// Refuses an option that the command does not know, rather than ignoring it.
void check_places(const cxxopts::ParseResult& parsed, Command command) {
  for (const Option& option : option_list()) {
    const std::string name(option.long_name());
    if (parsed.count(name) != 0 && !option.goes_with(command)) {
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

std::vector<std::string> all_of(const cxxopts::ParseResult& parsed, const std::string& name) {
  return parsed.count(name) == 0 ? std::vector<std::string>()
                                 : parsed[name].as<std::vector<std::string>>();
}

bool is_on(const cxxopts::ParseResult& parsed, const std::string& name) {
  return parsed.count(name) != 0 && parsed[name].as<bool>();
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

void read_engines(const cxxopts::ParseResult& parsed, Options& options) {
  if (const auto engine = one(parsed, "engine")) {
    options.engine = to_engine(*engine);
  }
  options.containerd_version = one(parsed, "containerd-version").value_or("");
  if (!options.containerd_version.empty() &&
      !parse_containerd_version(options.containerd_version)) {
    throw UsageError("--containerd-version is a release from 1.3 on, as 2.1 or 1.7.24, not " +
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
  check_places(parsed, options.command);
  read_roots(parsed, options);
  read_engines(parsed, options);
  read_values(parsed, options);
  read_switches(parsed, options);
  if (options.command != Command::restore) {
    options.files = std::move(words);
    check_standard_input(parsed, options);
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

UsageError no_such_option(std::string_view typed, std::string_view meant) {
  const std::optional<std::string> nearest = nearest_option(meant);
  return UsageError("there is no option " + std::string(typed) +
                    (nearest ? "; did you mean --" + *nearest + "?" : ""));
}

/// Throws when the letters of a word as -qv are not all options.
void check_letters(std::string_view letters) {
  for (const char& letter : letters) {
    if (find_option({&letter, 1}) == nullptr) {
      throw no_such_option(std::string{'-', letter}, letters);
    }
  }
}

/// What cxxopts says of a bad word names it without its dashes, and says neither which option comes
/// near nor what it takes.
[[noreturn]] void fail_to_parse(std::span<const char* const> words, const std::string& why) {
  using namespace std::string_view_literals;
  for (std::size_t index = 1; index < words.size() && words[index] != "--"sv; ++index) {
    const std::string_view word = words[index];
    const std::string_view name = word.substr(0, word.find('='));
    const bool has_value = name.size() < word.size();
    if (name.starts_with('-') && !name.starts_with("--")) {
      check_letters(name.substr(1));
    } else if (name.starts_with("--")) {
      const Option* const option = find_option(name.substr(2));
      if (option == nullptr || name.size() == 3) {
        throw no_such_option(name, name.substr(2));
      }
      if (option->argument != Argument::none && !has_value && ++index == words.size()) {
        throw UsageError(std::string(name) + " takes a value: " + std::string(name) + " " +
                         std::string(option->placeholder));
      }
      if (option->argument == Argument::none && has_value) {
        throw UsageError(std::string(name) + " takes no value");
      }
    }
  }
  throw UsageError(why);
}

}  // namespace

std::string without_trailing_slashes(std::string path) {
  while (path.ends_with('/')) {
    path.pop_back();
  }
  return path;
}

Options parse_options(int argc, const char* const* argv) {
  const std::span words(argv, static_cast<std::size_t>(argc));
  try {
    return to_options(parser_for(words).parse(argc, argv));
  } catch (const cxxopts::exceptions::exception& error) {
    fail_to_parse(words, error.what());
  }
}

}  // namespace katafix::cli
