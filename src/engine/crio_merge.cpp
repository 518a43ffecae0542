#include "katafix/engine/crio_merge.hpp"

#include "katafix/engine/crio_schema.hpp"
#include "katafix/engine/definition.hpp"
#include "katafix/engine/spelling.hpp"
#include "katafix/text/finding.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace katafix {

namespace {

/// The entries that CRI-O takes for this key, the exact spelling last.
std::vector<Entry> spelled(const Node& table, std::string_view key) {
  std::vector<Entry> entries = entries_named(table, key, Engine::crio);
  std::stable_partition(entries.begin(), entries.end(),
                        [&](const Entry& entry) { return entry.name != key; });
  return entries;
}

/// Is there a value at exactly these names? As MetaData.IsDefined of BurntSushi/toml.
bool is_defined(Node node, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) {
    const std::vector<Entry> entries = node.entries();
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& entry) { return entry.name == name; });
    if (found == entries.end()) {
      return false;
    }
    node = found->value;
  }
  return true;
}

CrioOrigin origin_of(const Document& document, Span place) {
  return {document.source().path(), document.source().position(place.begin)};
}

/// A handler's entries in an order in which Go may decode them, a ring with any start: the file's,
/// turned so that a false flag is the last one.
std::vector<Entry> turned(const Node& handler) {
  std::vector<Entry> entries = handler.entries();
  std::sort(entries.begin(), entries.end(),
            [](const Entry& one, const Entry& other) { return one.key() < other.key(); });
  const auto last_false = std::find_if(entries.rbegin(), entries.rend(), [](const Entry& entry) {
    return same_in_any_case(entry.name, kFlag, Engine::crio) && !entry.value.is_true();
  });
  if (last_false != entries.rend()) {
    std::rotate(entries.begin(), last_false.base(), entries.end());
  }
  return entries;
}

CrioHandler read_handler(const Document& document, const Entry& handler,
                         const CrioRelease& release) {
  CrioHandler read;
  read.decided_by = origin_of(document, handler.key());
  for (const Entry& entry : turned(handler.value)) {
    if (same_in_any_case(entry.name, "runtime_type", Engine::crio)) {
      read.runtime_type = entry.value.string().value_or("");
    } else if (same_in_any_case(entry.name, "runtime_path", Engine::crio)) {
      read.runtime_path = entry.value.string().value_or("");
    } else if (release.since(32) &&
               same_in_any_case(entry.name, "inherit_default_runtime", Engine::crio)) {
      read.inherits_default = entry.value.is_true();
    } else if (release.since(16, 2) && same_in_any_case(entry.name, kFlag, Engine::crio)) {
      read.flag = entry.value.is_true();
      read.decided_by = origin_of(document, entry.key());
    }
  }
  return read;
}

}  // namespace

CrioConfig::CrioConfig(const CrioRelease& release)
    : release_(release), default_runtime_(release.built_in_handler()) {
  handlers_[default_runtime_].runtime_type = "oci";
}

void CrioConfig::merge(const Document& document) {
  check_crio_types(document, release_);
  std::map<std::string, CrioHandler> found;
  for (const Entry& crio : spelled(document.root(), "crio")) {
    for (const Entry& runtime : spelled(crio.value, "runtime")) {
      read_runtime(document, runtime.value, found);
    }
  }
  // A handler is not merged with its earlier self: the map's entry is decoded into a new value
  // (BurntSushi/toml decode.go unifyMap).
  for (auto& [name, handler] : found) {
    handlers_[name] = std::move(handler);
  }
  drop_runc(document);
}

void CrioConfig::read_runtime(const Document& document, const Node& runtime,
                              std::map<std::string, CrioHandler>& found) {
  for (const Entry& name : spelled(runtime, "default_runtime")) {
    default_runtime_ = name.value.string().value_or("");
    default_from_ = origin_of(document, name.key());
  }
  for (const Entry& runtimes : spelled(runtime, "runtimes")) {
    for (const Entry& entry : runtimes.value.entries()) {
      CrioHandler handler = read_handler(document, entry, release_);
      const auto [known, is_new] = found.try_emplace(std::string(entry.name), handler);
      if (!is_new && (known->second.flag || !handler.flag)) {
        known->second = std::move(handler);
      }
    }
  }
}

/// Releases 1.18 to 1.25 delete runc, the built-in one and any other, after a file that seems to do
/// without (cri-o pkg/config/config.go UpdateFromFile @v1.18.0, UpdateFromDropInFile @v1.19.0 and
/// @v1.24.0). They look for the keys in their exact spelling.
void CrioConfig::drop_runc(const Document& document) {
  const Node root = document.root();
  bool drops = false;
  if (release_.since(19) && !release_.since(26)) {
    drops = default_runtime_ != "runc" && is_defined(root, {"crio", "runtime", "default_runtime"});
  } else if (release_.since(18) && !release_.since(19)) {
    drops = is_defined(root, {"crio", "runtime", "runtimes"}) &&
            !is_defined(root, {"crio", "runtime", "runtimes", "runc"});
  }
  if (drops && handlers_.erase("runc") != 0) {
    runc_dropped_by_ = document.source().path();
  }
}

void CrioConfig::finish() {
  if (handlers_.contains(default_runtime_)) {
    return;
  }
  if (default_runtime_.empty()) {
    handlers_.try_emplace(release_.built_in_handler(), CrioHandler{"oci", "", false, false, {}});
    return;
  }
  CrioOrigin origin = default_from_;
  std::string message = "the default handler \"" + default_runtime_ + "\" does not exist";
  if (default_runtime_ == "runc" && !runc_dropped_by_.empty()) {
    origin = {runc_dropped_by_, {}};
    message += ": " + release_.name() + " drops its runc after this file, which " +
               (release_.since(19) ? "names another default" : "has handlers, but not runc");
  }
  throw Error(Finding{Code::refused, Severity::error, origin.file, origin.at, message, {}, {}});
}

}  // namespace katafix
