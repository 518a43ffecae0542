#pragma once

#include "katafix/engine/kata_rules.hpp"
#include "katafix/engine/release.hpp"
#include "katafix/text/finding.hpp"

#include "shared_map.hpp"
#include "value.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// A handler as an engine sees it, once all files are merged. Strings are those of the documents.
struct ViewedHandler : HandlerValues {
  std::string_view runtime_root;
  bool flag = false;
  bool all_devices_allowed = false;
  bool inherits_default = false;  ///< CRI-O: path and type will be the default handler's
  Origin origin;                  ///< where it is defined; not known for one that is built in
  Origin flag_origin;             ///< where the flag is set; not known where it is not

  friend bool operator==(const ViewedHandler&, const ViewedHandler&) = default;

  /// The place that decides the flag; not known for a handler that is built in.
  [[nodiscard]] const Origin& decided_by() const {
    return flag_origin.is_known() ? flag_origin : origin;
  }
};

/// Why an engine's daemon would not serve with files that its config print takes.
struct StartProblem {
  Code code = Code::engine_refuses;
  std::string message;
  Origin origin;  ///< the guilty place; not known when something is missing everywhere
};

/// What an engine makes of its files: what its own config print shows, as loaded, before validation
/// (`containerd config dump`, `crio config`).
struct View {
  SharedMap<std::string, ViewedHandler, std::less<>> handlers;
  std::set<std::string, std::less<>> legacy_tables;  ///< of 1.x that count: "default_runtime", ...
  std::string default_runtime;                       ///< CRI-O: the default handler's name
  bool serves_cri = true;  ///< false: the CRI plugin is disabled, or does not load
  std::vector<StartProblem> start_problems;
};

/// The files of an engine while they are merged, in the order in which it loads them.
class Merge {
 public:
  /// Were all files added? containerd 2 prints what it has, unchecked, when an import is missing.
  enum class Complete { no, yes };

  Merge() = default;
  Merge(const Merge&) = delete;
  Merge& operator=(const Merge&) = delete;
  virtual ~Merge() = default;

  /// Adds the next file's tree. Throws Error (Code::engine_refuses) where the engine refuses it.
  virtual void add(const Value& file) = 0;

  /// The whole once all files are in. Throws Error (Code::engine_refuses).
  [[nodiscard]] virtual View finish(Complete complete) = 0;
};

/// A merge as a release of an engine does it; `release` outlives it.
[[nodiscard]] std::unique_ptr<Merge> new_merge(const Release& release);

/// A string in a list, and where it stands.
struct Listed {
  std::string_view text;
  Origin origin;
};

/// The strings of a list at a file's top level, such as imports, as a library reads it.
[[nodiscard]] std::vector<Listed> list_of(const Value& file, std::string_view field, Keys keys);

}  // namespace katafix
