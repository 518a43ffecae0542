#include "notices.hpp"
#include "text/append.hpp"
#include "tree_findings.hpp"

#include <algorithm>
#include <map>

namespace katafix {

namespace {

bool had_flag(const Effective& view, std::string_view name) {
  const ViewedHandler* const handler = view.handlers.find(name);
  return handler != nullptr && handler->flag;
}

Notice still_lacking(const std::string& name, const Origin& place, const Effective& view) {
  if (!view.releases.front().rules->knows_flag) {
    return {Code::not_effective, place.file(), place.line(),
            "this release knows no privileged_without_host_devices, which the Kata handler " +
                name + " needs",
            "upgrade to CRI-O 1.17 or later"};
  }
  return {Code::not_effective, place.file(), place.line(),
          "the Kata handler " + name + " would still lack the flag in the end",
          "this line decides it, and katafix cannot change it: write "
          "privileged_without_host_devices = true here by hand"};
}

/// How many releases see a handler as Kata, and what is said of it by those that do not get it.
struct Seen {
  std::size_t by = 0;
  Notices lacking;
};

}  // namespace

std::set<HandlerId> conflicting_handlers(const TreeFacts& facts) {
  std::set<HandlerId> conflicting;
  std::set<HandlerId> kata;
  for (std::size_t index = 0; index < facts.after.size(); ++index) {
    const Effective& before = facts.before[index];
    const Effective& view = facts.after[index];
    for (const auto& [name, handler] : view.handlers.all()) {
      if (judge_merged(view, name, facts.selection)) {
        kata.insert({view.engine, std::string(name)});
      } else if (handler->flag && has_identity(*handler) && before.accepted() &&
                 !had_flag(before, name)) {
        conflicting.insert({view.engine, std::string(name)});
      }
    }
  }
  // A release that does not know the key which shows it to be Kata proves nothing.
  std::erase_if(conflicting, [&](const HandlerId& id) { return kata.contains(id); });
  return conflicting;
}

std::vector<Finding> second_look(const TreeFacts& facts, const std::set<HandlerId>& explained) {
  std::map<HandlerId, Seen> seen;
  for (const Effective& view : facts.after) {
    for (const auto& [name, handler] : view.handlers.all()) {
      if (handler->flag) {
        continue;
      }
      const HandlerId id{view.engine, std::string(name)};
      if (!explained.contains(id) && judge_merged(view, name, facts.selection)) {
        seen[id].lacking.add(still_lacking(id.name, handler->decided_by(), view), view);
      }
    }
  }
  for (auto& [id, kata] : seen) {
    kata.by = static_cast<std::size_t>(
        std::ranges::count_if(facts.after, [&, &name = id.name](const Effective& view) {
          return view.handlers.contains(name) && judge_merged(view, name, facts.selection);
        }));
  }
  std::vector<Finding> findings;
  for (const auto& [id, kata] : seen) {
    append(findings,
           kata.lacking.findings(facts.files, [by = kata.by](const Notice&, std::size_t views) {
             return views == by ? Severity::error : Severity::warning;
           }));
  }
  return findings;
}

}  // namespace katafix
