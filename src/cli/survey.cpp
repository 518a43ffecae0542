#include "survey.hpp"

#include "katafix/engine/lint.hpp"
#include "katafix/node/path.hpp"

#include "log.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace katafix::cli {

namespace {

constexpr std::array<const char*, 2> kMainFiles = {"/etc/containerd/config.toml",
                                                   "/etc/crio/crio.conf"};

class Surveyor {
 public:
  Surveyor(const Options& options, const RootReader& reader) : options_(options), reader_(reader) {}

  Survey run() && {
    if (!reader_.has_root()) {
      survey_.report.findings.push_back(
          Error(Code::unreadable, options_.root, "there is no such directory", "--root takes one")
              .finding());
    } else if (options_.standard_input()) {
      guarded("-", [&] { plan("-", read_standard_input()); });
    } else if (options_.files.empty()) {
      survey_main_files();
    } else {
      for (const std::string& path : options_.files) {
        guarded(path, [&] { read(path, true); });
      }
    }
    check_selection();
    for (const Finding& finding : survey_.report.findings) {
      survey_.trouble = survey_.trouble || finding.severity == Severity::error;
    }
    return std::move(survey_);
  }

 private:
  /// An error ends the work on its file only.
  template <class Work>
  void guarded(const std::string& path, Work work) {
    try {
      work();
    } catch (const Error& error) {
      survey_.report.findings.push_back(error.finding());
      survey_.report.files.push_back({path, {}, Role::file, false, {}, {}});
    }
  }

  void survey_main_files() {
    for (const char* path : kMainFiles) {
      guarded(path, [&] { read(path, false); });
    }
    if (survey_.report.files.empty()) {
      survey_.report.findings.push_back({Code::no_config,
                                         Severity::warning,
                                         {},
                                         {},
                                         "no config of a container engine was found",
                                         "katafix looked for /etc/containerd/config.toml and "
                                         "/etc/crio/crio.conf; name other files",
                                         {}});
    }
  }

  void read(const std::string& path, bool must_exist) {
    std::optional<FileImage> image = reader_.read(path);
    if (!image) {
      if (must_exist) {
        throw Error(Code::unreadable, path, "there is no such file");
      }
      debug(path + ": not there");
      return;
    }
    debug(path + ": " + std::to_string(image->bytes.size()) + " bytes");
    if (seen_.emplace(image->device, image->inode).second) {
      plan(path, std::move(image->bytes));
    }
  }

  void plan(const std::string& path, std::string bytes) {
    PlannedFile file;
    file.path = path;
    file.place = path == "-" ? Place{} : place_of(absolute_path(path, options_.root), bytes);
    file.source = std::make_unique<Source>(path, std::move(bytes));
    const Document document(*file.source);
    file.fix = fix(document, {options_.engine, options_.selection, {}});
    lint_file(document, file);
    if (path != "-" && !file.fix.edits.empty()) {
      // What a link leads to may be a file that is written anew at each start.
      const Place real =
          place_of(reader_.resolve(path).substr(options_.root.size()), file.source->bytes());
      file.place = is_left_alone(real.role) ? real : file.place;
    }
    if (is_left_alone(file.place.role)) {
      leave_alone(file);
    }
    Report& report = survey_.report;
    report.files.push_back(
        {path, engine_of(file), file.place.role, !file.fix.edits.empty(), {}, {}});
    report.handlers.insert(report.handlers.end(), file.fix.handlers.begin(),
                           file.fix.handlers.end());
    std::move(file.fix.findings.begin(), file.fix.findings.end(),
              std::back_inserter(report.findings));
    report.changed = report.changed || !file.fix.edits.empty();
    survey_.files.push_back(std::move(file));
  }

  void lint_file(const Document& document, PlannedFile& file) const {
    const LintContext context{options_.files.empty() && file.place.role == Role::main,
                              options_.containerd_version.empty()
                                  ? std::vector<std::string>{}
                                  : std::vector{options_.containerd_version}};
    for (const Engine engine : {Engine::containerd, Engine::crio}) {
      if (options_.engine.value_or(engine) == engine) {
        std::vector<Finding> found = lint(document, engine, context);
        std::move(found.begin(), found.end(), std::back_inserter(file.fix.findings));
      }
    }
  }

  /// Nothing is planned for a file that is not edited, but what it lacks is told.
  static void leave_alone(PlannedFile& file) {
    const Code code = file.place.role == Role::generated ? Code::generated_file
                      : file.place.role == Role::managed ? Code::managed_file
                                                         : Code::read_only_file;
    for (HandlerReport& handler : file.fix.handlers) {
      if (handler.action != Action::insert && handler.action != Action::replace) {
        continue;
      }
      handler.action = Action::refuse;
      handler.reason = "this is a " + std::string(role_name(file.place.role)) + " file";
      file.fix.findings.push_back(
          {code,
           Severity::error,
           file.path,
           {handler.line, 1},
           "the Kata handler " + handler.name + " needs the flag, but this is a " +
               std::string(role_name(file.place.role)) + " file: an edit would not last",
           file.place.instead,
           std::string(file.source->text(file.source->line(handler.line)))});
    }
    file.fix.edits.clear();
  }

  [[nodiscard]] std::optional<Engine> engine_of(const PlannedFile& file) const {
    if (options_.engine || file.place.engine) {
      return options_.engine ? options_.engine : file.place.engine;
    }
    std::optional<Engine> engine;
    for (const HandlerReport& handler : file.fix.handlers) {
      if (engine && *engine != handler.engine) {
        return std::nullopt;
      }
      engine = handler.engine;
    }
    return engine;
  }

  void check_selection() {
    Report& report = survey_.report;
    for (const std::string& pattern : options_.selection.handlers) {
      const bool used = std::any_of(
          report.handlers.begin(), report.handlers.end(), [&](const HandlerReport& handler) {
            return handler.name == pattern || names(pattern, handler.name);
          });
      if (!used) {
        report.findings.push_back({Code::handler_not_found,
                                   Severity::warning,
                                   {},
                                   {},
                                   "--handler " + pattern + " names no handler",
                                   "check the spelling",
                                   {}});
      }
    }
    const bool any = std::any_of(report.handlers.begin(), report.handlers.end(),
                                 [](const HandlerReport& handler) { return handler.kata; });
    if (options_.require_kata && !any) {
      report.findings.push_back({Code::no_kata,
                                 Severity::error,
                                 {},
                                 {},
                                 "no Kata handler was found",
                                 "--require-kata asks for one",
                                 {}});
    }
  }

  const Options& options_;
  const RootReader& reader_;
  Survey survey_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen_;
};

}  // namespace

bool Survey::needs_fix() const {
  return std::any_of(files.begin(), files.end(),
                     [](const PlannedFile& file) { return !file.fix.edits.empty(); });
}

Survey survey(const Options& options, const RootReader& reader) {
  return Surveyor(options, reader).run();
}

std::string diff_path(const std::string& path, const Options& options, const RootReader& reader) {
  if (path == "-") {
    return path;
  }
  const std::string real = reader.resolve(path).substr(options.root.size());
  std::string label = clean_path(path);
  // patch and git do not follow links, and know no way up.
  if (real != absolute_path(path, options.root) || label.starts_with("../")) {
    label = real;
  }
  return label.substr(label.find_first_not_of('/'));
}

}  // namespace katafix::cli
