#include "tree_plan.hpp"

#include "rancher.hpp"
#include "text/append.hpp"
#include "tree_findings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace katafix {

namespace {

class TreePlanner {
 public:
  TreePlanner(NodeFiles& files, const EngineTree& tree, const std::vector<Release>& releases,
              const PlanOptions& options)
      : files_(files),
        tree_(tree),
        releases_(releases),
        selection_(options.selection),
        purpose_(options.purpose) {}

  TreePlan run() && {
    plan_.findings = tree_.findings;
    tell_of_newer_releases();
    plan_.effective = view_tree(files_, tree_, releases_);
    std::set<HandlerId> others;
    if (!tree_.is_lone || !plan_.effective.empty()) {  // else there is nobody to be told
      own_ = own_evidence(files_, tree_, selection_, others);
    }
    FixOptions options;
    if (!tree_.is_of_both) {
      options.engine = tree_.engine;
      options.is_loaded = !tree_.is_lone;
    }
    options.selection = selection_;
    options.known = known_handlers(own_, others, plan_.effective, selection_);
    plan_files(options);
    look_after();
    if (has_changes()) {
      options.conflicting = conflicting_handlers(facts());
    }
    if (!options.conflicting.empty()) {
      plan_files(options);
      look_after();
      tell_of_conflicts(options.conflicting);
    }
    judge();
    show_strays(options);
    join_same(plan_.effective);
    return std::move(plan_);
  }

 private:
  /// Each file once, whatever links lead to it.
  void plan_files(const FixOptions& options) {
    plan_.files.clear();
    std::set<FileId> seen;
    LintContext context = lint_context();
    for (const TreeFile& tree_file : tree_.files) {
      const LoadedFile& file = files_.load(tree_file.path);
      if (file.source == nullptr || seen.insert(file.id).second) {
        const Role role = tree_file.place.role;
        context.is_main = !tree_.is_lone && role == Role::main;
        context.is_loaded = !tree_.is_lone && role != Role::generated;
        context.is_viewed =
            !tree_.is_lone && (role != Role::go_template ||
                               (file.document && template_version(*file.document, file.path)));
        plan_.files.push_back(
            plan_file(files_.reader(), file, tree_file.place, options, context, purpose_));
      }
    }
  }

  /// What the engine does not load is told with all that will be wrong once it does.
  void show_strays(const FixOptions& options) {
    if (tree_.strays.empty()) {
      return;
    }
    const LintContext context = lint_context();
    std::set<FileId> loaded;
    for (const PlannedFile& planned : plan_.files) {
      loaded.insert(planned.file->id);
    }
    for (const TreeFile& stray : tree_.strays) {
      const LoadedFile& file = files_.load(stray.path);
      if (!loaded.insert(file.id).second) {
        continue;  // by another name
      }
      PlannedFile planned =
          plan_file(files_.reader(), file, stray.place, options, context, Purpose::report);
      set_aside(planned);
      if (auto told = not_loaded(facts(), planned)) {
        plan_.findings.push_back(*std::move(told));
        plan_.files.push_back(std::move(planned));
      }
    }
  }

  [[nodiscard]] LintContext lint_context() const {
    LintContext context;
    context.skip = selection_.skip;
    std::ranges::copy_if(releases_, std::back_inserter(context.releases),
                         [](const Release& one) { return one.engine == Engine::containerd; });
    if (context.releases.size() > 1) {  // it is not known which of them reads the files
      context.releases.clear();
    }
    return context;
  }

  void tell_of_newer_releases() {
    for (const Release& release : releases_) {
      if (release.is_newer) {
        plan_.findings.push_back(finding_on_file(Code::newer_release, Severity::warning, tree_.main,
                                                 std::string(engine_name(release.engine)) + " " +
                                                     release.name +
                                                     " is newer than all releases that katafix "
                                                     "knows: it is judged as the newest of them",
                                                 "look for a newer katafix"));
      }
    }
  }

  /// Looks once more, at the tree as it would be with the edits of the files that may be edited.
  /// The new bytes are proved to be the old tree with these flags.
  void look_after() {
    SetFlags flags;
    for (const PlannedFile& planned : plan_.files) {
      if (planned.is_changed() && !is_left_alone(planned.place.role)) {
        flags.emplace(planned.file->id, &planned.fix.paths);
      }
    }
    after_.reset();
    if (!flags.empty()) {
      after_ = view_tree(files_, tree_, releases_, flags);
    }
  }

  /// What the releases see then.
  [[nodiscard]] const std::vector<Effective>& after() const {
    return after_ ? *after_ : plan_.effective;
  }

  [[nodiscard]] TreeFacts facts() const {
    return {files_, tree_, selection_, own_, plan_.files, plan_.effective, after()};
  }

  [[nodiscard]] bool has_changes() const {
    return std::ranges::any_of(plan_.files, &PlannedFile::is_changed);
  }

  void tell_of_conflicts(const std::set<HandlerId>& ids) {
    for (const PlannedFile& planned : plan_.files) {
      for (const HandlerReport& handler : planned.fix.handlers) {
        if (handler.action == Action::refuse && ids.contains(handler.id())) {
          plan_.findings.push_back(finding_on_line(
              Code::not_effective, Severity::error, *planned.file->source, handler.line,
              "the flag would go to the handler " + handler.name +
                  ", which is Kata here, but runs something else once all files are merged",
              "let one file define the handler, or leave it alone with --skip " + handler.name));
        }
      }
    }
  }

  void judge() {
    std::set<HandlerId> explained;
    remember(plan_.findings);
    take(explain_left_alone(tree_, plan_.files, after(), explained));
    for (const PlannedFile& planned : plan_.files) {
      remember(planned.fix.findings);
      if (planned.fix.handlers.empty()) {
        explain_all(*planned.file, explained);
      }
      for (const HandlerReport& handler : planned.fix.handlers) {
        if (handler.action == Action::refuse) {
          explained.insert(handler.id());
        }
      }
    }
    take(refusals(facts()));
    take(second_look(facts(), explained));
    if (!tree_.is_part) {
      take(tree_warnings(facts(), explained));
      take(stray_files(facts()));
    }
    for (const PlannedFile& planned : plan_.files) {
      if (!tree_.is_lone && planned.place.role == Role::go_template) {
        take(template_warnings(facts(), planned, releases_));
      }
    }
  }

  /// Of a file that is refused as a whole no handler needs another word.
  static void explain_all(const LoadedFile& file, std::set<HandlerId>& explained) {
    if (!file.document) {
      return;
    }
    try {
      for (const Engine engine : {Engine::containerd, Engine::crio}) {
        for (const Definition& handler : file.handlers().of(engine).handlers) {
          explained.insert(handler.id());
        }
      }
    } catch (const Error&) {
      return;  // too many to be found
    }
  }

  /// Findings of one kind do not hide each other.
  void take(std::vector<Finding> findings) {
    std::erase_if(findings, [this](const Finding& finding) { return is_told(finding); });
    remember(findings);
    append(plan_.findings, std::move(findings));
  }

  /// What is wrong with a line of a file by itself says more than what an engine makes of it.
  [[nodiscard]] bool is_told(const Finding& finding) const {
    if (finding.code != Code::engine_refuses && finding.code != Code::all_devices_allowed &&
        finding.code != Code::table_ignored && finding.code != Code::cri_disabled &&
        finding.code != Code::too_large) {
      return false;
    }
    const auto told = told_.find({finding.file, finding.at.line});
    return told != told_.end() && told->second >= finding.severity;
  }

  void remember(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
      Severity& worst = told_[{finding.file, finding.at.line}];
      worst = std::max(worst, finding.severity);
    }
  }

  NodeFiles& files_;
  const EngineTree& tree_;
  const std::vector<Release>& releases_;
  const Selection& selection_;
  Purpose purpose_;
  std::map<HandlerId, OwnEvidence> own_;
  TreePlan plan_;
  std::optional<std::vector<Effective>> after_;                   // where anything is planned
  std::map<std::pair<std::string, std::size_t>, Severity> told_;  // the worst of each line
};

}  // namespace

TreePlan plan_tree(NodeFiles& files, const EngineTree& tree, const std::vector<Release>& releases,
                   const PlanOptions& options) {
  return TreePlanner(files, tree, releases, options).run();
}

}  // namespace katafix
