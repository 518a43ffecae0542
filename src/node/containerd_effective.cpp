#include "katafix/engine/containerd_handlers.hpp"
#include "katafix/engine/containerd_merge.hpp"
#include "katafix/engine/containerd_validate.hpp"
#include "katafix/node/effective.hpp"
#include "katafix/node/files.hpp"
#include "katafix/node/role.hpp"
#include "katafix/text/finding.hpp"
#include "katafix/toml/template.hpp"

#include "containerd_imports.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace katafix {

namespace {

/// Loads a main file and what it imports, breadth first.
class Loader {
 public:
  Loader(NodeFiles& files, const ContainerdRules& rules, Effective& effective)
      : files_(files), rules_(rules), effective_(effective), merge_(rules) {}

  ContainerdConfig load(const std::string& main) && {
    pending_.push_back({main, {}, false});
    while (!pending_.empty()) {
      const Import next = std::move(pending_.front());
      pending_.pop_front();
      if (loaded_.contains(next.path)) {
        continue;
      }
      const LoadedFile& file =
          files_.load(next.path.starts_with('/') ? next.path : "/" + next.path);
      if (file.is_missing() && place_of(next.path, {}).role == Role::generated) {
        continue;  // it is made when the engine starts
      }
      if (file.is_missing()) {
        missing(next);
        return std::move(merge_).finish(ContainerdMerge::Complete::no);
      }
      add(next, file);
    }
    return std::move(merge_).finish(ContainerdMerge::Complete::yes);
  }

 private:
  /// Up to 1.7 nothing is printed without a main file; the daemon takes its defaults, as 2.x does.
  void missing(const Import& import) {
    if (import.origin.source == nullptr) {
      if (!rules_.stops_at_missing_import) {
        throw Error(Code::engine_refuses, import.path, "there is no such file");
      }
      return;
    }
    const std::string message = import.by_glob
                                    ? "the import " + import.path + " is a link that leads nowhere"
                                    : "the import " + import.path + " does not exist";
    const Error error(Code::import_missing, *import.origin.source, import.origin.offset, message);
    if (!rules_.stops_at_missing_import || is_below_file(import.path)) {
      throw Error(error);
    }
    // cmd/containerd/command/config.go @v2.1.9: only the print goes on with what it has.
    effective_.start_problems.push_back(
        {Code::import_missing, message, error.finding().file, error.finding().at.line});
  }

  /// Is one of the path's directories none? That is another error than a missing file.
  [[nodiscard]] bool is_below_file(std::string path) const {
    FileKind kind = FileKind::missing;
    while (kind == FileKind::missing && path.rfind('/') != std::string::npos && path != "/") {
      path.resize(std::max<std::size_t>(path.rfind('/'), 1));
      kind = files_.reader().kind(path, true);
    }
    return kind != FileKind::missing && kind != FileKind::directory;
  }

  void add(const Import& import, const LoadedFile& file) {
    effective_.files.push_back(file.path);
    if (file.error) {
      throw Error(*file.error);
    }
    const Source& source = *file.source;
    if (file.document->go_template() != nullptr) {
      throw Error(Code::engine_refuses, source, source.bytes().find("{{"),
                  "this is a template, not TOML");
    }
    ContainerdConfig config = read_containerd_config(file.value(), rules_);
    const std::vector<Listed> imports = config.imports;
    merge_.add(std::move(config));
    loaded_.insert(import.path);
    for (Import& one : resolve_imports(files_.reader(), import.path, imports, rules_, globs_)) {
      pending_.push_back(std::move(one));
    }
  }

  NodeFiles& files_;
  const ContainerdRules& rules_;
  Effective& effective_;
  ContainerdMerge merge_;
  std::deque<Import> pending_;
  std::set<std::string> loaded_;
  std::set<std::string> globs_;  // that were resolved
};

DecidedBy place_of(const Origin& origin) { return {origin.source->path(), origin.line()}; }

EffectiveHandler shown(const ContainerdHandler& handler) {
  EffectiveHandler shown;
  shown.runtime_type = handler.runtime_type;
  shown.runtime_path = handler.runtime_path;
  shown.runtime_engine = handler.runtime_engine;
  shown.binary_name = handler.binary_name;
  shown.flag = handler.flag;
  const Origin& origin =
      handler.flag_origin.source != nullptr ? handler.flag_origin : handler.origin;
  if (origin.source != nullptr) {
    shown.decided_by = place_of(origin);
  }
  std::transform(handler.settings.begin(), handler.settings.end(),
                 std::back_inserter(shown.settings), place_of);
  return shown;
}

void show(const ContainerdHandlers& handlers, const ContainerdRules& rules, Effective& effective) {
  for (const auto& [name, handler] : handlers.runtimes) {
    effective.handlers[name] = shown(handler);
  }
  if (handlers.default_runtime) {
    effective.legacy_tables.insert("default_runtime");
  }
  if (handlers.untrusted_workload_runtime) {
    effective.legacy_tables.insert("untrusted_workload_runtime");
  }
  for (const StartFailure& failure : cri_start_failures(handlers, rules)) {
    const Origin& origin = failure.origin;
    effective.start_problems.push_back(
        {failure.code, failure.message,
         origin.source == nullptr ? std::string() : origin.source->path(), origin.line()});
  }
}

}  // namespace

Effective containerd_effective(NodeFiles& files, const std::string& main,
                               const std::string& version) {
  const auto parsed = parse_containerd_version(version);
  if (!parsed) {
    throw Error(Code::bad_usage, "", version + " is no containerd version from 1.3 on");
  }
  const ContainerdRules rules = containerd_rules(*parsed);
  Effective effective;
  effective.engine = Engine::containerd;
  effective.version = version;
  try {
    const ContainerdConfig config = Loader(files, rules, effective).load(main);
    const auto handlers = containerd_handlers(config, rules);
    effective.serves_cri = handlers.has_value();
    if (handlers) {
      show(*handlers, rules, effective);
    }
  } catch (const Error& error) {
    effective.refuse(error.finding());
  }
  return effective;
}

}  // namespace katafix
