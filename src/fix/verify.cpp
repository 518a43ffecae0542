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
    if (error.finding().code == Code::too_large) {
      throw Error(Code::too_large, source.path(), "with the flags it would be larger than 16 MiB",
                  "no container engine needs a config of that size; check what it is");
    }
    fail(source, "the result would not be TOML");
  }
}

}  // namespace katafix
