#include "tree_findings.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace katafix {

namespace {

/// Which file gives a handler to the rendered one, and has its flag in the end.
class Sources {
 public:
  Sources(const EngineTree& tree, const std::vector<PlannedFile>& files) {
    const bool has_new_template = std::any_of(
        files.begin(), files.end(),
        [](const PlannedFile& file) { return file.path.ends_with("/config-v3.toml.tmpl"); });
    for (const PlannedFile& file : files) {
      if (file.place.role != Role::generated) {
        for (const HandlerReport& handler : file.fix.handlers) {
          lasting_.insert(handler.name);
        }
      }
      // k3s' older template is dead beside the newer one; k0s and bashible merge drop-ins
      // themselves.
      const bool is_dead = has_new_template && file.path.ends_with("/config.toml.tmpl");
      if ((file.place.role == Role::go_template && !is_dead) ||
          (file.place.role == Role::drop_in &&
           (tree.distribution == "k0s" || tree.distribution == "deckhouse"))) {
        add(file);
      }
    }
  }

  /// Has a file the handler that nobody makes anew?
  [[nodiscard]] bool is_lasting(const std::string& handler) const {
    return lasting_.contains(handler);
  }

  [[nodiscard]] const std::string* find(const std::string& handler) const {
    const auto found = files_.find(handler);
    return found == files_.end() ? nullptr : &found->second;
  }

 private:
  void add(const PlannedFile& file) {
    for (const HandlerReport& handler : file.fix.handlers) {
      if (handler.kata && handler.action != Action::refuse && handler.action != Action::skip) {
        files_.emplace(handler.name, file.path);
      }
    }
  }

  std::map<std::string, std::string> files_;
  std::set<std::string> lasting_;
};

/// Does every release that sees the handler see its flag?
bool is_right_once_merged(const HandlerId& id, const std::vector<Effective>& after) {
  std::size_t seen = 0;
  for (const Effective& view : after) {
    const auto handler = view.handlers.find(id.name);
    if (view.engine != id.engine) {
      continue;
    }
    if (handler != view.handlers.end() && !handler->second.flag) {
      return false;
    }
    seen += handler != view.handlers.end() ? 1U : 0U;
  }
  return seen > 0;
}

/// Tells of handlers that are right, and only in a file that is made anew of others. (Of a FILE
/// alone these are not in view.)
void tell_of_lost(const EngineTree& tree, const PlannedFile& file, const Sources& sources,
                  std::vector<Finding>& findings) {
  for (const HandlerReport& handler : file.fix.handlers) {
    if (!tree.is_lone && file.place.role == Role::generated && handler.kata &&
        handler.action == Action::none && !sources.is_lasting(handler.name)) {
      findings.push_back(
          finding_on_line(Code::generated_file, Severity::warning, *file.file->source, handler.line,
                          "the Kata handler " + handler.name +
                              " is in this generated file alone: it is gone when that is made anew",
                          file.place.instead));
    }
  }
}

}  // namespace

std::vector<Finding> explain_left_alone(const EngineTree& tree, std::vector<PlannedFile>& files,
                                        const std::vector<Effective>& after,
                                        std::set<HandlerId>& explained) {
  const Sources sources(tree, files);
  std::vector<Finding> findings;
  for (PlannedFile& file : files) {
    if (!is_left_alone(file.place.role)) {
      continue;
    }
    tell_of_lost(tree, file, sources, findings);
    for (HandlerReport& handler : file.fix.handlers) {
      if (!handler.is_edited()) {
        continue;
      }
      const std::string* const source =
          file.place.role == Role::generated ? sources.find(handler.name) : nullptr;
      if (source != nullptr) {
        const bool by_bashible = tree.distribution == "deckhouse";
        handler.reason = "to be made anew from " + *source;
        findings.push_back(finding_on_line(
            Code::generated_file, Severity::warning, *file.file->source, handler.line,
            "the Kata handler " + handler.name +
                " lacks the flag in this generated file, which is made anew from " + *source +
                (by_bashible ? " by bashible" : " at each start"),
            by_bashible ? "once that one is right, wait for bashible's next run"
                        : "once that one is right: " + restart_command(file.place.unit)));
      } else if (is_right_once_merged(handler.id(), after)) {
        handler.reason = "right once all files are merged";
      } else {
        continue;
      }
      handler.action = Action::none;
      explained.insert(handler.id());
    }
    leave_alone(file);
  }
  return findings;
}

}  // namespace katafix
