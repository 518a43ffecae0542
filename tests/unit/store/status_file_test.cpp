#include "store/status_file.hpp"

#include "catch.hpp"
#include "support.hpp"
#include "systems.hpp"
#include "temp_dir.hpp"

#include <filesystem>
#include <iterator>

using namespace katafix;
using katafix::test::Call;
using katafix::test::TempDir;

namespace {

std::ptrdiff_t files_in(const std::string& directory) {
  return std::distance(std::filesystem::directory_iterator(directory), {});
}

}  // namespace

TEST_CASE("A status file that cannot be replaced stays, and nothing is left beside it", "[store]") {
  const Call call = GENERATE(Call::open, Call::write, Call::change_mode, Call::sync, Call::rename);
  const TempDir dir;
  const std::string path = dir.write("a.prom", "old");
  test::FailingSystem system(call, 1);
  CHECK_THROWS_AS(replace_status_file(system, path, "new"), Error);
  CHECK(TempDir::read_file(path) == "old");
  CHECK(files_in(dir.path()) == 1);
}
