// Files, directories and file systems that are not to be trusted.

#include "store/model_node.hpp"
#include "store/replacing.hpp"
#include "store/run_files.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace katafix {
namespace {

using test::Call;
using test::error_of;
using test::ModelNode;
using test::ModelSystem;
using test::replace_all;
using test::Replacement;
using test::TempDir;

TEST_CASE("A directory that others may write to is refused unless it is sticky", "[store]") {
  for (const auto& [mode, is_refused] :
       {std::pair{0777U, true}, std::pair{01777U, false}, std::pair{0775U, false}}) {
    CAPTURE(mode);
    const TempDir directory;
    const std::string path = directory.write("d/f", "old");
    REQUIRE(::chmod((directory / "d").c_str(), mode) == 0);
    test::QuickSystem system;
    const std::vector<Replacement> one = {{"shown", path, "old", "new"}};
    if (is_refused) {
      CHECK(error_of([&] { replace_all(system, one); }).code == Code::unsafe_target);
    } else {
      CHECK_NOTHROW(replace_all(system, one));
    }
    CHECK(directory.read("d/f") == (is_refused ? "old" : "new"));
  }
}

TEST_CASE("A directory of another user is refused", "[store]") {
  if (::geteuid() != 0) {
    return;
  }
  const TempDir directory;
  const std::string path = directory.write("d/f", "old");
  REQUIRE(::chown((directory / "d").c_str(), 1234, 0) == 0);
  test::QuickSystem system;
  const Finding finding = error_of([&] { replace_all(system, {{"shown", path, "old", "new"}}); });
  CHECK(finding.code == Code::unsafe_target);
  CHECK(directory.read("d/f") == "old");
}

TEST_CASE("Backups do not go where others could change them", "[store]") {
  const test::RunFiles node;
  const std::string runs = node.directory.make_directory("backups/runs");
  REQUIRE(::chmod(runs.c_str(), 0777) == 0);
  CHECK(error_of([&] { (void)node.apply(node.all()); }).code == Code::bad_backup_dir);
  node.check("old 1", "old 2");
}

TEST_CASE("A mount point is refused before anything is written", "[store]") {
  const ModelNode node(2, true);
  ModelSystem system(node.machine());
  std::vector<FileChange> changes = node.changes();
  changes[0].in_place = false;
  const Finding finding = error_of([&] { (void)node.apply(system, changes); });
  CHECK(finding.code == Code::unsafe_target);
  CHECK(test::contains(finding.advice, "--in-place"));
  CHECK(node.bytes(system.machine()) == ModelNode::Bytes::old);
}

TEST_CASE("A disk that does not hold what was written is found before the replace", "[store]") {
  class Lossy final : public ModelSystem {
   public:
    using ModelSystem::ModelSystem;
    ssize_t write(int file, const void*, std::size_t size) override {
      return ModelSystem::write(file, std::string(size, 'x').data(), size);
    }
  };
  const ModelNode node(1);
  Lossy system(node.machine());
  const Finding finding = error_of([&] { (void)node.apply(system); });
  CHECK(finding.code == Code::write_failed);
  CHECK(node.bytes(system.machine()) == ModelNode::Bytes::old);
  CHECK(node.temporary(system.machine()) == "");
}

TEST_CASE("A disk that does not hold a backup or the manifest is found before the replace",
          "[store]") {
  class Lossy final : public test::QuickSystem {
   public:
    explicit Lossy(int number) : number_(number) {}
    ssize_t write(int file, const void* bytes, std::size_t size) override {
      return --number_ == 0 ? System::write(file, std::string(size, 'x').data(), size)
                            : System::write(file, bytes, size);
    }

   private:
    int number_;
  };
  for (const int number : {1, 2, 3}) {
    const test::RunFiles node;
    Lossy system(number);
    const Finding finding = error_of([&] { (void)node.apply(system, node.all()); });
    CHECK(finding.code == Code::write_failed);
    CHECK(test::contains(finding.message, "is not what it holds"));
    node.check("old 1", "old 2");
    CHECK(node.list().empty());
  }
}

TEST_CASE("A file system that keeps no modes or owners is found before the replace", "[store]") {
  class Forgetful final : public ModelSystem {
   public:
    Forgetful(test::Machine machine, Call forgotten)
        : ModelSystem(std::move(machine)), forgotten_(forgotten) {}
    int change_mode(int file, mode_t mode) override {
      return forgotten_ == Call::change_mode ? 0 : ModelSystem::change_mode(file, mode);
    }
    int change_owner(int file, uid_t user, gid_t group) override {
      return forgotten_ == Call::change_owner ? 0 : ModelSystem::change_owner(file, user, group);
    }

   private:
    Call forgotten_;
  };
  for (const Call call : {Call::change_mode, Call::change_owner}) {
    const ModelNode node(1);
    Forgetful system(node.machine(), call);
    const Finding finding = error_of([&] { (void)node.apply(system); });
    CHECK(finding.code == Code::write_failed);
    CHECK(test::contains(finding.message, "does not keep owner and mode"));
    CHECK(node.bytes(system.machine()) == ModelNode::Bytes::old);
    CHECK(node.temporary(system.machine()) == "");
  }
}

}  // namespace
}  // namespace katafix
