#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/text/finding.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace katafix {

class NodeFiles;

/// The place that decides a handler's flag.
struct DecidedBy {
  std::string file;
  std::size_t line = 0;
};

/// Why an engine's daemon would not serve with files that its config print takes.
struct StartProblem {
  Code code = Code::engine_refuses;
  std::string message;
  std::string file;  ///< empty when no file is to blame
  std::size_t line = 0;
};

/// A handler as an engine sees it, once all files are merged.
struct EffectiveHandler {
  std::string runtime_type;
  std::string runtime_path;
  bool flag = false;
  std::optional<DecidedBy> decided_by;  ///< nothing for one that is built into the engine
  std::string runtime_engine;
  std::string binary_name;          ///< options.BinaryName
  bool inherits_default = false;    ///< CRI-O: path and type will be the default handler's
  std::vector<DecidedBy> settings;  ///< containerd: the places that are left of its tables
};

/// What one version of an engine makes of a node's files: what its own config print shows, as
/// loaded, before validation (`containerd config dump`, `crio config`).
struct Effective {
  Engine engine = Engine::containerd;
  std::string
      version;  ///< "1.6", "2.1", "main", ...: the generation's name, or the version asked for
  std::optional<Finding> refusal;  ///< why this engine refuses to start with these files
  std::map<std::string, EffectiveHandler> handlers;
  std::set<std::string> legacy_tables;  ///< of containerd 1.x that count: "default_runtime", ...
  std::string default_runtime;          ///< CRI-O: the default handler's name
  bool serves_cri = true;          ///< false: the CRI plugin is disabled, and there are no handlers
  std::vector<std::string> files;  ///< what it loads, in its order
  std::vector<StartProblem> start_problems;

  [[nodiscard]] bool accepted() const { return !refusal; }
  /// The refusal as one line, `file:line: message`; empty when there is none.
  [[nodiscard]] std::string reason() const;
  /// Ends the view with a refusal: nothing else is known of it then.
  void refuse(const Finding& finding);
};

/// What containerd of a version ("1.6.20", "2.1": the newest patch of its series) makes of a main
/// file and what that imports.
[[nodiscard]] Effective containerd_effective(NodeFiles& files, const std::string& main,
                                             const std::string& version);

/// What CRI-O of a version makes of its main file and all files below its drop-in directory.
[[nodiscard]] Effective crio_effective(NodeFiles& files, const std::string& main,
                                       const std::string& drop_in_directory,
                                       const std::string& version);

}  // namespace katafix
