#pragma once

#include "katafix/engine/kata_rules.hpp"
#include "katafix/engine/release.hpp"
#include "katafix/text/finding.hpp"
#include "katafix/toml/document.hpp"

#include <string_view>
#include <vector>

namespace katafix {

/// What a file is read with, as far as it is known.
struct LintContext {
  bool is_main = false;           ///< the engine's main file: neither a drop-in nor a file alone
  std::vector<Release> releases;  ///< that may read it; empty: unknown, so all
  bool is_loaded = false;     ///< by an engine: then a handler that it does not find is an error
  bool is_viewed = false;     ///< do views of the whole tell what disables CRI?
  std::vector<Pattern> skip;  ///< patterns of --skip
};

/// What stands in a file, but not as its author meant it, in the order of the file: the flag where
/// no engine reads it, Kata handlers where none looks, keys that are nearly right, versions that
/// are missing or in a wrong place, and what some release refuses or ignores. Each is a warning, or
/// an info where it harms none of the releases or perhaps none. A file that has only the other
/// engine's tables gives nothing; of a template only what holds whatever its directives do.
/// `handlers` are those of the engine in the document.
[[nodiscard]] std::vector<Finding> lint(const Document& document, const Definitions& handlers,
                                        const LintContext& context);

/// May a key stand behind a header? Nearly no file has its word there, and what looks for it need
/// not walk the others.
[[nodiscard]] bool may_have_behind_a_header(const Document& document, std::string_view key);

/// `version`, `imports` and `disabled_plugins` behind the header of one of containerd's tables,
/// where each belongs to that table. `handlers` are containerd's in the document.
[[nodiscard]] std::vector<Entry> misplaced_root_keys(const Document& document,
                                                     const Definitions& handlers);

}  // namespace katafix
