#include "node/reader.hpp"

#include "katafix/text/source.hpp"

#include "support.hpp"
#include "temp_dir.hpp"

#include <sys/stat.h>

namespace katafix {
namespace {

using test::TempDir;

/// A node whose root is a directory, with a file of the machine beside it.
struct Machine {
  TempDir directory;
  std::string root = directory.make_directory("node");
  RootReader reader{root};

  std::string write(const std::string& path, std::string_view bytes) const {
    return directory.write("node" + path, bytes);
  }
  void link(const std::string& path, const std::string& target) const {
    (void)directory.link("node" + path, target);
  }
};

TEST_CASE("A file is read with its identity", "[node]") {
  const TempDir directory;
  const std::string path = directory.write("f", std::string("a\0\xFF\r\n", 5));
  const auto image = RootReader("").read(path);
  REQUIRE(image);
  CHECK(image->bytes == std::string("a\0\xFF\r\n", 5));
  CHECK(image->inode == test::status_of(path).st_ino);
  CHECK(image->device == test::status_of(path).st_dev);
}

TEST_CASE("A file that is not there is no error", "[node]") {
  const TempDir directory;
  (void)directory.write("f", "");
  CHECK_FALSE(RootReader("").read(directory / "none"));
  CHECK_FALSE(RootReader("").read(directory / "none/f"));
  CHECK_FALSE(RootReader("").read(directory / "f/below"));
  CHECK_FALSE(RootReader(directory.path()).read("/none"));
  CHECK_FALSE(RootReader(directory.path()).read("/f/below"));
}

TEST_CASE("A link that leads nowhere is a file that is not there", "[node]") {
  const Machine machine;
  machine.link("/l", "none");
  CHECK_FALSE(machine.reader.read("/l"));
}

TEST_CASE("Paths are read below the root", "[node]") {
  const Machine machine;
  (void)machine.write("/etc/f", "in the root");
  CHECK(machine.reader.read("/etc/f")->bytes == "in the root");
  CHECK(machine.reader.read("etc/f")->bytes == "in the root");
  CHECK(machine.reader.read("/etc/./../etc//f")->bytes == "in the root");
  CHECK(machine.reader.real_path("/etc/f") == "/etc/f");
}

TEST_CASE("An absolute link counts from the root", "[node]") {
  const Machine machine;
  (void)machine.write("/data/f", "in the root");
  machine.link("/etc/f", "/data/f");
  machine.link("/dir", "/data");
  CHECK(machine.reader.read("/etc/f")->bytes == "in the root");
  CHECK(machine.reader.read("/dir/f")->bytes == "in the root");
  CHECK(machine.reader.real_path("/etc/f") == "/data/f");
  CHECK(machine.reader.real_path("/dir/f") == "/data/f");
}

TEST_CASE("A relative link counts from its own directory", "[node]") {
  const Machine machine;
  (void)machine.write("/data/f", "x");
  machine.link("/etc/a/l", "../../data/./f");
  machine.link("/etc/m", "a/l");
  CHECK(machine.reader.real_path("/etc/m") == "/data/f");
}

TEST_CASE("No link leaves the root", "[node]") {
  const Machine machine;
  const std::string outside = machine.directory.write("secret", "outside");
  machine.link("/absolute", outside);
  machine.link("/relative", "../secret");
  machine.link("/far", "../../../../../../../../../.." + outside);
  machine.link("/dir", "..");
  machine.link("/deep/er/dir", "../../..");
  for (const char* path : {"/absolute", "/relative", "/far", "/dir/secret", "/deep/er/dir/secret",
                           "/../secret", "../secret"}) {
    CAPTURE(path);
    CHECK_FALSE(machine.reader.read(path));
  }
  (void)machine.write("/secret", "inside");
  for (const char* path : {"/relative", "/dir/secret", "/deep/er/dir/secret", "/../secret"}) {
    CAPTURE(path);
    CHECK(machine.reader.read(path)->bytes == "inside");
  }
}

TEST_CASE("Links in a circle are an error and no endless loop", "[node]") {
  const Machine machine;
  machine.link("/a", "b");
  machine.link("/b", "/a");
  machine.link("/self", "self");
  for (const char* path : {"/a", "/self", "/self/x"}) {
    const Finding finding = test::error_of([&] { (void)machine.reader.read(path); });
    CHECK(finding.code == Code::unreadable);
    CHECK(finding.file == path);
  }
  const Finding finding =
      test::error_of([&] { (void)RootReader("").read(machine.root + "/self"); });
  CHECK(finding.code == Code::unreadable);
}

TEST_CASE("A name with a NUL byte is not taken for what is before it", "[node]") {
  const TempDir dir;
  dir.write("a", "x");
  for (const char* root : {"", dir.path().c_str()}) {
    const RootReader reader(root);
    const std::string path = (*root == '\0' ? dir.path() : std::string()) + "/a" + '\0' + "b";
    CHECK(test::error_of([&] { (void)reader.read(path); }).code == Code::unreadable);
    CHECK(reader.kind(path, true) == FileKind::unreadable);
  }
}

TEST_CASE("A FIFO is no config and does not block", "[node]") {
  const Machine machine;
  REQUIRE(::mkfifo((machine.root + "/fifo").c_str(), 0600) == 0);
  const Finding finding = test::error_of([&] { (void)machine.reader.read("/fifo"); });
  CHECK(finding.code == Code::not_a_file);
  CHECK(finding.file == "/fifo");
}

TEST_CASE("A directory is no config", "[node]") {
  const Machine machine;
  (void)machine.directory.make_directory("node/etc");
  machine.link("/l", "etc");
  for (const char* path : {"/etc", "/etc/", "/l", "/"}) {
    CAPTURE(path);
    const Finding finding = test::error_of([&] { (void)machine.reader.read(path); });
    CHECK(finding.code == Code::not_a_file);
    CHECK(test::contains(finding.message, "directory"));
  }
  CHECK(test::error_of([&] { (void)RootReader("").read(machine.root); }).code == Code::not_a_file);
}

TEST_CASE("A device is no config", "[node]") {
  CHECK(test::error_of([] { (void)RootReader("").read("/dev/null"); }).code == Code::not_a_file);
}

TEST_CASE("A file of 16 MiB is the largest that is read", "[node]") {
  const TempDir directory;
  const RootReader reader("");
  CHECK(reader.read(directory.write("most", std::string(kMaxFileSize, '#')))->bytes.size() ==
        kMaxFileSize);
  const std::string larger = directory.write("larger", std::string(kMaxFileSize + 1, '#'));
  CHECK(test::error_of([&] { (void)reader.read(larger); }).code == Code::too_large);
}

TEST_CASE("A path that leads nowhere cannot be resolved", "[node]") {
  const Machine machine;
  CHECK(test::error_of([&] { (void)machine.reader.real_path("/none"); }).code == Code::unreadable);
}

TEST_CASE("Reading and resolving lead to the same file behind dots after a link", "[node]") {
  const TempDir directory;
  (void)directory.write("real/f", "beside the link's target");
  (void)directory.write("f", "beside the link");
  (void)directory.make_directory("real/sub");
  (void)directory.link("l", "real/sub");
  const RootReader reader("");
  const std::string path = directory / "l/../f";
  CHECK(reader.read(path)->bytes == TempDir::read_file(reader.real_path(path)));
}

std::string resolved(const Machine& machine, const std::string& path) {
  return machine.reader.root().real_path(path, Root::Missing::is_new);
}

TEST_CASE("A path whose last parts do not exist yet is resolved as far as it does", "[node]") {
  const Machine machine;
  (void)machine.directory.make_directory("node/data");
  machine.link("/l", "/data");
  CHECK(resolved(machine, "/data") == "/data");
  CHECK(resolved(machine, "/none") == "/none");
  CHECK(resolved(machine, "/l/new/er") == "/data/new/er");
  CHECK(resolved(machine, "/none/of/it") == "/none/of/it");
  CHECK(resolved(machine, "/") == "/");
}

TEST_CASE("A link to what does not exist yet is resolved to it", "[node]") {
  const Machine machine;
  machine.link("/l", "../data/../later");
  machine.link("/m", "/absolute/later");
  CHECK(resolved(machine, "/l/new") == "/later/new");
  CHECK(resolved(machine, "/m") == "/absolute/later");
}

TEST_CASE("A new path in a circle of links or below a file is an error", "[node]") {
  const Machine machine;
  machine.link("/self", "self");
  (void)machine.write("/f", "");
  for (const char* path : {"/self/new", "/f/new"}) {
    CHECK(test::error_of([&] { (void)resolved(machine, path); }).code == Code::unreadable);
  }
}

TEST_CASE("A root is there when it is a directory", "[node]") {
  const Machine machine;
  CHECK(machine.reader.root().is_there());
  CHECK(RootReader("").root().is_there());
  CHECK_FALSE(RootReader(machine.root + "/none").root().is_there());
  CHECK_FALSE(RootReader(machine.write("/f", "")).root().is_there());
}

}  // namespace
}  // namespace katafix
