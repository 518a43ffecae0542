#include "verify.hpp"

#include "katafix/text/finding.hpp"

#include "planner.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

/// A text, understood. Throws Error when it cannot be.
struct Parsed {
  Parsed(const std::string& path, std::string_view bytes)
      : source(path, std::string(bytes)), document(source) {}

  Source source;
  Document document;
};

[[noreturn]] void fail(const Source& source, std::string_view what) {
  throw Error(
      Code::refused, source.path(), "the planned edit was not made, because " + std::string(what),
      "set privileged_without_host_devices = true in its Kata handlers by hand, and report this "
      "file: katafix should handle it");
}

std::vector<KeyPath> flags_that_are(const Handlers& handlers, bool is_true) {
  std::vector<KeyPath> paths;
  for (const Engine engine : {Engine::containerd, Engine::crio}) {
    for (const Definition& handler : handlers.of(engine).handlers) {
      for (const Flag& flag : handler.flags) {
        if (flag.is_true == is_true) {
          paths.push_back(path_to(handler, flag.name));
        }
      }
      if (handler.flags.empty() && !is_true) {
        paths.push_back(path_to(handler, kFlag));
      }
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

bool could_be_fixed_so(const std::string& path, std::string_view before, std::string_view after) {
  try {
    const Parsed one(path, before);
    const Parsed other(path, after);
    const std::vector<KeyPath> lacking = flags_that_are(find_handlers(one.document), false);
    const std::vector<KeyPath> there = flags_that_are(find_handlers(other.document), true);
    std::vector<KeyPath> made;
    std::set_intersection(lacking.begin(), lacking.end(), there.begin(), there.end(),
                          std::back_inserter(made));
    return !made.empty() && one.document.becomes(other.document, made);
  } catch (const Error&) {
    return false;
  }
}

std::shared_ptr<const Source> verify(const Document& before, std::string bytes,
                                     const std::vector<KeyPath>& paths) {
  const Source& source = before.source();
  auto after = std::make_shared<const Source>(source.path(), std::move(bytes));
  std::optional<Document> document;
  try {
    document.emplace(*after);
  } catch (const Error&) {
    fail(source, "the result would not be TOML");
  }
  if (!before.becomes(*document, paths)) {
    fail(source, "the result would not be the old config plus the flag");
  }
  return after;
}

}  // namespace katafix
