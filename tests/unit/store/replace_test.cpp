#include "store/replacing.hpp"
#include "store/systems.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <algorithm>
#include <sys/xattr.h>
#include <unistd.h>

namespace katafix {
namespace {

using test::Call;
using test::error_of;
using test::replace_all;
using test::Replacement;
using test::TempDir;
using Names = std::vector<std::string>;

Replacement replacement(const std::string& target, std::string before, std::string after) {
  return {"shown", target, std::move(before), std::move(after)};
}

/// The error of replacing one file, whose bytes are "old".
Finding refusal(const std::string& target) {
  System system;
  return error_of([&] { replace_all(system, {replacement(target, "old", "new")}); });
}

TEST_CASE("A file is replaced and nothing is left beside it", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  const ino_t inode = test::status_of(path).st_ino;
  System system;
  replace_all(system, {replacement(path, "old", std::string("n\0w\r\n", 5))});
  CHECK(directory.read("f") == std::string("n\0w\r\n", 5));
  CHECK(directory.names() == Names{"f"});
  CHECK(test::status_of(path).st_ino != inode);
}

TEST_CASE("A file may become empty or large", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  System system;
  replace_all(system, {replacement(path, "old", "")});
  CHECK(directory.read("f").empty());
  const std::string large(3'000'000, 'x');
  replace_all(system, {replacement(path, "", large)});
  CHECK(directory.read("f") == large);
}

TEST_CASE("No files are replaced without trouble", "[store]") {
  System system;
  CHECK_NOTHROW(replace_all(system, {}));
}

TEST_CASE("A replaced file keeps its mode whatever the umask", "[store]") {
  const TempDir directory;
  const mode_t umask = ::umask(0077);
  for (const mode_t mode : {0644U, 0600U, 0666U, 0755U, 0440U, 0777U}) {
    const std::string path = directory.write("f", "old");
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    System system;
    replace_all(system, {replacement(path, "old", "new")});
    CHECK(test::mode_of(path) == mode);
    REQUIRE(::unlink(path.c_str()) == 0);
  }
  ::umask(umask);
}

TEST_CASE("A replaced file keeps its owner", "[store]") {
  if (::geteuid() != 0) {
    return;
  }
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  REQUIRE(::chown(path.c_str(), 1234, 4321) == 0);
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  System system;
  replace_all(system, {replacement(path, "old", "new")});
  CHECK(test::status_of(path).st_uid == 1234);
  CHECK(test::status_of(path).st_gid == 4321);
  CHECK(test::mode_of(path) == 0640);
}

TEST_CASE("A replaced file keeps its extended attributes", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  const std::string value("v\0\xFF", 3);
  if (::setxattr(path.c_str(), "user.katafix", value.data(), value.size(), 0) != 0 ||
      ::setxattr(path.c_str(), "user.empty", "", 0, 0) != 0) {
    return;  // a file system without them
  }
  System system;
  replace_all(system, {replacement(path, "old", "new")});
  std::string kept(64, '\0');
  const ssize_t size = ::getxattr(path.c_str(), "user.katafix", kept.data(), kept.size());
  REQUIRE(size == 3);
  CHECK(kept.substr(0, 3) == value);
  CHECK(::getxattr(path.c_str(), "user.empty", nullptr, 0) == 0);
}

TEST_CASE("A target that is a link is not replaced", "[store]") {
  const TempDir directory;
  (void)directory.write("f", "old");
  const Finding finding = refusal(directory.link("l", "f"));
  CHECK(finding.file == "shown");
  CHECK(directory.read("f") == "old");
  CHECK(directory.names() == Names{"f", "l"});
  CHECK(S_ISLNK(test::status_of(directory / "l").st_mode));
}

TEST_CASE("A file with two hard links is refused", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  REQUIRE(::link(path.c_str(), (directory / "g").c_str()) == 0);
  CHECK(refusal(path).code == Code::unsafe_target);
  CHECK(directory.read("f") == "old");
  CHECK(directory.names() == Names{"f", "g"});
}

TEST_CASE("A file with special bits is refused", "[store]") {
  const TempDir directory;
  for (const mode_t bit : {04000U, 02000U, 01000U}) {
    const std::string path = directory.write("f", "old");
    REQUIRE(::chmod(path.c_str(), 0755 | bit) == 0);
    if (test::mode_of(path) == (0755 | bit)) {
      CHECK(refusal(path).code == Code::unsafe_target);
      CHECK(directory.read("f") == "old");
    }
    REQUIRE(::unlink(path.c_str()) == 0);
  }
}

TEST_CASE("A directory or FIFO in place of the file is refused and does not block", "[store]") {
  const TempDir directory;
  CHECK(refusal(directory.make_directory("d")).code == Code::unsafe_target);
  REQUIRE(::mkfifo((directory / "p").c_str(), 0600) == 0);
  CHECK(refusal(directory / "p").code == Code::unsafe_target);
}

TEST_CASE("A file that holds other bytes than it should is a conflict", "[store]") {
  const TempDir directory;
  for (const char* bytes : {"other", "", "old\n", "ol"}) {
    const std::string path = directory.write("f", bytes);
    CHECK(refusal(path).code == Code::conflict);
    CHECK(directory.read("f") == bytes);
    CHECK(directory.names() == Names{"f"});
  }
}

TEST_CASE("A file that is not there is an error and is not made", "[store]") {
  const TempDir directory;
  CHECK(refusal(directory / "f").file == "shown");
  CHECK(refusal(directory / "none/f").file == "shown");
  CHECK(directory.names().empty());
}

TEST_CASE("A file that an editor writes at the last moment is a conflict", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  // The mode is set when the new file is written: what comes then is the last look.
  test::InterruptedSystem system(Call::change_mode, 1,
                                 [&] { (void)directory.write("f", "edited"); });
  const Finding finding = error_of([&] { replace_all(system, {replacement(path, "old", "new")}); });
  CHECK(finding.code == Code::conflict);
  CHECK(directory.read("f") == "edited");
  CHECK(directory.names() == Names{"f"});
}

TEST_CASE("The same work that another katafix has done meanwhile is not undone", "[store]") {
  for (const test::Call call : {test::Call::change_mode, test::Call::rename}) {
    const TempDir directory;
    const std::string path = directory.write("f", "old");
    test::InterruptedSystem system(call, 1, [&] { (void)directory.write("f", "new"); });
    replace_all(system, {replacement(path, "old", "new")});
    CHECK(directory.read("f") == "new");
    CHECK(directory.names() == Names{"f"});
  }
}

TEST_CASE("A conflict in the second file leaves the first one old", "[store]") {
  const TempDir directory;
  const std::string first = directory.write("a", "old");
  const std::string second = directory.write("b", "other");
  System system;
  const Finding finding = error_of([&] {
    replace_all(system, {replacement(first, "old", "new"), replacement(second, "old", "new")});
  });
  CHECK(finding.code == Code::conflict);
  CHECK(directory.read("a") == "old");
  CHECK(directory.names() == Names{"a", "b"});
}

TEST_CASE("Several files in several directories are replaced", "[store]") {
  const TempDir directory;
  const Names files = {"a", "d/b", "etc/crio/crio.conf.d/99-kata", "etc/containerd/conf.d/k.toml"};
  std::vector<Replacement> all;
  for (const std::string& file : files) {
    all.push_back(replacement(directory.write(file, "old " + file), "old " + file, "new " + file));
  }
  const Names before = directory.names();
  System system;
  replace_all(system, all);
  for (const std::string& file : files) {
    CHECK(directory.read(file) == "new " + file);
  }
  CHECK(directory.names() == before);
}

TEST_CASE("A temporary file is made in its directory and no other", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("etc/crio/crio.conf.d/sub/x", "old");
  Names seen;
  test::InterruptedSystem system(Call::exchange, 1, [&] { seen = directory.names(); });
  Replacement one = replacement(path, "old", "new");
  one.temporary_directory = directory / "etc/crio";
  replace_all(system, {one});
  const Names after = directory.names();
  Names temporary;
  std::set_difference(seen.begin(), seen.end(), after.begin(), after.end(),
                      std::back_inserter(temporary));
  REQUIRE(temporary.size() == 1);
  CHECK(temporary[0].starts_with("etc/crio/.katafix-"));
  CHECK(temporary[0].ends_with(".tmp"));
}

TEST_CASE("A new file is private until it has its owner", "[store]") {
  const TempDir directory;
  const std::string path = directory.write("f", "old");
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  mode_t mode = 0;
  test::InterruptedSystem system(Call::change_mode, 1, [&] {
    for (const std::string& name : directory.names()) {
      mode = name.starts_with(".katafix-") ? test::mode_of(directory / name) : mode;
    }
  });
  replace_all(system, {replacement(path, "old", "new")});
  CHECK(mode == 0600);
}

}  // namespace
}  // namespace katafix
