#include "engine_options.hpp"

#include "katafix/node/reader.hpp"
#include "katafix/text/source.hpp"

#include "glob.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

struct Option {
  std::string_view name;
  Engine engine;
  std::string_view usual;  // what follows it where nothing is changed
  std::string_view message;
};

constexpr std::string_view kMoved =
    "the engine is started with another config than the one that katafix reads";

constexpr std::array kOptions = {
    Option{"--runtimes",
           Engine::crio,
           {},
           "a handler given on CRI-O's command line beats those of all files"},
    Option{"CONTAINER_RUNTIMES",
           Engine::crio,
           {},
           "a handler given in CRI-O's environment beats those of all files"},
    Option{"--config-dir", Engine::crio, "/etc/crio/crio.conf.d", kMoved},
    Option{"CONTAINER_CONFIG_DIR", Engine::crio, "/etc/crio/crio.conf.d", kMoved},
    Option{"--config", Engine::crio, "/etc/crio/crio.conf", kMoved},
    Option{"CONTAINER_CONFIG", Engine::crio, "/etc/crio/crio.conf", kMoved},
    Option{"--config", Engine::containerd, "/etc/containerd/config.toml", kMoved},
};

std::vector<std::string> places(const FileReader& reader, Engine engine) {
  const std::string name(engine_name(engine));
  std::vector<std::string> found{"/etc/sysconfig/" + name, "/etc/default/" + name};
  for (const char* directory : {"/etc/systemd/system/", "/usr/lib/systemd/system/"}) {
    const std::string unit = directory + name + ".service";
    found.push_back(unit);
    for (std::string& path :
         go_glob(reader, unit + ".d/*.conf").value_or(std::vector<std::string>())) {
      found.push_back(std::move(path));
    }
  }
  return found;
}

/// Is the option in a line, as a word of its own, with another value than the usual one?
bool is_set(std::string_view line, const Option& option) {
  for (std::size_t at = line.find(option.name); at != std::string_view::npos;
       at = line.find(option.name, at + 1)) {
    constexpr std::string_view before = " \t\"'=";
    const bool begins = at == 0 || before.find(line[at - 1]) != std::string_view::npos;
    std::string_view rest = line.substr(at + option.name.size());
    if (!begins || rest.empty() || (rest[0] != '=' && rest[0] != ' ')) {
      continue;
    }
    rest.remove_prefix(std::min(rest.find_first_not_of("= \"'"), rest.size()));
    const std::string_view value = rest.substr(0, rest.find_first_of(" \t\"'"));
    if (option.usual.empty() || (value != option.usual && value.starts_with('/'))) {
      return true;
    }
  }
  return false;
}

void look_through(const std::string& path, std::string text, Engine engine,
                  std::vector<Finding>& findings) {
  const Source source(path, std::move(text));
  for (std::size_t number = 1; number <= source.line_count(); ++number) {
    const std::string_view line = source.text(source.line(number));
    if (line.starts_with('#') || line.starts_with(';')) {
      continue;
    }
    for (const Option& option : kOptions) {
      if (option.engine == engine && is_set(line, option)) {
        findings.push_back({Code::engine_options,
                            Severity::warning,
                            path,
                            {number, 1},
                            std::string(option.message),
                            option.message == kMoved ? "name that file on katafix's command line"
                                                     : "set the flag there, too",
                            std::string(line)});
      }
    }
  }
}

}  // namespace

std::vector<Finding> engine_option_findings(const FileReader& reader, Engine engine) {
  std::vector<Finding> findings;
  for (const std::string& path : places(reader, engine)) {
    try {
      if (std::optional<FileImage> image = reader.read(path)) {
        look_through(path, std::move(image->bytes), engine, findings);
      }
    } catch (const Error&) {
      continue;  // not a file of the engine's config: nothing is known of its options
    }
  }
  return findings;
}

}  // namespace katafix
