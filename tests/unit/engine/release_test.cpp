#include "katafix/engine/release.hpp"

#include "support.hpp"

#include <string_view>

namespace katafix {
namespace {

Release containerd(std::string_view version) {
  const auto release = parse_release(Engine::containerd, version);
  REQUIRE(release);
  return *release;
}

TEST_CASE("Versions are read as releases and packages write them", "[engine]") {
  CHECK(containerd("1.6.20").version == Version{1, 6, 20});
  CHECK(containerd("1.6.20~ds1-1+deb12u3").version == Version{1, 6, 20});
  CHECK(containerd("v2.1.9").version == Version{2, 1, 9});
  CHECK(containerd("2.1").version == Version{2, 1, kNewestPatch});
  CHECK(containerd("2").version == Version{2, 4, kNewestPatch});
  CHECK(parse_release(Engine::crio, "v1.30.2")->version == Version{1, 30, 2});
  CHECK_FALSE(parse_release(Engine::crio, "main")->is_newer);
}

TEST_CASE("A release that nobody knows yet is judged as the newest one", "[engine]") {
  CHECK_FALSE(containerd("2.4.9").is_newer);
  CHECK(containerd("2.5.0").is_newer);
  CHECK(containerd("2.5.0").rules == containerd("2.4").rules);
  CHECK(parse_release(Engine::crio, "1.99")->is_newer);
  CHECK(parse_release(Engine::crio, "1.99")->rules->inherits);
}

TEST_CASE("What is no version of an engine is nothing", "[engine]") {
  for (const std::string_view text : {"", "v", "x", "1.", "1.x", "1.2", "1.2.14", "0.9", "-1.3",
                                      "1.-3", "2.1x", "1.8", "3.0", "9.9", "main", "2.1.3.4"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_release(Engine::containerd, text));
  }
  for (const std::string_view text : {"", "1", "2.0", "abc", "1.30.", "mainly"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_release(Engine::crio, text));
  }
}

TEST_CASE("Rules go by patch level, and a series without one is its newest", "[engine]") {
  CHECK(containerd("1.6.31").rules->newest_config == 0);
  CHECK(containerd("1.6.32").rules->newest_config == 2);
  CHECK(containerd("1.6").rules->newest_config == 2);
  CHECK(containerd("1.7.16").rules->newest_config == 0);
  CHECK(containerd("1.7.17").rules->newest_config == 2);
  CHECK(containerd("1.5").rules->newest_config == 0);
  CHECK(containerd("2.2.7").rules->newest_config == 3);
  CHECK(containerd("2.3.4").rules->newest_config == 4);
  CHECK(containerd("2.3.4").rules->bars_newer_drop_ins);
  CHECK_FALSE(containerd("2.3.5").rules->bars_newer_drop_ins);
  CHECK_FALSE(containerd("2.3").rules->bars_newer_drop_ins);
}

TEST_CASE("Relative globs have changed their base in patch releases", "[engine]") {
  CHECK_FALSE(containerd("1.5.18").rules->globs_from_importer);
  CHECK_FALSE(containerd("1.6.28").rules->globs_from_importer);
  CHECK(containerd("1.6.29").rules->globs_from_importer);
  CHECK_FALSE(containerd("1.7.15").rules->globs_from_importer);
  CHECK(containerd("1.7.16").rules->globs_from_importer);
  CHECK(containerd("2.0.0").rules->globs_from_importer);
}

}  // namespace
}  // namespace katafix
