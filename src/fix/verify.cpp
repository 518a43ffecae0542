#include "verify.hpp"

#include "katafix/text/finding.hpp"

namespace katafix {

namespace {

[[noreturn]] void fail(const Source& source, std::string_view what) {
  throw Error(
      Code::refused, source.path(), "the planned edit was not made, because " + std::string(what),
      "set privileged_without_host_devices = true in its Kata handlers by hand, and report this "
      "file: katafix should handle it");
}

}  // namespace

void verify(const Document& before, const Fix& fix) {
  const Source& source = before.source();
  const Source fixed(source.path(), fix.fixed);
  try {
    const Document after(fixed);
    if (!before.becomes(after, fix.paths)) {
      fail(source, "the result would not be the old config plus the flag");
    }
  } catch (const Error& error) {
    if (error.finding().code == Code::refused) {
      throw;
    }
    fail(source, "the result would not be TOML");
  }
}

}  // namespace katafix
