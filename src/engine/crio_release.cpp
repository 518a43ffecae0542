#include "katafix/engine/crio_release.hpp"

#include <charconv>
#include <limits>

namespace katafix {

namespace {

constexpr unsigned kNewest = std::numeric_limits<unsigned>::max();

/// Takes a number and the dot behind it off the front; kNewest where there is none.
unsigned take_number(std::string_view& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) {
    return kNewest;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with('.')) {
    text.remove_prefix(1);
  }
  return number;
}

}  // namespace

bool is_crio_version(std::string_view text) {
  if (text == "main") {
    return true;
  }
  if (text.starts_with('v')) {
    text.remove_prefix(1);
  }
  const unsigned major = take_number(text);
  const unsigned minor = take_number(text);
  const bool has_patch = !text.empty();
  const unsigned patch = take_number(text);
  return major == 1 && minor != kNewest && text.empty() && has_patch == (patch != kNewest);
}

CrioRelease::CrioRelease(std::string_view version)
    : number_{kNewest, kNewest}, name_("CRI-O " + std::string(version)) {
  if (version.starts_with('v')) {
    version.remove_prefix(1);
  }
  if (take_number(version) == 1) {
    const unsigned minor = take_number(version);
    number_ = {minor, take_number(version)};
  }
}

}  // namespace katafix
