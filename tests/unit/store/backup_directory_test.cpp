#include "katafix/node/reader.hpp"
#include "katafix/store/runs.hpp"

#include "store/run_files.hpp"

#include <filesystem>

namespace katafix {
namespace {

using test::TempDir;

Finding refusal(const std::string& directory) {
  System system;
  return test::error_of([&] { const Runs runs(system, directory, "", Runs::Create::yes); });
}

TEST_CASE("A backup directory that an engine would load is refused and not made", "[store]") {
  const TempDir directory;
  for (const char* name :
       {"etc/crio/crio.conf.d", "etc/crio/crio.conf.d/", "etc/crio/crio.conf.d/a/b",
        "etc/containerd/conf.d", "etc/containerd/conf.d/backups", "etc/cri/conf.d",
        "etc/k0s/containerd.d", "agent/etc/containerd/config.toml.d",
        "agent/etc/containerd/config-v3.toml.d/x"}) {
    CAPTURE(name);
    CHECK(refusal(directory / name).code == Code::bad_backup_dir);
  }
  CHECK(directory.names().empty());
}

TEST_CASE("A backup directory behind a link is refused once it is resolved", "[store]") {
  const TempDir directory;
  (void)directory.make_directory("etc/crio/crio.conf.d");
  (void)directory.link("link", "etc/crio/crio.conf.d");
  const RootReader reader("");
  for (const char* path : {"link", "link/new", "link/new/deeper"}) {
    CHECK(refusal(reader.resolve_new(directory / path)).code == Code::bad_backup_dir);
  }
  CHECK(std::filesystem::is_empty(directory / "etc/crio/crio.conf.d"));
}

TEST_CASE("Directories that only resemble loaded ones are fine", "[store]") {
  const TempDir directory;
  System system;
  for (const char* name : {"etc/crio/crio.conf.d2", "crio.conf", "conf.d", "etc/containerd"}) {
    CAPTURE(name);
    CHECK_NOTHROW(Runs(system, directory / name, "", Runs::Create::yes));
  }
}

TEST_CASE("A file in place of the backup directory is told", "[store]") {
  const TempDir directory;
  const Finding finding = refusal(directory.write("f", ""));
  CHECK(finding.code == Code::bad_backup_dir);
}

}  // namespace
}  // namespace katafix
