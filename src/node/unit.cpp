#include "unit.hpp"

#include "katafix/text/source.hpp"

#include "glob.hpp"
#include "path.hpp"
#include "reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace katafix {

namespace {

// Where systemd looks for units, the strongest first.
constexpr std::array<std::string_view, 5> kUnitDirectories = {
    "/etc/systemd/system/", "/run/systemd/system/", "/usr/local/lib/systemd/system/",
    "/usr/lib/systemd/system/", "/lib/systemd/system/"};

// What systemd takes for a line at the most: here for a unit's files, and for its command.
constexpr std::size_t kMaxUnitSize = std::size_t{1} << 20U;

constexpr std::size_t kMaxEnvironmentFiles = 64;

/// The words of a line, quotes taken off (systemd.syntax(7), "Quoting").
std::vector<std::string> words_of(std::string_view line) {
  constexpr std::string_view blanks = " \t\r\n";
  std::vector<std::string> words;
  char quote = 0;
  bool is_in_word = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char byte = line[at];
    if (quote == 0 && blanks.find(byte) != std::string_view::npos) {
      is_in_word = false;
      continue;
    }
    if (!is_in_word) {
      words.emplace_back();
      is_in_word = true;
    }
    if (byte == quote) {
      quote = 0;
    } else if (quote == 0 && (byte == '"' || byte == '\'')) {
      quote = byte;
    } else if (byte == '\\' && at + 1 < line.size()) {
      words.back().push_back(line[++at]);
    } else {
      words.back().push_back(byte);
    }
  }
  return words;
}

/// Reads a unit's files one after the other.
class UnitReader {
 public:
  UnitReader(const FileReader& reader, const std::string& name) : reader_(reader) {
    unit_.name = name + ".service";
  }

  /// `files` are the unit's own, in the order in which they are read.
  std::optional<Unit> run(const std::vector<std::string>& files) && {
    for (const std::string& path : files) {
      read_settings(path);
    }
    for (const std::string& path : environment_files_) {
      read_environment_file(path);
    }
    const std::size_t begin = command_.find_first_not_of("@-:+!|");
    if (begin == std::string::npos) {
      return std::nullopt;
    }
    expand(words_of(std::string_view(command_).substr(begin)));
    return std::move(unit_);
  }

 private:
  [[nodiscard]] std::string read(const std::string& path) {
    std::optional<FileImage> image = reader_.read(path);
    if (!image) {
      return {};
    }
    count(bytes_read_, image->bytes.size(), path,
          "with it the unit's files are larger than 1 MiB, and it was not looked at");
    return std::move(image->bytes);
  }

  static void count(std::size_t& total, std::size_t more, const std::string& path,
                    const char* message) {
    total += more;
    if (total > kMaxUnitSize) {
      throw Error(Code::too_large, path, message, "no unit is of that size; check what it is");
    }
  }

  /// Calls `visit` for each assignment; a line that ends in a backslash goes on in the next one.
  template <class Visit>
  void each_assignment(const std::string& path, Visit visit) {
    const std::string text = read(path);
    std::string whole;
    std::size_t number = 0;
    std::size_t first = 1;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string line(trimmed(std::string_view(text).substr(at, end - at)));
      at = end + 1;
      ++number;
      if (line.starts_with('#') || line.starts_with(';')) {
        continue;
      }
      first = whole.empty() ? number : first;
      if (line.ends_with('\\') && at < text.size()) {
        line.back() = ' ';
        whole += line;
        continue;
      }
      whole += line;
      if (const std::size_t equals = whole.find('='); equals != std::string::npos) {
        const std::string_view both = whole;
        visit(std::string(trimmed(both.substr(0, equals))),
              std::string(trimmed(both.substr(equals + 1))), first);
      }
      whole.clear();
    }
  }

  void read_settings(const std::string& path) {
    each_assignment(path, [&](const std::string& name, const std::string& value, std::size_t line) {
      if (name == "ExecStart") {  // an empty one takes back what stood before
        command_ = value;
        unit_.file = path;
        unit_.line = line;
      } else if (name == "Environment") {
        for (const std::string& word : words_of(value)) {
          assign(word);
        }
      } else if (name == "EnvironmentFile") {
        check_environment_files(environment_files_.size() + 1, path);
        environment_files_.push_back(value.starts_with('-') ? value.substr(1) : value);
      }
    });
  }

  static void check_environment_files(std::size_t number, const std::string& path) {
    if (number > kMaxEnvironmentFiles) {
      throw Error(Code::too_large, path,
                  "more than " + std::to_string(kMaxEnvironmentFiles) + " environment files",
                  "no unit needs so many; check what it is");
    }
  }

  void read_environment_file(const std::string& pattern) {
    if (!pattern.starts_with('/')) {
      return;
    }
    for (const std::string& path : go_glob(reader_, pattern).value_or(std::vector<std::string>())) {
      check_environment_files(++environment_files_read_, path);
      each_assignment(path, [&](const std::string& name, const std::string& value, std::size_t) {
        const std::vector<std::string> words = words_of(value);
        const bool is_quoted = value.starts_with('"') || value.starts_with('\'');
        unit_.environment[name] = is_quoted && !words.empty() ? words.front() : value;
      });
    }
  }

  void assign(const std::string& word) {
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) {
      unit_.environment[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }

  /// A variable that is a word of its own gives as many words as it has; `${NAME}` is a part of
  /// one.
  void expand(const std::vector<std::string>& words) {
    std::vector<std::string>& found = unit_.words;
    for (const std::string& word : words) {
      if (!word.starts_with('$') || word.starts_with("${")) {
        found.push_back(filled_in(word));
        continue;
      }
      const auto value = unit_.environment.find(word.substr(1));
      if (value != unit_.environment.end()) {
        count_value(value->second);
        for (std::string& more : words_of(value->second)) {
          found.push_back(std::move(more));
        }
      } else if (!found.empty() && found.back().starts_with('-')) {
        found.push_back(word);  // an option's value, to be told of
      }
    }
  }

  /// A short line may name a long variable often.
  void count_value(const std::string& value) {
    count(bytes_filled_in_, value.size(), unit_.file,
          "with its variables its command is larger than 1 MiB, and it was not looked at");
  }

  /// What nothing assigns stays as it is, to be told of.
  [[nodiscard]] std::string filled_in(std::string_view word) {
    std::string text;
    for (std::size_t end = word.find('}'); end != std::string_view::npos; end = word.find('}')) {
      const std::size_t begin = word.substr(0, end).rfind("${");
      const auto value =
          begin == std::string_view::npos
              ? unit_.environment.end()
              : unit_.environment.find(std::string(word.substr(begin + 2, end - begin - 2)));
      if (value == unit_.environment.end()) {
        text.append(word.substr(0, end + 1));
      } else {
        count_value(value->second);
        text.append(word.substr(0, begin)).append(value->second);
      }
      word.remove_prefix(end + 1);
    }
    text.append(word);
    return text;
  }

  const FileReader& reader_;
  Unit unit_;
  std::string command_;
  std::vector<std::string> environment_files_;
  std::size_t environment_files_read_ = 0;
  std::size_t bytes_read_ = 0;
  std::size_t bytes_filled_in_ = 0;
};

Finding warning(const Unit& unit, std::string message, std::string advice) {
  return {Code::engine_options, Severity::warning, unit.file, {unit.line, 1},
          std::move(message),   std::move(advice), {}};
}

/// A path that the unit tells; what is none is a finding.
std::optional<std::string> told_path(const Unit& unit, const std::string& value,
                                     std::vector<Finding>& findings) {
  if (value.empty()) {
    return std::nullopt;
  }
  if (!value.starts_with('/') || value.find('$') != std::string::npos) {
    findings.push_back(
        warning(unit,
                "the unit " + unit.name + " starts the engine with the config " + value +
                    ", and nothing tells which file that is",
                "see systemctl cat " + unit.name + ", and name the file with --config"));
    return std::nullopt;
  }
  return clean_path(value);
}

bool is_shell(const std::string& program) {
  const std::string_view name = std::string_view(program).substr(program.rfind('/') + 1);
  return name == "sh" || name == "bash" || name == "dash";
}

// A unit, and the one that a node of the other kind has.
constexpr std::array<std::pair<const char*, const char*>, 3> kOthers = {
    {{"k3s", "k3s-agent"}, {"rke2-server", "rke2-agent"}, {"k0sworker", "k0scontroller"}}};

}  // namespace

std::string Unit::variable(const std::string& assigned) const {
  const auto found = environment.find(assigned);
  return found == environment.end() ? std::string() : found->second;
}

Units::Units(const FileReader& reader) : reader_(reader) {
  for (const std::string_view directory : kUnitDirectories) {
    directories_.emplace_back(directory, reader.list(std::string(directory)));
  }
}

std::optional<Unit> Units::read(const std::string& name) const {
  const std::string unit = name + ".service";
  std::vector<std::string> files;
  std::map<std::string, std::string> drop_ins;  // by name, of two of one name the first
  for (const auto& [directory, names] : directories_) {
    // The first one hides those that come later.
    if (files.empty() && std::ranges::binary_search(names, unit)) {
      files.push_back(directory + unit);
    }
    if (std::ranges::binary_search(names, unit + ".d")) {
      const std::string folder = directory + unit + ".d/";
      for (const std::string& drop_in : reader_.list(folder)) {
        if (drop_in.ends_with(".conf")) {
          drop_ins.emplace(drop_in, folder + drop_in);
        }
      }
    }
  }
  for (auto& [drop_in, path] : drop_ins) {
    files.push_back(path);
  }
  return UnitReader(reader_, name).run(files);
}

bool Units::has(const std::string& unit) const {
  return std::ranges::any_of(directories_, [&](const auto& directory) {
    return std::ranges::binary_search(directory.second, unit + ".service");
  });
}

/// rke2's packages bring both units, and only one is enabled; the other installers write one.
bool Units::is_enabled(const std::string& unit) const {
  return reader_.kind("/etc/systemd/system/multi-user.target.wants/" + unit + ".service", false) !=
         FileKind::missing;
}

std::string Units::on_node(const std::string& unit) const {
  const auto* const known =
      std::ranges::find_if(kOthers, [&](const auto& one) { return one.first == unit; });
  if (known == kOthers.end()) {
    return unit;
  }
  const std::string other = known->second;
  if (!has(unit) || !has(other)) {
    return has(other) ? other : unit;
  }
  return is_enabled(other) && !is_enabled(unit) ? other : unit;
}

std::optional<std::string> value_of(const Unit& unit,
                                    const std::vector<std::string_view>& options) {
  std::optional<std::string> found;
  for (std::size_t index = 0; index < unit.words.size(); ++index) {
    const std::string& word = unit.words[index];
    for (const std::string_view option : options) {
      if (word == option && index + 1 < unit.words.size()) {
        found = unit.words[index + 1];
      } else if (word.starts_with(option) && word.substr(option.size()).starts_with('=')) {
        found = word.substr(option.size() + 1);
      }
    }
  }
  return found;
}

UnitConfig unit_config(const Units& units, Engine engine) {
  UnitConfig config;
  try {
    const auto unit = units.read(std::string(engine_name(engine)));
    if (!unit) {
      return config;
    }
    if (!unit->words.empty() && is_shell(unit->words.front())) {
      config.findings.push_back(
          warning(*unit,
                  "the unit " + unit->name +
                      " starts the engine through a shell: which config it reads cannot be told",
                  "see systemctl cat " + unit->name + ", and name the file with --config"));
      return config;
    }
    const bool is_crio = engine == Engine::crio;
    const std::string main = is_crio ? unit->variable("CONTAINER_CONFIG") : "";
    config.main =
        told_path(*unit, value_of(*unit, {"--config", "-c"}).value_or(main), config.findings);
    if (is_crio) {
      const std::string drop_ins = unit->variable("CONTAINER_CONFIG_DIR");
      config.drop_ins = told_path(*unit, value_of(*unit, {"--config-dir", "-d"}).value_or(drop_ins),
                                  config.findings);
      if (value_of(*unit, {"--runtimes"}) || !unit->variable("CONTAINER_RUNTIMES").empty()) {
        config.findings.push_back(
            warning(*unit,
                    "the unit " + unit->name +
                        " gives CRI-O handlers on its command line or in its environment, which "
                        "beat those of all files",
                    "systemctl edit crio.service: make the fifth field of each Kata handler true"));
      }
    }
  } catch (const Error& error) {
    config.findings.push_back(error.finding());
    config.findings.back().severity = Severity::warning;  // no config, but what it says may count
  }
  return config;
}

}  // namespace katafix
