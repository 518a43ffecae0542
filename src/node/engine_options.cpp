#include "engine_options.hpp"

#include "katafix/node/reader.hpp"
#include "katafix/text/source.hpp"

#include "glob.hpp"
#include "unit.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

constexpr std::string_view kMoved =
    "the engine is started with another config than the one that katafix reads";

// What systemd takes for a line at the most.
constexpr std::size_t kMaxUnitSize = std::size_t{1} << 20U;

struct Option {
  std::string_view name;
  Engine engine;
  std::string_view usual;  // what follows it where nothing is changed
  std::string_view message;
};

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
    Option{"-d", Engine::crio, "/etc/crio/crio.conf.d", kMoved},
    Option{"CONTAINER_CONFIG_DIR", Engine::crio, "/etc/crio/crio.conf.d", kMoved},
    Option{"--config", Engine::crio, "/etc/crio/crio.conf", kMoved},
    Option{"-c", Engine::crio, "/etc/crio/crio.conf", kMoved},
    Option{"CONTAINER_CONFIG", Engine::crio, "/etc/crio/crio.conf", kMoved},
    Option{"--config", Engine::containerd, "/etc/containerd/config.toml", kMoved},
    Option{"-c", Engine::containerd, "/etc/containerd/config.toml", kMoved},
};

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
    rest = rest.substr(0, option.usual.size() + 1);  // more of a line need not be looked at
    const std::string_view value = rest.substr(0, rest.find_first_of(" \t\"'"));
    if (option.usual.empty() || (value != option.usual && value.starts_with('/'))) {
      return true;
    }
  }
  return false;
}

/// Reads an engine's unit, its drop-ins and its environment files, as systemd does.
class Units {
 public:
  Units(const FileReader& reader, Engine engine) : reader_(reader), engine_(engine) {}

  std::vector<Finding> run() && {
    const std::string name(engine_name(engine_));
    const std::string unit = name + ".service";
    look_through("/etc/sysconfig/" + name);
    look_through("/etc/default/" + name);
    for (const std::string_view directory : kUnitDirectories) {
      const std::string path = std::string(directory) + unit;
      if (reader_.kind(path, false) != FileKind::missing) {
        look_through(path);
        break;  // it hides those that come later
      }
    }
    for (const auto& [file, path] : drop_ins(unit)) {
      look_through(path);
    }
    return std::move(findings_);
  }

 private:
  /// By name, whatever their directory; of two with one name the first directory's.
  [[nodiscard]] std::map<std::string, std::string> drop_ins(const std::string& unit) const {
    std::map<std::string, std::string> found;
    for (const std::string_view directory : kUnitDirectories) {
      const std::string folder = std::string(directory) + unit + ".d/";
      for (const std::string& path :
           go_glob(reader_, folder + "*.conf").value_or(std::vector<std::string>())) {
        found.emplace(path.substr(folder.size()), path);
      }
    }
    return found;
  }

  void look_through(const std::string& path) {
    const std::optional<FileImage> image = reader_.read(path);
    if (!image) {
      return;
    }
    if (image->bytes.size() > kMaxUnitSize) {
      throw Error(Code::too_large, path, "it is larger than 1 MiB, and was not looked at",
                  "no unit is of that size; check what it is");
    }
    const Source source(path, image->bytes);
    for (std::size_t number = 1; number <= source.line_count(); ++number) {
      const std::string_view line = source.text(source.line(number));
      if (line == "ExecStart=") {  // what stood before does not count
        findings_.clear();
      } else if (!line.starts_with('#') && !line.starts_with(';')) {
        look_at(source, number, line);
      }
    }
  }

  void look_at(const Source& source, std::size_t number, std::string_view line) {
    for (const Option& option : kOptions) {
      if (option.engine == engine_ && is_set(line, option)) {
        findings_.push_back(finding_on_line(
            Code::engine_options, Severity::warning, source, number, std::string(option.message),
            option.message == kMoved ? "name that file on katafix's command line"
                                     : "set the flag there, too"));
        return;
      }
    }
  }

  const FileReader& reader_;
  Engine engine_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> engine_option_findings(const FileReader& reader, Engine engine) {
  try {
    return Units(reader, engine).run();
  } catch (const Error& error) {
    Finding finding = error.finding();
    finding.severity = Severity::warning;  // no config of the engine, but what it says may count
    return {finding};
  }
}

}  // namespace katafix
