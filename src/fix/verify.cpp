#include "verify.hpp"

#include "katafix/text/finding.hpp"

#include <utility>

namespace katafix {

namespace {

[[noreturn]] void fail(const Source& source, std::string_view what) {
  throw Error(
      Code::refused, source.path(), "the planned edit was not made, because " + std::string(what),
      "set privileged_without_host_devices = true in its Kata handlers by hand, and report this "
      "file: katafix should handle it");
}

}  // namespace

std::shared_ptr<const EditedFile> verify(const Document& before, std::string bytes,
                                         const std::vector<KeyPath>& paths) {
  const Source& source = before.source();
  try {
    auto after = std::make_shared<const EditedFile>(source.path(), std::move(bytes));
    if (!before.becomes(after->document, paths)) {
      fail(source, "the result would not be the old config plus the flag");
    }
    return after;
  } catch (const Error& error) {
    if (error.finding().code == Code::refused) {
      throw;
    }
    fail(source, "the result would not be TOML");
  }
}

}  // namespace katafix
