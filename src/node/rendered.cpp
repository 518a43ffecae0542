#include "tree_findings.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace katafix {

namespace {

/// The handlers that a file has which nobody makes anew.
std::set<std::string> lasting_handlers(const std::vector<PlannedFile>& files) {
  std::set<std::string> lasting;
  for (const PlannedFile& file : files) {
    if (file.place.role != Role::generated) {
      for (const HandlerReport& handler : file.fix.handlers) {
        lasting.insert(handler.name);
      }
    }
  }
  return lasting;
}

/// Which file gives a handler to the rendered one, and has its flag in the end.
std::map<std::string, std::string> sources_of_handlers(const EngineTree& tree,
                                                       const std::vector<PlannedFile>& files) {
  // k3s' older template is dead beside the newer one; k0s and bashible merge drop-ins themselves.
  const bool has_new_template = std::ranges::any_of(
      files, [](const PlannedFile& file) { return file.path.ends_with("/config-v3.toml.tmpl"); });
  const bool merges = tree.distribution == "k0s" || tree.distribution == "deckhouse";
  std::map<std::string, std::string> sources;
  for (const PlannedFile& file : files) {
    const Role role = file.place.role;
    const bool is_dead = has_new_template && file.path.ends_with("/config.toml.tmpl");
    if (!(role == Role::go_template && !is_dead) && !(role == Role::drop_in && merges)) {
      continue;
    }
    for (const HandlerReport& handler : file.fix.handlers) {
      if (handler.kata && handler.action != Action::refuse && handler.action != Action::skip) {
        sources.emplace(handler.name, file.path);
      }
    }
  }
  return sources;
}

/// Does every release that sees the handler see its flag?
bool is_right_once_merged(const HandlerId& id, const std::vector<Effective>& after) {
  std::size_t seen = 0;
  for (const Effective& view : after) {
    const ViewedHandler* const handler = view.handlers.find(id.name);
    if (view.engine != id.engine || handler == nullptr) {
      continue;
    }
    if (!handler->flag) {
      return false;
    }
    ++seen;
  }
  return seen > 0;
}

/// Tells of handlers that are right, and only in a file that is made anew of others. (Of a FILE
/// alone these are not in view.)
void tell_of_lost(const EngineTree& tree, const PlannedFile& file,
                  const std::set<std::string>& lasting, std::vector<Finding>& findings) {
  for (const HandlerReport& handler : file.fix.handlers) {
    if (!tree.is_lone && file.place.role == Role::generated && handler.kata &&
        handler.action == Action::none && !lasting.contains(handler.name)) {
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
  const std::set<std::string> lasting = lasting_handlers(files);
  const std::map<std::string, std::string> sources = sources_of_handlers(tree, files);
  std::vector<Finding> findings;
  for (PlannedFile& file : files) {
    if (!is_left_alone(file.place.role)) {
      continue;
    }
    tell_of_lost(tree, file, lasting, findings);
    for (HandlerReport& handler : file.fix.handlers) {
      if (!handler.is_edited()) {
        continue;
      }
      const auto source = sources.find(handler.name);
      if (file.place.role == Role::generated && source != sources.end()) {
        const bool by_bashible = tree.distribution == "deckhouse";
        handler.reason =
            "to be made anew from " + source->second.substr(source->second.rfind('/') + 1);
        findings.push_back(finding_on_line(
            Code::generated_file, Severity::warning, *file.file->source, handler.line,
            "the Kata handler " + handler.name +
                " lacks the flag in this generated file, which is made anew from " +
                source->second + (by_bashible ? " by bashible" : " at each start"),
            by_bashible ? "once that one is right, wait for bashible's next run"
                        : "once that one is right, the next start of " + file.place.unit +
                              " mends this one"));
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
