#include "katafix/engine/containerd_rules.hpp"

#include "support.hpp"

#include <string_view>

namespace katafix {
namespace {

ContainerdRules rules(std::string_view version) {
  const auto parsed = parse_containerd_version(version);
  REQUIRE(parsed);
  return containerd_rules(*parsed);
}

TEST_CASE("Versions are read as releases and packages write them", "[engine]") {
  CHECK(rules("1.6.20").generation == 106);
  CHECK(rules("1.6.20~ds1-1+deb12u3").generation == 106);
  CHECK(rules("v2.1.9").generation == 201);
  CHECK(rules("2.1").generation == 201);
  CHECK(rules("2").generation == 203);
  CHECK(rules("2.4.0").generation == 203);
  CHECK(rules("3.0").generation == 203);
}

TEST_CASE("What is no version from 1.3 on is nothing", "[engine]") {
  for (const std::string_view text :
       {"", "v", "x", "1.", "1.x", "1.2", "1.2.14", "0.9", "-1.3", "1.-3", "2.1x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_containerd_version(text));
  }
}

TEST_CASE("A series without a patch level is its newest patch", "[engine]") {
  CHECK(rules("1.6.31").newest_config == 0);
  CHECK(rules("1.6.32").newest_config == 2);
  CHECK(rules("1.6").newest_config == 2);
  CHECK(rules("1.7.16").newest_config == 0);
  CHECK(rules("1.7.17").newest_config == 2);
  CHECK(rules("1.5").newest_config == 0);
  CHECK(rules("2.2.7").newest_config == 3);
  CHECK(rules("2.3.4").newest_config == 4);
}

TEST_CASE("Relative globs have changed their base in patch releases", "[engine]") {
  CHECK_FALSE(rules("1.5.18").globs_from_importer);
  CHECK_FALSE(rules("1.6.28").globs_from_importer);
  CHECK(rules("1.6.29").globs_from_importer);
  CHECK_FALSE(rules("1.7.15").globs_from_importer);
  CHECK(rules("1.7.16").globs_from_importer);
  CHECK(rules("2.0.0").globs_from_importer);
}

}  // namespace
}  // namespace katafix
