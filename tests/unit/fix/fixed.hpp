#pragma once

#include "katafix/fix/fix.hpp"

#include "support.hpp"

#include <stdexcept>
#include <string>

namespace Catch {

template <>
struct StringMaker<katafix::Action> {
  static std::string convert(katafix::Action action) { return std::string(action_name(action)); }
};

}  // namespace Catch

namespace katafix::test {

inline const std::string kFlagTrue = "privileged_without_host_devices = true";

/// A plan, and the text that it makes.
struct FixOf : Fix {
  std::string fixed;
};

inline FixOf fix_of(const std::string& text, const FixOptions& options = {},
                    const std::string& path = "config.toml") {
  const Source source(path, text);
  const Document document(source);
  Fix plan = fix(document, find_handlers(document), options);
  std::string fixed(plan.after ? plan.after->bytes() : text);
  return {std::move(plan), std::move(fixed)};
}

/// The text with its flags set. `@` stands for the line `privileged_without_host_devices = true`.
inline void check_fixed(const std::string& before, const std::string& after,
                        const FixOptions& options = {}, const std::string& path = "config.toml") {
  CAPTURE(before);
  const std::string expected = with(after, "@", kFlagTrue);
  CHECK(fix_of(before, options, path).fixed == expected);
  CAPTURE(expected);
  CHECK(fix_of(expected, options, path).edits.empty());
}

inline const HandlerReport& handler_of(const Fix& fix, const std::string& name) {
  for (const HandlerReport& handler : fix.handlers) {
    if (handler.name == name) {
      return handler;
    }
  }
  throw std::logic_error("there is no handler " + name);
}

/// The first finding of a code, or one with no message.
inline Finding finding_of(const Fix& fix, Code code) {
  for (const Finding& finding : fix.findings) {
    if (finding.code == code) {
      return finding;
    }
  }
  Finding none;
  none.severity = Severity::info;
  return none;
}

}  // namespace katafix::test
