#include "katafix/node/tree_plan.hpp"

#include "knowledge.hpp"
#include "refusals.hpp"
#include "second_look.hpp"
#include "tree_warnings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace katafix {

namespace {

class TreePlanner {
 public:
  TreePlanner(NodeFiles& files, const EngineTree& tree, const std::vector<std::string>& releases,
              const Selection& selection)
      : files_(files), tree_(tree), releases_(releases), selection_(selection) {}

  TreePlan run() && {
    plan_.findings = tree_.findings;
    plan_.effective = view_tree(files_, tree_, releases_);
    own_ = own_evidence(files_, tree_, selection_);
    plan_files();
    for (PlannedFile& planned : plan_.files) {
      if (is_left_alone(planned.place.role)) {
        explain_rendered(planned);
        leave_alone(planned);
      }
    }
    look_again();
    return std::move(plan_);
  }

 private:
  /// Each file once, whatever links lead to it.
  void plan_files() {
    const FixOptions options{tree_.engine, selection_,
                             known_handlers(own_, plan_.effective, selection_)};
    std::set<FileId> seen;
    for (const TreeFile& tree_file : tree_.files) {
      const LoadedFile& file = files_.load(tree_file.path);
      if (file.source == nullptr || seen.insert(file.id).second) {
        plan_.files.push_back(
            plan_file(files_.reader(), file, tree_file.place, options,
                      {tree_file.place.role == Role::main,
                       releases_.size() == 1 ? releases_ : std::vector<std::string>{}}));
      }
    }
  }

  /// The file of the tree that gives a handler to the rendered one, and has its flag in the end.
  [[nodiscard]] const PlannedFile* template_of(const std::string& name) const {
    const auto found =
        std::find_if(plan_.files.begin(), plan_.files.end(), [&](const PlannedFile& planned) {
          return !is_left_alone(planned.place.role) &&
                 std::any_of(planned.fix.handlers.begin(), planned.fix.handlers.end(),
                             [&](const HandlerReport& handler) {
                               return handler.name == name && handler.kata &&
                                      handler.action != Action::refuse &&
                                      handler.action != Action::skip;
                             });
        });
    return found == plan_.files.end() ? nullptr : &*found;
  }

  /// A handler of a generated file whose template is edited, or right already, only waits for the
  /// next start.
  void explain_rendered(PlannedFile& planned) {
    if (planned.place.role != Role::generated) {
      return;
    }
    for (HandlerReport& handler : planned.fix.handlers) {
      const bool lacks = handler.action == Action::insert || handler.action == Action::replace;
      const PlannedFile* const from = lacks ? template_of(handler.name) : nullptr;
      if (from == nullptr) {
        continue;
      }
      handler.action = Action::none;
      handler.reason = "to be made anew from " + from->path;
      explained_.insert(handler.name);
      const Source& source = *planned.file->source;
      plan_.findings.push_back({Code::generated_file,
                                Severity::warning,
                                planned.path,
                                {handler.line, 1},
                                "the Kata handler " + handler.name +
                                    " lacks the flag in this generated file, which is made anew "
                                    "from " +
                                    from->path + " at each start",
                                "restart " + planned.place.unit + " once that one is right",
                                std::string(source.text(source.line(handler.line)))});
    }
  }

  void look_again() {
    std::map<FileId, std::string> edited;
    for (const PlannedFile& planned : plan_.files) {
      if (planned.is_changed()) {
        edited.emplace(planned.file->id, planned.fix.fixed);
      }
      for (const HandlerReport& handler : planned.fix.handlers) {
        if (handler.action == Action::refuse) {
          explained_.insert(handler.name);
        }
      }
    }
    if (edited.empty()) {
      judge(plan_.effective);
      return;
    }
    NodeFiles after(files_, std::move(edited));
    judge(view_tree(after, tree_, releases_));
  }

  void judge(const std::vector<Effective>& after) {
    take(refusals(files_, tree_, plan_.effective, after));
    take(second_look(files_, plan_.effective, after, explained_, selection_));
    take(tree_warnings(files_, tree_, own_, plan_.effective, after));
  }

  void take(std::vector<Finding> findings) {
    std::copy_if(std::make_move_iterator(findings.begin()), std::make_move_iterator(findings.end()),
                 std::back_inserter(plan_.findings),
                 [this](const Finding& finding) { return !is_told(finding); });
  }

  /// What is wrong with a line of a file says more than what an engine makes of it.
  [[nodiscard]] bool is_told(const Finding& finding) const {
    if (finding.code != Code::engine_refuses && finding.code != Code::all_devices_allowed &&
        finding.code != Code::table_ignored) {
      return false;
    }
    const auto tells = [&](const Finding& one) {
      return one.severity >= finding.severity && one.file == finding.file &&
             one.at.line == finding.at.line;
    };
    return std::any_of(plan_.findings.begin(), plan_.findings.end(), tells) ||
           std::any_of(plan_.files.begin(), plan_.files.end(), [&](const PlannedFile& planned) {
             return std::any_of(planned.fix.findings.begin(), planned.fix.findings.end(), tells);
           });
  }

  NodeFiles& files_;
  const EngineTree& tree_;
  const std::vector<std::string>& releases_;
  const Selection& selection_;
  std::map<std::string, OwnEvidence> own_;
  std::set<std::string> explained_;
  TreePlan plan_;
};

}  // namespace

std::vector<std::string> all_generations(Engine engine) {
  return engine == Engine::containerd
             ? std::vector<std::string>{"1.3", "1.6", "1.7", "2.0", "2.1", "2.2", "2.3"}
             : std::vector<std::string>{"1.18", "1.24", "1.30", "main"};
}

std::vector<Effective> view_tree(NodeFiles& files, const EngineTree& tree,
                                 const std::vector<std::string>& releases) {
  std::vector<Effective> views;
  if (!tree.is_viewed) {
    return views;
  }
  std::transform(releases.begin(), releases.end(), std::back_inserter(views),
                 [&](const std::string& release) {
                   return tree.engine == Engine::containerd
                              ? containerd_effective(files, tree.main, release)
                              : crio_effective(files, tree.main, tree.drop_ins, release);
                 });
  return views;
}

TreePlan plan_tree(NodeFiles& files, const EngineTree& tree,
                   const std::vector<std::string>& releases, const Selection& selection) {
  return TreePlanner(files, tree, releases, selection).run();
}

}  // namespace katafix
