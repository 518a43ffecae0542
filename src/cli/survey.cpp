#include "survey.hpp"

#include "katafix/node/path.hpp"

#include "daemon/installed.hpp"
#include "daemon/log.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

namespace katafix::cli {

namespace {

const std::string& named_version(const Options& options, Engine engine) {
  return engine == Engine::containerd ? options.containerd_version : options.crio_version;
}

/// The releases that a run considers.
std::vector<std::string> releases(const Options& options, Engine engine) {
  const std::string& named = named_version(options, engine);
  return named.empty() ? all_generations(engine) : std::vector<std::string>{named};
}

class Surveyor {
 public:
  Surveyor(const Options& options, const RootReader& reader, NodeFiles& files)
      : options_(options), reader_(reader), files_(files) {}

  Survey run() && {
    if (!reader_.root().is_there()) {
      survey_.findings.push_back(
          Error(Code::unreadable, options_.root, "there is no such directory", "--root takes one")
              .finding());
    } else if (options_.standard_input()) {
      survey_standard_input();
    } else if (options_.files.empty()) {
      survey_node();
    } else {
      for (const std::string& path : options_.files) {
        survey_file(path);
      }
    }
    check_selection();
    return std::move(survey_);
  }

 private:
  [[nodiscard]] FixOptions fix_options() const { return {options_.engine, options_.selection, {}}; }

  /// A file alone may be a drop-in as well.
  [[nodiscard]] LintContext lint_context() const {
    const std::string& version = options_.containerd_version;
    return {false, version.empty() ? std::vector<std::string>{} : std::vector{version}};
  }

  /// A check of one file shows nothing of the new bytes. (Of a tree the engines look at them.)
  [[nodiscard]] Purpose purpose() const {
    return options_.command == Command::check && options_.validate.empty() ? Purpose::report
                                                                           : Purpose::fix;
  }

  void survey_standard_input() {
    try {
      take(plan_file(reader_, files_.add("-", read_standard_input()), {}, fix_options(),
                     lint_context(), purpose()));
    } catch (const Error& error) {
      take_unread("-", error);
    }
  }

  /// The release that is installed is asked about where none is named.
  [[nodiscard]] std::vector<std::string> tree_releases(const EngineTree& tree) const {
    if (options_.this_machine() && named_version(options_, tree.engine).empty()) {
      if (auto version = installed_version(tree)) {
        return {*std::move(version)};
      }
    }
    return releases(options_, tree.engine);
  }

  /// Everything that the node's engines load.
  void survey_node() {
    DiscoveryOptions discovery{
        options_.engine, options_.data_dir, releases(options_, Engine::containerd), {}};
    for (const Engine engine : {Engine::containerd, Engine::crio}) {
      if (!named_version(options_, engine).empty()) {
        discovery.named.insert(engine);
      }
    }
    survey_.trees = discover(files_, discovery);
    for (const EngineTree& tree : survey_.trees) {
      take(plan_tree(files_, tree, tree_releases(tree), options_.selection));
    }
    if (survey_.trees.empty()) {
      survey_.findings.push_back(
          {Code::no_config,
           Severity::warning,
           {},
           {},
           "no config of a container engine was found",
           "katafix looked for " + places_searched() + "; name other files on the command line",
           {}});
    }
  }

  /// One file by itself; the engine is asked about it only when its version is named.
  void survey_file(const std::string& path) {
    const LoadedFile& file = files_.load(path);
    if (file.is_missing()) {
      take_unread(path, Error(Code::unreadable, path, "there is no such file"));
      return;
    }
    if (file.source && seen_.contains(file.id)) {
      return;
    }
    const std::string_view text = file.source ? file.source->bytes() : std::string_view();
    std::string whole = absolute_path(path, options_.root);
    const Place place = place_on_node(reader_, whole, text);
    const Engine engine = likely_engine(place);
    survey_.trees.push_back(lone_tree(path, std::move(whole), place, engine));
    if (named_version(options_, engine).empty()) {
      PlannedFile planned =
          plan_file(reader_, file, place, fix_options(), lint_context(), purpose());
      if (is_left_alone(planned.place.role)) {
        leave_alone(planned);
      }
      seen_.emplace(file.id, survey_.files.size());
      take(std::move(planned));
    } else {
      take(plan_tree(files_, survey_.trees.back(), releases(options_, engine), options_.selection));
    }
  }

  /// The engine that reads a file, as far as its path and the options tell.
  [[nodiscard]] Engine likely_engine(const Place& place) const {
    const Engine fallback = options_.containerd_version.empty() && !options_.crio_version.empty()
                                ? Engine::crio
                                : Engine::containerd;
    return options_.engine.value_or(place.engine.value_or(fallback));
  }

  /// A file as the engine's main one.
  [[nodiscard]] static EngineTree lone_tree(const std::string& path, std::string whole,
                                            const Place& place, Engine engine) {
    EngineTree tree;
    tree.engine = engine;
    tree.main = std::move(whole);
    // A template is no config of an engine yet.
    tree.is_viewed = place.role != Role::go_template;
    tree.is_lone = place.role != Role::main && place.role != Role::file;
    tree.files.push_back({path, place});
    return tree;
  }

  /// A file that two engines load is planned for the first, and both are to be restarted.
  void take(TreePlan plan) {
    for (PlannedFile& planned : plan.files) {
      if (planned.file->source == nullptr ||
          seen_.emplace(planned.file->id, survey_.files.size()).second) {
        take(std::move(planned));
      } else if (planned.is_changed()) {
        check_agreement(planned);
        add_unit(survey_.units, unit_of(planned));
      }
    }
    add(survey_.effective, std::move(plan.effective));
    add(survey_.findings, std::move(plan.findings));
  }

  void check_agreement(const PlannedFile& planned) {
    const PlannedFile& first = survey_.files[seen_.at(planned.file->id)];
    if (first.fix.edits != planned.fix.edits || !first.is_changed()) {
      survey_.findings.push_back(
          Error(Code::refused, planned.path,
                "two engines load this file, and it would have to be changed differently for each",
                "name it on the command line, or set the flag by hand")
              .finding());
    }
  }

  void take(PlannedFile planned) {
    if (planned.is_changed() && planned.file->links > 1 && !options_.in_place) {
      refuse_hard_link(planned);
    }
    debug(planned.path + ": " +
          (planned.file->source ? std::to_string(planned.file->source->bytes().size()) + " bytes"
                                : "not read"));
    planned.place.unit = unit_of(planned);
    if (planned.is_changed()) {
      add_unit(survey_.units, planned.place.unit);
    }
    survey_.files.push_back(std::move(planned));
  }

  void take_unread(const std::string& path, const Error& error) {
    PlannedFile& planned = survey_.files.emplace_back();
    planned.path = path;
    planned.fix.findings.push_back(error.finding());
  }

  template <class Element>
  static void add(std::vector<Element>& to, std::vector<Element> from) {
    if (to.empty()) {
      to = std::move(from);
      return;
    }
    std::move(from.begin(), from.end(), std::back_inserter(to));
  }

  /// The unit to restart after a change of a file.
  [[nodiscard]] static std::string unit_of(const PlannedFile& planned) {
    if (!planned.place.unit.empty() || planned.fix.handlers.empty()) {
      return planned.place.unit;
    }
    return std::string(engine_name(planned.fix.handlers.front().engine));
  }

  [[nodiscard]] bool is_any_handler(const std::function<bool(const HandlerReport&)>& such) const {
    return std::any_of(survey_.files.begin(), survey_.files.end(), [&](const PlannedFile& file) {
      return std::any_of(file.fix.handlers.begin(), file.fix.handlers.end(), such);
    });
  }

  void check_selection() {
    for (const std::string& pattern : options_.selection.handlers) {
      if (!is_any_handler([&](const HandlerReport& handler) {
            return handler.name == pattern || names(pattern, handler.name);
          })) {
        survey_.findings.push_back({Code::handler_not_found,
                                    Severity::warning,
                                    {},
                                    {},
                                    "--handler " + pattern + " names no handler",
                                    "check the spelling",
                                    {}});
      }
    }
    if (options_.require_kata &&
        !is_any_handler([](const HandlerReport& handler) { return handler.kata; })) {
      survey_.findings.push_back({Code::no_kata,
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
  NodeFiles& files_;
  Survey survey_;
  std::map<FileId, std::size_t> seen_;  // to their places in the survey
};

}  // namespace

std::vector<const PlannedFile*> Survey::changed() const {
  std::vector<const PlannedFile*> changed;
  for (const PlannedFile& file : files) {
    if (file.is_changed()) {
      changed.push_back(&file);
    }
  }
  return changed;
}

bool Survey::has_errors() const {
  const auto has_error = [](const std::vector<Finding>& all) {
    return std::any_of(all.begin(), all.end(),
                       [](const Finding& finding) { return finding.severity == Severity::error; });
  };
  return has_error(findings) || std::any_of(files.begin(), files.end(), [&](const auto& file) {
           return has_error(file.fix.findings);
         });
}

void add_unit(std::vector<std::string>& units, const std::string& unit) {
  if (!unit.empty() && std::find(units.begin(), units.end(), unit) == units.end()) {
    units.push_back(unit);
  }
}

Survey survey(const Options& options, const RootReader& reader, NodeFiles& files) {
  return Surveyor(options, reader, files).run();
}

}  // namespace katafix::cli
