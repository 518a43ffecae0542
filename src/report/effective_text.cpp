#include "effective_text.hpp"

#include "katafix/text/quote.hpp"

#include "columns.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace katafix {

namespace {

/// What a release sees: the handler, what it runs, its flag, and the place that decides.
using Sight = std::tuple<Engine, std::string, std::string, std::string, std::string>;

std::string runs(const ViewedHandler& handler) {
  if (handler.inherits_default) {
    return "as the default handler";
  }
  if (handler.runtime_path.empty()) {
    return handler.runtime_type.empty() ? "nothing that is named" : handler.runtime_type;
  }
  return handler.runtime_path;
}

std::string decided_by(const ViewedHandler& handler) {
  return handler.decided_by
             ? handler.decided_by->file + ":" + std::to_string(handler.decided_by->line)
             : "built in";
}

/// The sights, each with the releases that have it.
std::map<Sight, std::vector<std::string>> sights(const std::vector<Effective>& views) {
  std::map<Sight, std::vector<std::string>> found;
  const auto add = [&](Sight sight, const Effective& view) {
    std::vector<std::string>& releases = found[std::move(sight)];
    // Two trees of one engine may give the same.
    if (std::find(releases.begin(), releases.end(), view.version) == releases.end()) {
      releases.push_back(view.version);
    }
  };
  for (const Effective& view : views) {
    if (!view.accepted()) {
      add({view.engine, "-", "refuses the config", "-", view.reason()}, view);
    }
    for (const auto& [name, handler] : view.handlers) {
      add({view.engine, name, runs(handler), handler.flag ? "true" : "false", decided_by(handler)},
          view);
    }
  }
  return found;
}

}  // namespace

std::string effective_text(const std::vector<Effective>& views, Color color) {
  if (views.empty()) {
    return "";
  }
  std::vector<Row> rows{{{{"HANDLER", Style::bold},
                          {"AS SEEN BY", Style::bold},
                          {"RUNS", Style::bold},
                          {"FLAG", Style::bold},
                          {"DECIDED BY", Style::bold}}}};
  for (const auto& [sight, releases] : sights(views)) {
    const auto& [engine, name, runtime, flag, place] = sight;
    std::string who(engine_name(engine));
    for (const std::string& release : releases) {
      who += (release == releases.front() ? " " : ", ") + release;
    }
    rows.push_back(
        {{{printable(name)}, {printable(who)}, {printable(runtime)}, {flag}, {printable(place)}}});
  }
  return render(rows, color);
}

}  // namespace katafix
