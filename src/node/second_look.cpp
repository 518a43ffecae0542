#include "second_look.hpp"

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

Notice still_lacking(const std::string& name, const DecidedBy& place) {
  return {Code::not_effective, place.file, place.line,
          "the Kata handler " + name + " would still lack the flag in the end",
          "this line decides it, and katafix cannot change it: write "
          "privileged_without_host_devices = true here by hand"};
}

Notice gained(const std::string& name, const DecidedBy& place) {
  return {Code::not_effective, place.file, place.line,
          "the flag would go to the handler " + name +
              ", which is Kata here, but runs something else once all files are merged",
          "let one file define the handler, or leave it alone with --skip " + name};
}

/// How many releases see a handler as Kata, and what is said of it by those that do not get it.
struct Seen {
  std::size_t by = 0;
  Notices lacking;
};

}  // namespace

std::vector<Finding> second_look(NodeFiles& files, const std::vector<Effective>& before,
                                 const std::vector<Effective>& after,
                                 const std::set<std::string>& explained,
                                 const Selection& selection) {
  std::map<std::string, Seen> seen;
  Notices wrong;
  for (std::size_t index = 0; index < after.size(); ++index) {
    const Effective& view = after[index];
    for (const auto& [name, handler] : view.handlers) {
      if (explained.contains(name)) {
        continue;
      }
      if (judge_merged(view, name, selection)) {
        Seen& kata = seen[name];
        ++kata.by;
        if (!handler.flag) {
          kata.lacking.add(still_lacking(name, place_of(name, before[index], view)), view.version);
        }
      } else if (handler.flag && has_identity(handler) && before[index].accepted &&
                 !had_flag(before[index], name)) {
        wrong.add(gained(name, place_of(name, before[index], view)), view.version);
      }
    }
  }
  if (after.empty()) {
    return {};
  }
  const Engine engine = after.front().engine;
  std::vector<Finding> findings =
      wrong.findings(files, engine, [](const Notice&, std::size_t) { return Severity::error; });
  for (const auto& [name, kata] : seen) {
    std::vector<Finding> lacking =
        kata.lacking.findings(files, engine, [by = kata.by](const Notice&, std::size_t releases) {
          return releases == by ? Severity::error : Severity::warning;
        });
    std::move(lacking.begin(), lacking.end(), std::back_inserter(findings));
  }
  return findings;
}

}  // namespace katafix
