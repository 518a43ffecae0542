#pragma once

#include "katafix/engine/kata_rules.hpp"
#include "katafix/engine/release.hpp"
#include "katafix/text/finding.hpp"

#include "shared_map.hpp"
#include "value.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
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

/// The handlers that an engine serves, by their names. Copies share those of the files; what is
/// built in stands apart, so that releases which differ in nothing else can share the rest.
class ViewedHandlers {
 public:
  /// Null where there is none of that name.
  [[nodiscard]] const ViewedHandler* find(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Throws std::out_of_range.
  [[nodiscard]] const ViewedHandler& at(std::string_view name) const;
  /// In byte order of the names.
  [[nodiscard]] std::vector<std::pair<std::string_view, const ViewedHandler*>> all() const;

  /// What the engine has where no file defines a handler of that name.
  void set_built_in(std::string_view name, std::string_view runtime_type);
  /// Handlers that files define, the built-in one among them where a file adds to it.
  [[nodiscard]] ViewedHandler& define(std::string_view name);
  /// Was there one?
  bool erase(std::string_view name);
  /// Keeps what is the same in another view once.
  void share(const ViewedHandlers& other);

  friend bool operator==(const ViewedHandlers&, const ViewedHandlers&) = default;

 private:
  SharedMap<std::string_view, ViewedHandler> defined_;
  std::optional<std::pair<std::string_view, ViewedHandler>> built_in_;
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
  ViewedHandlers handlers;
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
