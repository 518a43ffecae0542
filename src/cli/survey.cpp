#include "survey.hpp"

#include "daemon/installed.hpp"
#include "daemon/log.hpp"
#include "node/block_plan.hpp"
#include "node/directory.hpp"
#include "node/hidden.hpp"
#include "node/path.hpp"
#include "policy.hpp"
#include "report/report.hpp"
#include "text/append.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace katafix::cli {

namespace {

const std::string& named_version(const Options& options, Engine engine) {
  return engine == Engine::containerd ? options.containerd_version : options.crio_version;
}

/// The release that is named for an engine; none where no option does so.
std::vector<Release> named_releases(const Options& options, Engine engine) {
  const std::string& named = named_version(options, engine);
  return named.empty() ? std::vector<Release>{}
                       : std::vector<Release>{*parse_release(engine, named)};
}

/// What a release serves of the handlers in the files: the flag of each, and whether it is Kata.
std::map<std::string_view, std::pair<bool, bool>> served(const Effective& view,
                                                         const Selection& selection) {
  std::map<std::string_view, std::pair<bool, bool>> served;
  for (const auto& [name, handler] : view.handlers.all()) {
    if (handler->origin.is_known()) {
      served.emplace(name,
                     std::pair(handler->flag,
                               katafix::judge(view.engine, name, *handler, selection).has_value()));
    }
  }
  return served;
}

/// Does it matter which release reads these files? Not where there is nothing to tell, and all that
/// are known serve the same.
bool is_disputed(const TreePlan& plan, const Selection& selection) {
  const auto has_news = [](const std::vector<Finding>& findings) {
    return std::ranges::any_of(
        findings, [](const Finding& finding) { return finding.severity != Severity::info; });
  };
  return has_news(plan.findings) ||
         std::ranges::any_of(
             plan.files, [&](const PlannedFile& file) { return has_news(file.fix.findings); }) ||
         std::ranges::any_of(plan.effective, [&](const Effective& view) {
           return served(view, selection) != served(plan.effective.front(), selection);
         });
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
    } else if (options_.files.empty()) {
      survey_node();
    } else {
      for (const std::string& path : options_.files) {
        if (path != "-" && reader_.kind(path, true) == FileKind::directory) {
          survey_directory(path);
        } else {
          survey_file(path);
        }
      }
    }
    check_selection();
    return std::move(survey_);
  }

 private:
  /// A check of one file shows nothing of the new bytes. (Of a tree the engines look at them.)
  [[nodiscard]] Purpose lone_purpose() const {
    return options_.command == Command::check && options_.validate.empty() ? Purpose::report
                                                                           : Purpose::fix;
  }

  /// The releases that an option names for a tree.
  [[nodiscard]] std::vector<Release> named(const EngineTree& tree) const {
    std::vector<Release> releases;
    for (const Engine engine : {Engine::containerd, Engine::crio}) {
      if (tree.is_of(engine)) {
        append(releases, named_releases(options_, engine));
      }
    }
    return releases;
  }

  /// By the releases that are considered: those that are named, or else the installed one, which is
  /// asked for where that matters, or all that are known. Of a FILE alone nothing is known but what
  /// is named.
  [[nodiscard]] TreePlan plan(const EngineTree& tree) const {
    const PlanOptions plan_options{options_.selection,
                                   tree.is_lone ? lone_purpose() : Purpose::fix};
    const std::vector<Release> releases = named(tree);
    if (!releases.empty() || tree.is_lone) {
      return plan_tree(files_, tree, releases, plan_options);
    }
    TreePlan plan = plan_tree(files_, tree, known_releases(tree.engine), plan_options);
    if (!options_.asks_engines() || !is_disputed(plan, options_.selection)) {
      return plan;
    }
    const std::optional<Release> installed = installed_release(tree);
    return installed ? plan_tree(files_, tree, {*installed}, plan_options) : plan;
  }

  /// Everything that the node's engines load, or what a main file that is named loads.
  void survey_node() {
    DiscoveryOptions discovery;
    discovery.engine = options_.engine;
    discovery.data_dir = options_.data_dir;
    discovery.containerd = named_releases(options_, Engine::containerd);
    for (const Engine engine : {Engine::containerd, Engine::crio}) {
      if (!named_version(options_, engine).empty()) {
        discovery.named.insert(engine);
      }
    }
    if (!options_.config.empty() || !options_.config_dir.empty()) {
      const auto whole = [&](const std::string& path) {
        return path.empty() ? path : absolute_path(path, options_.root);
      };
      take(tree_of_config(files_, whole(options_.config), whole(options_.config_dir), discovery));
      return;
    }
    for (EngineTree& tree : discover(files_, discovery)) {
      take(std::move(tree));
    }
    if (survey_.trees.empty()) {
      survey_.findings.push_back(finding_on_file(
          Code::no_config, Severity::warning, "", "no config of a container engine was found",
          "katafix looked for " + places_searched(options_.engine) +
              "; name another main file with --config, or files to fix one by one"));
    }
  }

  void take(EngineTree tree) {
    TreePlan planned = plan(tree);
    if (options_.asks_engines()) {
      survey_.daemons.push_back(daemon_of(tree, planned, files_));
    }
    if (take(std::move(planned))) {
      survey_.trees.push_back(std::move(tree));
    }
  }

  /// One file by itself.
  void survey_file(const std::string& path) {
    try {
      const LoadedFile& file =
          path == "-" ? files_.add(path, read_standard_input()) : files_.load(path);
      if (file.is_missing()) {
        throw Error(Code::unreadable, path, "there is no such file");
      }
      // By another name, or by a link.
      if (path == "-" || file.source == nullptr || lone_.insert(file.id).second) {
        take_lone(file, path == "-" ? path : absolute_path(path, options_.root));
      }
    } catch (const Error& error) {
      take_unread(path, error);
    }
  }

  /// A config, or a file that may have some inside it.
  void take_lone(const LoadedFile& file, const std::string& whole) {
    if (may_have_blocks(reader_, file, whole)) {
      const Blocks blocks = find_blocks(*file.source);
      if (!blocks.begins_as_config) {
        const BlockOptions options{options_.engine,
                                   [this](const EngineTree& tree) { return named(tree); },
                                   {options_.selection, lone_purpose()}};
        const bool is_toml = !file.error && blocks.all.empty();
        TreePlan plan = is_toml ? this->plan(tree_of_file(files_, file, whole, options_.engine))
                                : plan_blocks(files_, file, blocks, whole, options);
        plan_hidden(files_, file, whole, options, plan.files.front());
        take(std::move(plan));
        return;
      }
    }
    take(tree_of_file(files_, file, whole, options_.engine));
  }

  /// All files below a directory, of which those that hold no handler go unsaid.
  void survey_directory(const std::string& directory) {
    const FilesBelow below = look_below(files_, directory);
    for (const Error& error : below.unread) {
      take_unread(error.finding().file, error);
    }
    survey_.others += below.others;
    is_below_directory_ = true;
    for (const std::string& path : below.candidates) {
      survey_file(path);
    }
    is_below_directory_ = false;
  }

  /// Below a directory a file that holds no handler goes unsaid, and what is wrong with it as well
  /// where it has nothing to do with Kata.
  static bool goes_unsaid(const TreePlan& plan) {
    return std::ranges::all_of(plan.files, [&](const PlannedFile& planned) {
      const bool is_fine = plan.findings.empty() && planned.fix.findings.empty();
      return planned.fix.handlers.empty() && planned.file->source &&
             (is_fine || !has_to_do_with_kata(planned));
    });
  }

  /// A file that two engines load is planned for the first, and both are to be restarted. Returns
  /// whether there is anything to be said.
  bool take(TreePlan plan) {
    if (is_below_directory_ && goes_unsaid(plan)) {
      ++survey_.others;
      files_.forget(plan.files.front().path);
      return false;
    }
    for (PlannedFile& planned : plan.files) {
      if (planned.file->source == nullptr || planned.file->id == FileId() ||
          seen_.emplace(planned.file->id, survey_.files.size()).second) {
        take(std::move(planned));
      } else if (planned.is_changed()) {
        check_agreement(planned);
        add_unit(survey_.units, planned.place.unit);
      }
    }
    append(survey_.effective, std::move(plan.effective));
    append(survey_.findings, std::move(plan.findings));
    return true;
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
    debug(path_from_here(options_.root, planned.path) + ": " +
          (planned.file->source ? std::to_string(planned.file->source->bytes().size()) + " bytes"
                                : "not read"));
    if (planned.is_changed() && !is_under_version_control(planned)) {
      add_unit(survey_.units, planned.place.unit);
    }
    survey_.files.push_back(std::move(planned));
  }

  /// No engine runs with what is in a repository, unless it stands at a place of its.
  [[nodiscard]] bool is_under_version_control(const PlannedFile& planned) const {
    return planned.place.role == Role::file &&
           (options_.no_backup || is_below_directory_ ||
            is_in_repository(reader_, absolute_path(planned.path, options_.root)));
  }

  void take_unread(const std::string& path, const Error& error) {
    PlannedFile& planned = survey_.files.emplace_back();
    planned.path = path;
    planned.fix.findings.push_back(error.finding());
  }

  void check_selection() {
    std::vector<MustName> unnamed = options_.must_name;
    for (const PlannedFile& file : survey_.files) {
      take_named(unnamed, file.fix.handlers, file.fix.findings);
    }
    if (survey_.files.empty()) {
      unnamed.clear();  // that there is none is told
    }
    for (MustName& pattern : unnamed) {
      survey_.findings.push_back(std::move(pattern.when_not));
    }
    if (options_.require_kata && std::ranges::none_of(survey_.files, [](const PlannedFile& file) {
          return !file.is_stray && std::ranges::any_of(file.fix.handlers, &HandlerReport::kata);
        })) {
      survey_.findings.push_back(finding_on_file(Code::no_kata, Severity::error, "",
                                                 "no Kata handler was found",
                                                 "--require-kata, or the policy, asks for one"));
    }
  }

  const Options& options_;
  const RootReader& reader_;
  NodeFiles& files_;
  Survey survey_;
  bool is_below_directory_ = false;     // the FILE at hand
  std::set<FileId> lone_;               // the FILEs
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
    return std::ranges::any_of(
        all, [](const Finding& finding) { return finding.severity == Severity::error; });
  };
  return has_error(findings) ||
         std::ranges::any_of(files, [&](const auto& file) { return has_error(file.fix.findings); });
}

void add_unit(std::vector<std::string>& units, const std::string& unit) {
  if (!unit.empty() && std::ranges::find(units, unit) == units.end()) {
    units.push_back(unit);
  }
}

Survey survey(const Options& options, const RootReader& reader, NodeFiles& files) {
  return Surveyor(options, reader, files).run();
}

}  // namespace katafix::cli
