#include "second_look.hpp"

#include "katafix/engine/crio_release.hpp"
#include "katafix/node/files.hpp"

#include "knowledge.hpp"
#include "notices.hpp"

#include <iterator>
#include <map>

namespace katafix {

namespace {

bool had_flag(const Effective& view, const std::string& name) {
  const auto handler = view.handlers.find(name);
  return handler != view.handlers.end() && handler->second.flag;
}

/// Lines are those of the files as they are, where they have them.
DecidedBy place_of(const std::string& name, const Effective& before, const Effective& after) {
  const auto handler = before.handlers.find(name);
  const EffectiveHandler& found =
      handler == before.handlers.end() ? after.handlers.at(name) : handler->second;
  return found.decided_by.value_or(DecidedBy{});
}

Notice still_lacking(const std::string& name, const DecidedBy& place, const Effective& view) {
  if (view.engine == Engine::crio && !CrioRelease(view.version).since(16, 2)) {
    return {Code::not_effective, place.file, place.line,
            "this release knows no privileged_without_host_devices, which the Kata handler " +
                name + " needs",
            "upgrade to CRI-O 1.17 or later"};
  }
  return {Code::not_effective, place.file, place.line,
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

std::set<std::string> conflicting_handlers(const std::vector<Effective>& before,
                                           const std::vector<Effective>& after,
                                           const Selection& selection) {
  std::set<std::string> conflicting;
  std::set<std::string> kata;
  for (std::size_t index = 0; index < after.size(); ++index) {
    for (const auto& [name, handler] : after[index].handlers) {
      if (judge_merged(after[index], name, selection)) {
        kata.insert(name);
      } else if (handler.flag && has_identity(handler) && before[index].accepted() &&
                 !had_flag(before[index], name)) {
        conflicting.insert(name);
      }
    }
  }
  // A release that does not know the key which shows it to be Kata proves nothing.
  std::erase_if(conflicting, [&](const std::string& name) { return kata.contains(name); });
  return conflicting;
}

std::vector<Finding> second_look(NodeFiles& files, const std::vector<Effective>& before,
                                 const std::vector<Effective>& after,
                                 const std::set<std::string>& explained,
                                 const Selection& selection) {
  std::map<std::string, Seen> seen;
  for (std::size_t index = 0; index < after.size(); ++index) {
    const Effective& view = after[index];
    for (const auto& [name, handler] : view.handlers) {
      if (explained.contains(name) || !judge_merged(view, name, selection)) {
        continue;
      }
      Seen& kata = seen[name];
      ++kata.by;
      if (!handler.flag) {
        kata.lacking.add(still_lacking(name, place_of(name, before[index], view), view),
                         view.version);
      }
    }
  }
  std::vector<Finding> findings;
  for (const auto& [name, kata] : seen) {
    std::vector<Finding> lacking = kata.lacking.findings(
        files, after.front().engine, [by = kata.by](const Notice&, std::size_t releases) {
          return releases == by ? Severity::error : Severity::warning;
        });
    std::move(lacking.begin(), lacking.end(), std::back_inserter(findings));
  }
  return findings;
}

}  // namespace katafix
