#include "store/run_files.hpp"

#include <filesystem>

namespace katafix {
namespace {

using test::QuickSystem;
using test::RunFiles;

Finding refusal(const RunFiles& node, const std::string& directory) {
  RunsPlace place = node.place();
  place.directory = node.directory / directory;
  QuickSystem system;
  return test::error_of([&] { const Runs runs(system, place, Runs::Create::yes); });
}

TEST_CASE("A file in place of the backup directory is told", "[store]") {
  const RunFiles node;
  (void)node.directory.write("f", "");
  CHECK(refusal(node, "f").code == Code::bad_backup_dir);
}

TEST_CASE("A link on the way to the backup directory is not followed once it was resolved",
          "[store]") {
  const RunFiles node;
  (void)node.directory.make_directory("elsewhere/runs");
  (void)node.directory.link("l", "elsewhere");
  for (const char* path : {"l", "l/new", "l/new/deeper"}) {
    CHECK(refusal(node, path).code == Code::bad_backup_dir);
  }
  CHECK(std::filesystem::is_empty(node.directory / "elsewhere/runs"));
}

}  // namespace
}  // namespace katafix
