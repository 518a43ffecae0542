#pragma once

#include "katafix/engine/kata_rules.hpp"

#include "toml/parsed.hpp"

#include <stdexcept>
#include <string>

namespace Catch {

template <>
struct StringMaker<katafix::Kata> {
  static std::string convert(katafix::Kata kata) {
    switch (kata) {
      case katafix::Kata::no:
        return "no";
      case katafix::Kata::yes:
        return "yes";
      case katafix::Kata::skipped:
        return "skipped";
      case katafix::Kata::doubtful:
        return "doubtful";
      case katafix::Kata::unresolved:
        return "unresolved";
    }
    return "?";
  }
};

template <>
struct StringMaker<katafix::Rule> {
  static std::string convert(katafix::Rule rule) { return std::string(rule_name(rule)); }
};

}  // namespace Catch

namespace katafix::test {

/// The verdict on the first handler of a name.
inline Verdict verdict_on(const Parsed& parsed, Engine engine, const std::string& name,
                          const Selection& selection = {}) {
  const Definitions found = find_definitions(parsed.document, engine);
  for (const Definition& handler : found.handlers) {
    if (handler.name == name) {
      return judge(handler, found, selection);
    }
  }
  throw std::logic_error("the test's text has no handler " + name);
}

/// The header of a handler of either engine.
inline std::string header_of(Engine engine, const std::string& name) {
  return engine == Engine::crio
             ? "[crio.runtime.runtimes.\"" + name + "\"]\n"
             : "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.\"" + name + "\"]\n";
}

/// The verdict on a handler whose table has these lines.
inline Verdict verdict_on(Engine engine, const std::string& name, const std::string& body,
                          const Selection& selection = {}) {
  const Parsed parsed(header_of(engine, name) + body);
  return verdict_on(parsed, engine, name, selection);
}

}  // namespace katafix::test
