#include "node/glob.hpp"

#include "support.hpp"
#include "temp_dir.hpp"

#include <string>
#include <vector>

namespace katafix {
namespace {

using Paths = std::vector<std::string>;

TEST_CASE("A star takes anything but a slash, leading dots too", "[node]") {
  CHECK(go_match("*.toml", "a.toml") == true);
  CHECK(go_match("*.toml", ".a.toml") == true);
  CHECK(go_match("*.toml", ".toml") == true);
  CHECK(go_match("*.toml", "a.toml.bak") == false);
  CHECK(go_match("*.toml", "a/b.toml") == false);
  CHECK(go_match("a*b*c", "axbybzc") == true);
  CHECK(go_match("a*b*c", "axbyb") == false);
  CHECK(go_match("?.toml", "a.toml") == true);
  CHECK(go_match("?.toml", ".toml") == false);
}

TEST_CASE("Classes are ranges, and may be negated", "[node]") {
  CHECK(go_match("[a-c]*", "b.toml") == true);
  CHECK(go_match("[^a-c]*", "b.toml") == false);
  CHECK(go_match("[^a-c]*", "d.toml") == true);
  CHECK(go_match("[\\]x]", "]") == true);
  CHECK(go_match("\\*", "*") == true);
  CHECK(go_match("\\*", "a") == false);
}

TEST_CASE("Marks and classes stand for characters, not for bytes", "[node]") {
  CHECK(go_match("?", "é") == true);
  CHECK(go_match("??", "é") == false);
  CHECK(go_match("[é]", "é") == true);
  CHECK(go_match("[^é]", "è") == true);
  CHECK(go_match("[à-ü]x", "éx") == true);
  CHECK(go_match("[a-z]", "é") == false);
  CHECK(go_match("?", "\xFF") == true);
  CHECK(go_match("é*", "é.toml") == true);
}

TEST_CASE("A malformed pattern is told, whatever the name", "[node]") {
  CHECK(go_match("[", "x") == std::nullopt);
  CHECK(go_match("a[]b", "x") == std::nullopt);
  CHECK(go_match("a[b-]", "x") == std::nullopt);
  CHECK(go_match("a\\", "x") == std::nullopt);
  CHECK(go_match("\\[*", "x") == false);
}

TEST_CASE("A pattern of too many bytes, parts or directories is refused", "[node]") {
  const test::TempDir directory;
  for (std::size_t number = 0; number <= kMaxGlobDirectories; ++number) {
    (void)directory.write("d/" + std::to_string(number) + "/x.toml", "");
  }
  const RootReader reader(directory.path());
  std::string parts;
  for (std::size_t part = 0; part < kMaxGlobParts; ++part) {
    parts += "/*";
  }
  CHECK(go_glob(reader, "/e" + parts.substr(2)) == Paths{});
  CHECK(go_glob(reader, "/d/?/*.toml").value_or(Paths()).size() == 10);
  for (const std::string& pattern :
       {parts + "/*", "/" + std::string(4096, '*'), std::string("/d/*/*.toml")}) {
    CHECK(test::error_of([&] { (void)go_glob(reader, pattern); }).code == Code::too_large);
  }
}

TEST_CASE("Paths come directory by directory, in byte order", "[node]") {
  const test::TempDir directory;
  for (const char* path : {"etc/b/x.toml", "etc/a/10.toml", "etc/a/9.toml", "etc/a/B.toml"}) {
    (void)directory.write(path, "");
  }
  const RootReader reader(directory.path());
  CHECK(go_glob(reader, "/etc/*/*.toml") ==
        Paths{"/etc/a/10.toml", "/etc/a/9.toml", "/etc/a/B.toml", "/etc/b/x.toml"});
  CHECK(go_glob(reader, "etc/a/[0-9]*.toml") == Paths{"etc/a/10.toml", "etc/a/9.toml"});
  CHECK(go_glob(reader, "/none/*.toml") == Paths{});
  CHECK(go_glob(reader, "/etc/a/9.toml/*") == Paths{});
  CHECK(go_glob(reader, "/etc/[*.toml") == std::nullopt);
  // As Go does: the part up to a slash is a pattern of its own.
  CHECK(go_glob(reader, "/et\\/c*") == std::nullopt);
}

TEST_CASE("Paths are cleaned as Go does it", "[node]") {
  CHECK(go_clean("/etc//containerd/./conf.d/") == "/etc/containerd/conf.d");
  CHECK(go_clean("/etc/x/../containerd") == "/etc/containerd");
  CHECK(go_clean("") == ".");
  CHECK(go_clean("/") == "/");
}

}  // namespace
}  // namespace katafix
