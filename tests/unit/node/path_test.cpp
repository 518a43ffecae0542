#include "node/path.hpp"

#include "support.hpp"

#include <filesystem>

namespace katafix {
namespace {

TEST_CASE("A path is cleaned of dots and doubled slashes", "[node]") {
  CHECK(clean_path("/a/./b//c") == "/a/b/c");
  CHECK(clean_path("/a/../b") == "/b");
  CHECK(clean_path("/../a") == "/a");
  CHECK(clean_path("./a") == "a");
  CHECK(clean_path("/") == "/");
  CHECK(clean_path("/a/..b/.c") == "/a/..b/.c");
}

TEST_CASE("A relative path counts from the root where there is one", "[node]") {
  CHECK(absolute_path("etc/a", "/node") == "/etc/a");
  CHECK(absolute_path("../../a", "/node") == "/a");
  CHECK(absolute_path("/etc/./a", "/node") == "/etc/a");
}

TEST_CASE("A relative path counts from the working directory where there is no root", "[node]") {
  CHECK(absolute_path("a", "") == std::filesystem::current_path().string() + "/a");
  CHECK(absolute_path("/a//b", "") == "/a/b");
}

TEST_CASE("Parts are joined with a slash before each", "[node]") {
  CHECK(joined({}).empty());
  CHECK(joined({"a"}) == "/a");
  CHECK(joined({"a", "b"}) == "/a/b");
}

}  // namespace
}  // namespace katafix
