#include "store/stage.hpp"

#include "catch.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <cerrno>
#include <cstdlib>

using namespace katafix;
using katafix::test::TempDir;

namespace {

/// Sets $TMPDIR for a scope.
class TemporaryPlace {
 public:
  explicit TemporaryPlace(const std::string& path) {
    const char* const before = std::getenv("TMPDIR");
    before_ = before == nullptr ? "" : before;
    ::setenv("TMPDIR", path.c_str(), 1);
  }
  TemporaryPlace(const TemporaryPlace&) = delete;
  TemporaryPlace& operator=(const TemporaryPlace&) = delete;
  ~TemporaryPlace() {
    if (before_.empty()) {
      ::unsetenv("TMPDIR");
    } else {
      ::setenv("TMPDIR", before_.c_str(), 1);
    }
  }

 private:
  std::string before_;
};

class FullDisk final : public System {
 public:
  ssize_t write(int /*file*/, const void* /*bytes*/, std::size_t /*size*/) override {
    errno = ENOSPC;
    return -1;
  }
};

}  // namespace

TEST_CASE("A stage holds files at their paths, for nobody else to see", "[store]") {
  const TempDir dir;
  const TemporaryPlace place(dir.path());
  System system;
  {
    Stage stage(system);
    CHECK(stage.path().starts_with(dir.path() + "/"));
    stage.add("/etc/a b/c", "one");
    stage.add("/etc/d", std::string_view("\0\n", 2));
    stage.add("/etc/d", "two");
    CHECK(TempDir::read_file(stage.path() + "/etc/a b/c") == "one");
    CHECK(TempDir::read_file(stage.path() + "/etc/d") == "two");
    CHECK(test::mode_of(stage.path()) == 0700);
    CHECK(test::mode_of(stage.path() + "/etc") == 0700);
    CHECK(test::mode_of(stage.path() + "/etc/d") == 0600);
  }
  CHECK(dir.names().empty());
}

TEST_CASE("A stage goes even where it could not be filled", "[store]") {
  const TempDir dir;
  const TemporaryPlace place(dir.path());
  FullDisk system;
  const Finding finding = test::error_of([&] {
    Stage stage(system);
    stage.add("/etc/c", "one");
  });
  CHECK(finding.code == Code::write_failed);
  CHECK(test::contains(finding.message, "No space left"));
  CHECK(dir.names().empty());
}

TEST_CASE("Without a place for it there is no stage", "[store]") {
  const TemporaryPlace place("/nowhere");
  System system;
  const Finding finding = test::error_of([&] { const Stage stage(system); });
  CHECK(finding.code == Code::write_failed);
  CHECK(test::contains(finding.file, "/nowhere/katafix-"));
}
