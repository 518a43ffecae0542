#include "katafix/engine/crio_syntax.hpp"

#include "katafix/text/finding.hpp"
#include "katafix/toml/dialect.hpp"

#include <algorithm>
#include <string>

namespace katafix {

namespace {

/// BurntSushi/toml in cri-o's vendor folder: 0.3.1 @v1.21, 0.4.1 @v1.22, 1.5.0 @v1.35, 1.6.0
/// @v1.36.
TomlLibrary library_of(const CrioRelease& release) {
  if (!release.since(22)) {
    return TomlLibrary::burntsushi_0_3;
  }
  return release.since(36) ? TomlLibrary::burntsushi_1_6 : TomlLibrary::burntsushi_1;
}

}  // namespace

void check_crio_syntax(const Document& document, const CrioRelease& release) {
  const Source& source = document.source();
  const auto refuse = [&](std::size_t at, const std::string& message) {
    throw Error(Code::refused, source, at, message);
  };
  if (document.go_template() != nullptr) {
    refuse(std::min(source.bytes().find("{{"), source.bytes().size()),
           "this is a Go template, and CRI-O renders none");
  }
  // BurntSushi/toml 1.2.1 @v1.26, 1.3.2 @v1.28.
  if (source.bom_size() != 0 && !release.since(28)) {
    refuse(0, release.name() + " takes no byte order mark; 1.28 and later do");
  }
  if (const auto conflict = objection(document, library_of(release))) {
    refuse(conflict->offset, conflict->message + ": " + release.name() + " refuses that");
  }
}

}  // namespace katafix
