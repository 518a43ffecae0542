#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/engine/lint.hpp"
#include "katafix/text/finding.hpp"
#include "katafix/toml/document.hpp"

#include "spelling.hpp"
#include "tables.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// The containerd releases that may read the file; they outlive this.
class Releases {
 public:
  explicit Releases(const std::vector<Release>& told);

  [[nodiscard]] bool are_known() const { return are_known_; }
  /// Is one of them, are all of them `first` or later, and before `behind`?
  [[nodiscard]] bool any(Version first, Version behind = {99, 0, 0}) const;
  [[nodiscard]] bool all(Version first, Version behind = {99, 0, 0}) const;

 private:
  bool are_known_;
  const std::vector<Release>& releases_;
};

/// One run of lint: what its parts look at, and what they found.
struct LintRun {
  LintRun(const Document& of, const Definitions& handlers, const LintContext& context);

  void note(Code code, Severity severity, Span where, std::string message, std::string advice);

  /// Does an entry belong to its table, and has it its name, whatever a template's directives do?
  [[nodiscard]] bool is_certain(const Entry& entry) const;
  /// The key as a person knows it.
  [[nodiscard]] std::string shown(const Entry& entry) const;

  const Document& document;
  const Engine engine;
  const bool is_main;
  const bool is_loaded;
  const bool is_viewed;
  const std::vector<Pattern>& skip;
  const Releases releases;
  const Definitions& found;
  std::vector<Finding> findings;
};

/// The integer `version` at a file's top level; 0 where there is none.
[[nodiscard]] std::int64_t version_of(const Document& document);

/// The flag where no engine reads it; tables of Kata handlers where no engine looks for them.
void lint_places(LintRun& run);
/// Keys in handlers' tables, and the tables themselves.
void lint_handlers(LintRun& run);
/// containerd's plugin ids.
void lint_plugin_ids(LintRun& run);
/// A CRI plugin that is disabled, beside handlers.
void lint_disabled(LintRun& run);
/// containerd's keys at the top of a file: its version, and what stands below a header instead.
void lint_root_keys(LintRun& run);

}  // namespace katafix
