#include "katafix/engine/kata_rules.hpp"

#include "lint_run.hpp"
#include "spelling.hpp"
#include "tables.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace katafix {

namespace {

/// A key that people write nearly right, and how many letters may be wrong in it: no other key of a
/// handler is as near, whichever engine's.
struct Meant {
  std::string_view key;
  std::string_view plain;  ///< as plain() has it
  std::size_t slips;
};

constexpr std::array kMeant = {Meant{kFlag, "privilegedwithouthostdevices", 2},
                               Meant{"runtime_type", "runtimetype", 1},
                               Meant{"runtime_path", "runtimepath", 1}};

/// A key without what people mix up: capitals, dashes and underscores.
std::string plain(std::string_view name) {
  std::string letters;
  for (const char byte : name) {
    if (byte != '_' && byte != '-') {
      letters += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    }
  }
  return letters;
}

bool looks_like(std::string_view name, const Meant& meant) {
  // Nobody slips in the first letter.
  if (name.empty() || (name.front() | 0x20) != meant.key.front()) {
    return false;
  }
  // Without its dashes and underscores, and with letters missing, it is so much shorter.
  if (name.size() > 2 * meant.key.size() || name.size() + meant.slips + 3 < meant.key.size()) {
    return false;
  }
  const std::string letters = plain(name);
  return letters.size() + meant.slips >= meant.plain.size() &&
         letters.size() <= meant.plain.size() + meant.slips &&
         edit_distance(letters, meant.plain) <= meant.slips;
}

/// The key that a name is nearly; null when there is none.
const Meant* meant_by(std::string_view name) {
  const auto* const found = std::find_if(
      kMeant.begin(), kMeant.end(), [&](const Meant& meant) { return looks_like(name, meant); });
  return found == kMeant.end() ? nullptr : found;
}

void tell_of_look_alike(LintRun& run, const Definition& handler, const Entry& entry,
                        const Meant& meant) {
  run.note(Code::look_alike_key, Severity::warning, entry.key(),
           "the handler " + handler.name + " has the key " + run.shown(entry) +
               ", which no engine knows",
           "write " + std::string(meant.key) + " if " + (meant.key == kFlag ? "the flag" : "that") +
               " is meant");
}

/// containerd pkg/cri/config/config.go ValidatePluginConfig @v1.7.0, internal/cri/config @v2.1.9:
/// CRI does not come up when one handler has the second key without the first.
void tell_of_all_devices(LintRun& run, const Definition& handler, const Entry& entry) {
  const bool is_kata = judge(handler, run.found, {}).kata == Kata::yes;
  run.note(Code::all_devices_allowed, is_kata ? Severity::info : Severity::warning, entry.key(),
           "the handler " + handler.name + " has " + std::string(kAllDevicesAllowed) +
               " without the flag: containerd since 1.7 then serves no CRI",
           is_kata ? "the flag, which a Kata handler needs anyway, cures it"
                   : "remove it, or set " + std::string(kFlag) + " = true too");
}

/// containerd removed these tables in 2.0: internal/cri/config/config.go ContainerdConfig @v2.0.0.
void tell_of_legacy(LintRun& run, const Definition& handler) {
  const bool is_kata = handler.has_identity() && judge(handler, run.found, {}).kata == Kata::yes;
  if (!run.releases.any({2, 0}) || (!is_kata && handler.flags.empty())) {
    return;
  }
  const bool is_new = handler.path.at(1) == kCriRuntime;
  const bool is_untrusted = handler.name == "untrusted_workload_runtime";
  run.note(Code::legacy_table,
           is_new || run.releases.all({2, 0}) ? Severity::warning : Severity::info, handler.key,
           std::string(is_new ? "no release of containerd" : "containerd 2 no longer") +
               " reads the table " + handler.name +
               (is_new ? " under " + std::string(kCriRuntime) : ""),
           is_untrusted ? "define the handler untrusted in the table runtimes"
                        : "define a handler in the table runtimes and name it in "
                          "default_runtime_name");
}

/// Keys of the table that has the handlers: a header put in above them has taken them from it.
bool is_of_the_table_above(std::string_view name, Engine engine) {
  // pkg/cri/config/config.go ContainerdConfig @v1.7.27 without what a handler may have, too;
  // cri-o pkg/config/config.go RuntimeConfig @v1.30.0, what people set.
  constexpr std::array<std::string_view, 6> containerd = {"default_runtime_name",
                                                          "disable_snapshot_annotations",
                                                          "discard_unpacked_layers",
                                                          "no_pivot",
                                                          "ignore_blockio_not_enabled_errors",
                                                          "ignore_rdt_not_enabled_errors"};
  constexpr std::array<std::string_view, 6> crio = {
      "default_runtime", "cgroup_manager", "conmon", "conmon_cgroup", "pids_limit", "log_level"};
  const auto& keys = engine == Engine::containerd ? containerd : crio;
  return std::any_of(keys.begin(), keys.end(),
                     [&](std::string_view key) { return same_in_any_case(name, key, engine); });
}

bool is_legacy(const Definition& handler) {
  return handler.engine == Engine::containerd && handler.path.size() == 4;
}

}  // namespace

void lint_handlers(LintRun& run) {
  const bool knows_all_devices = run.engine == Engine::containerd && run.releases.any({1, 7});
  for (const Definition& handler : run.found.handlers) {
    if (is_legacy(handler)) {
      tell_of_legacy(run, handler);
    }
    for (const Entry& entry : handler.table().entries()) {
      if (!run.is_certain(entry)) {
        continue;
      }
      if (is_field(Level::handler, entry.name, run.engine)) {
        if (knows_all_devices && entry.value.is_true() && handler.has_identity() &&
            !handler.flag_is_set() &&
            same_in_any_case(entry.name, kAllDevicesAllowed, run.engine)) {
          tell_of_all_devices(run, handler, entry);
        }
      } else if (const Meant* const meant = meant_by(entry.name)) {
        tell_of_look_alike(run, handler, entry, *meant);
      } else if (is_of_the_table_above(entry.name, run.engine)) {
        run.note(Code::misplaced_key, Severity::warning, entry.key(),
                 run.shown(entry) + " stands in the table of the handler " + handler.name +
                     ", where no engine reads it: a header has taken it from the table above",
                 "move it up, above the header of the handler");
      }
    }
  }
}

}  // namespace katafix
