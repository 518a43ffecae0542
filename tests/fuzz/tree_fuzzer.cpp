// Holds discover() and plan_tree() against their promises, on any node. The input is a text that
// read_node() makes a node of.

#include "katafix/engine/kata_rules.hpp"

#include "glob_promises.hpp"
#include "mutator.hpp"
#include "node/discovery.hpp"
#include "node/tree_plan.hpp"
#include "node_text.hpp"
#include "plan_promises.hpp"
#include "promise.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

namespace katafix::fuzz {

namespace {

/// One engine's files, and what is planned for them.
struct Planned {
  EngineTree tree;
  std::vector<Release> releases;
  TreePlan plan;
};

std::vector<Planned> plan_node(NodeFiles& files, const NodeText& text) {
  const auto releases = [&](Engine engine) {
    return engine == Engine::crio || text.releases.empty() ? known_releases(engine) : text.releases;
  };
  DiscoveryOptions options;
  options.containerd = releases(Engine::containerd);
  std::vector<Planned> all;
  for (EngineTree& tree : discover(files, options)) {
    TreePlan plan = plan_tree(files, tree, releases(tree.engine), {});
    all.push_back({std::move(tree), releases(tree.engine), std::move(plan)});
  }
  return all;
}

template <class Predicate>
bool any_finding(const TreePlan& plan, const Predicate& holds) {
  return std::any_of(plan.findings.begin(), plan.findings.end(), holds) ||
         std::any_of(plan.files.begin(), plan.files.end(), [&](const PlannedFile& file) {
           return std::any_of(file.fix.findings.begin(), file.fix.findings.end(), holds);
         });
}

bool is_trouble(const TreePlan& plan) {
  return any_finding(plan,
                     [](const Finding& finding) { return finding.severity == Severity::error; });
}

/// Does a warning or an error name the handler?
bool is_told(const TreePlan& plan, const std::string& handler) {
  return any_finding(plan, [&](const Finding& finding) {
    const std::string message = finding.message + ' ';
    return finding.severity != Severity::info &&
           (message.find("handler " + handler + ' ') != std::string::npos ||
            message.find("handler " + handler + ',') != std::string::npos);
  });
}

/// By the rules alone; what CRI-O's inherit_default_runtime gives is looked up.
bool is_kata(const Effective& view, std::string_view name) {
  const std::string_view from =
      view.handlers.at(name).inherits_default ? view.default_runtime : name;
  const ViewedHandler* const handler = view.handlers.find(from);
  return handler != nullptr && judge(view.engine, from, *handler, {}).has_value();
}

bool has_flag(const Effective& view, std::string_view name) {
  const ViewedHandler* const handler = view.handlers.find(name);
  return handler != nullptr && handler->flag;
}

/// Does it say at all what it runs? Where it does not, one file's evidence is all there is.
bool has_identity(const ViewedHandler& handler) {
  return !handler.are_empty() || handler.inherits_default;
}

/// The handlers that some release sees as Kata: one that does not know the key which shows it
/// proves nothing.
std::set<std::string> kata_handlers(const std::vector<Effective>& views) {
  std::set<std::string> kata;
  for (const Effective& view : views) {
    for (const auto& [name, handler] : view.handlers.all()) {
      if (is_kata(view, name)) {
        kata.emplace(name);
      }
    }
  }
  return kata;
}

/// What a release sees once the edits are made.
void check_view(const TreePlan& plan, const Effective& before, const Effective& after,
                const std::set<std::string>& kata) {
  for (const auto& [viewed, handler] : after.handlers.all()) {
    const std::string name(viewed);
    const std::string detail = name + " in " + after.releases.front().name;
    if (is_kata(after, name)) {
      promise(handler->flag || is_told(plan, name),
              "each Kata handler that a release sees gets the flag, or is told of", detail);
    } else if (handler->flag && has_identity(*handler) && before.accepted() && !is_trouble(plan)) {
      promise(has_flag(before, name) || kata.contains(name), "no other handler gains the flag",
              detail);
    }
  }
}

/// The files with their edits, as a run would leave them.
std::map<FileId, std::shared_ptr<const Source>> edited(const std::vector<Planned>& all) {
  std::map<FileId, std::shared_ptr<const Source>> edited;
  for (const Planned& planned : all) {
    for (const PlannedFile& file : planned.plan.files) {
      if (file.is_changed() && !is_left_alone(file.place.role)) {
        edited.emplace(file.file->id, file.fix.after);
      }
    }
  }
  return edited;
}

bool has_release(const Effective& view, const Release& release) {
  return std::any_of(view.releases.begin(), view.releases.end(),
                     [&](const Release& one) { return one.version == release.version; });
}

void check_tree(NodeFiles& after, const Planned& planned) {
  const TreePlan& plan = planned.plan;
  for (const PlannedFile& file : plan.files) {
    if (file.file->document && !is_left_alone(file.place.role)) {
      check_plan(*file.file->document, file.fix, plan.findings);
    }
  }
  const std::vector<Effective> views = view_tree(after, planned.tree, planned.releases);
  const std::set<std::string> kata = kata_handlers(views);
  bool accepted = views.empty();
  for (const Effective& view : views) {
    const auto before =
        std::find_if(plan.effective.begin(), plan.effective.end(),
                     [&](const Effective& one) { return has_release(one, view.releases.front()); });
    promise(before != plan.effective.end(), "each release is asked");
    check_view(plan, *before, view, kata);
    accepted = accepted || view.accepted();
  }
  const bool are_known = std::none_of(planned.releases.begin(), planned.releases.end(),
                                      [](const Release& release) { return release.is_newer; });
  promise(accepted || !are_known || is_trouble(plan),
          "a node that all releases refuse is trouble, when they are known");
}

void check_node(NodeFiles& files, const NodeText& text) {
  const std::vector<Planned> all = plan_node(files, text);
  NodeFiles after(files, edited(all));
  for (const Planned& planned : all) {
    check_tree(after, planned);
  }
  if (std::none_of(all.begin(), all.end(),
                   [](const Planned& planned) { return is_trouble(planned.plan); })) {
    for (const Planned& again : plan_node(after, text)) {
      for (const PlannedFile& file : again.plan.files) {
        promise(!file.is_changed() || is_left_alone(file.place.role), "a second run plans nothing",
                file.path);
      }
    }
  }
}

}  // namespace

const Writer kWriter = write_node_lines;

}  // namespace katafix::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  katafix::test::FakeNode node;
  const std::string bytes(data, data + size);
  const katafix::fuzz::NodeText text = katafix::fuzz::read_node(bytes, node);
  for (const std::string& glob : text.globs) {
    katafix::fuzz::check_glob(node, glob);
  }
  katafix::NodeFiles files(node);
  katafix::fuzz::check_node(files, text);
  return 0;
}
