// Others at work on the files at the same time.

#include "store/model_node.hpp"
#include "store/replacing.hpp"
#include "store/systems.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <csignal>
#include <filesystem>
#include <optional>

namespace katafix {
namespace {

using test::Call;
using test::error_of;
using test::InterruptedSystem;
using test::replace_all;
using test::Replacement;
using test::TempDir;
using Names = std::vector<std::string>;

Replacement replacement(const std::string& target) { return {"shown", target, "old", "new"}; }

TEST_CASE("An edit between the last look and the exchange is found and stays", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  InterruptedSystem system(Call::exchange, 1, [&] { (void)directory.write("f", "edited"); });
  const Finding finding = error_of([&] { replace_all(system, {replacement(path)}); });
  CHECK(finding.code == Code::conflict);
  CHECK(directory.read("f") == "edited");
  CHECK(directory.names() == Names{"f"});
}

TEST_CASE("A file that an editor puts there before the exchange is found and stays", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  ino_t inode = 0;
  InterruptedSystem system(Call::exchange, 1, [&] {
    std::filesystem::rename(directory.write("g", "edited"), path);
    inode = test::status_of(path).st_ino;
  });
  const Finding finding = error_of([&] { replace_all(system, {replacement(path)}); });
  CHECK(finding.code == Code::conflict);
  CHECK(directory.read("f") == "edited");
  CHECK(test::status_of(path).st_ino == inode);
  CHECK(directory.names() == Names{"f"});
}

TEST_CASE("An edit before the exchange of the second file puts the first one back", "[store]") {
  const TempDir directory;
  const std::string first = directory.write("a", "old");
  const std::string second = directory.write("b", "old");
  const ino_t inode = test::status_of(first).st_ino;
  InterruptedSystem system(Call::exchange, 2, [&] { (void)directory.write("b", "edited"); });
  const Finding finding = error_of([&] {
    replace_all(system, {replacement(first), replacement(second)});
  });
  CHECK(finding.code == Code::rolled_back);
  CHECK(directory.read("a") == "old");
  CHECK(test::status_of(first).st_ino == inode);
  CHECK(directory.read("b") == "edited");
  CHECK(directory.names() == Names{"a", "b"});
}

TEST_CASE("Of two edits in a row none is lost", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  class Editor final : public test::HookedSystem {
   public:
    explicit Editor(const TempDir& directory) : directory_(directory) {}

   private:
    int error_for(Call call, int number) override {
      if (call == Call::exchange) {
        (void)directory_.write("f", "edit " + std::to_string(number));
      }
      return 0;
    }
    const TempDir& directory_;
  } system(directory);
  const Finding finding = error_of([&] { replace_all(system, {replacement(path)}); });
  CHECK(finding.code == Code::partly_written);
  CHECK(directory.read("f") == "edit 1");
  REQUIRE(directory.names().size() == 2);
  const std::string kept = directory.names()[0];
  CHECK(directory.read(kept) == "edit 2");
  CHECK(test::contains(finding.message, kept));
}

TEST_CASE("A mode that is changed after the last look is a conflict", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  InterruptedSystem system(Call::change_mode, 1, [&] { (void)::chmod(path.c_str(), 0600); });
  const Finding finding = error_of([&] { replace_all(system, {replacement(path)}); });
  CHECK(finding.code == Code::conflict);
  CHECK(test::mode_of(path) == 0600);
  CHECK(directory.read("f") == "old");
}

TEST_CASE("Where names cannot be exchanged the new file is renamed", "[store]") {
  for (const int error : {EINVAL, ENOSYS, EOPNOTSUPP, EPERM}) {
    const TempDir directory;
    const std::string path = directory.write("f", "old");
    test::FailingSystem system(Call::exchange, 1, error, 100);
    replace_all(system, {replacement(path)});
    CHECK(directory.read("f") == "new");
    CHECK(directory.names() == Names{"f"});
  }
}

TEST_CASE("Where names cannot be exchanged a failure puts the first file back all the same",
          "[store]") {
  const TempDir directory;
  const std::string first = directory.write("a", "old");
  const std::string second = directory.write("b", "old");
  class Old final : public test::HookedSystem {
    int error_for(Call call, int number) override {
      return call == Call::exchange ? EINVAL : call == Call::rename && number == 6 ? EIO : 0;
    }
  } system;
  const Finding finding = error_of([&] {
    replace_all(system, {replacement(first), replacement(second)});
  });
  CHECK(finding.code == Code::rolled_back);
  CHECK(directory.read("a") == "old");
  CHECK(directory.names() == Names{"a", "b"});
}

TEST_CASE("An edit that was taken out when the machine crashed is put back by recovery",
          "[store]") {
  const test::ModelNode node(1);
  const std::string path = node.changes()[0].target;
  test::ModelSystem system(node.machine());
  std::optional<test::Machine> crashed;
  enum { before_the_edit, in_the_edit, after_the_edit } step = before_the_edit;
  system.before = [&](Call call) {
    if (step == before_the_edit && call == Call::exchange) {
      step = in_the_edit;
      const int file = system.open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_TRUNC, 0);
      (void)system.write(file, "edited", 6);
      step = after_the_edit;
    } else if (step == after_the_edit && !crashed) {
      crashed = system.machine();
    }
    return 0;
  };
  CHECK(error_of([&] { (void)node.apply(system); }).code == Code::conflict);
  REQUIRE(crashed);
  CHECK(crashed->at(path).bytes == node.changes()[0].after);
  test::ModelSystem after(*crashed);
  node.recover(after);
  CHECK(after.machine().at(path).bytes == "edited");
  CHECK(node.temporary(after.machine()) == "");
}

volatile std::sig_atomic_t signals = 0;

TEST_CASE("A signal to end waits until all is done", "[store]") {
  const test::ModelNode node(2);
  test::ModelSystem system(node.machine());
  bool sent = false;
  bool was_held = true;
  system.before = [&](Call call) {
    if (call == Call::exchange && !sent) {
      sent = true;
      for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
        std::raise(signal);
      }
    }
    // What comes after the run is to close the lock.
    was_held = was_held && (call == Call::close || signals == 0);
    return 0;
  };
  std::vector<void (*)(int)> before;
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
    before.push_back(std::signal(signal, [](int) { signals = signals + 1; }));
  }
  (void)node.apply(system);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    std::signal(signal, before.back());
    before.pop_back();
  }
  CHECK(was_held);
  CHECK(signals == 3);
  CHECK(node.bytes(system.machine()) == test::ModelNode::Bytes::fresh);
}

}  // namespace
}  // namespace katafix
