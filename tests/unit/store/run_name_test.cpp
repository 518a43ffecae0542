#include "store/run_name.hpp"

#include "catch.hpp"

namespace katafix {
namespace {

using std::chrono::microseconds;

TEST_CASE("A run is named by its time", "[store]") {
  // From date -u -d @N.
  CHECK(run_name(microseconds(0)) == "19700101T000000.000000Z");
  CHECK(run_name(microseconds(1'795'597'445'000'042)) == "20261125T090405.000042Z");
  CHECK(run_name(microseconds(1'709'251'199'999'999)) == "20240229T235959.999999Z");
}

TEST_CASE("The time of a run can be told from its name", "[store]") {
  for (const char* name : {"19700101T000000.000000Z", "20240229T235959.999999Z",
                           "20261125T090405.000042Z", "29991231T235959.000000Z"}) {
    const auto time = time_of_run(name);
    REQUIRE(time);
    CHECK(run_name(*time) == name);
  }
}

TEST_CASE("What is no time is no name of a run", "[store]") {
  for (const char* name :
       {"", "runs", "20261125T090405.000042", "20261125T090405.000042Zx", "20261125T090405.00042Z",
        "20261125 090405.000042Z", "2026-125T090405.000042Z", "20261325T090405.000042Z",
        "20260025T090405.000042Z", "20260229T090405.000042Z", "20261125T240405.000042Z",
        "20261125T096005.000042Z", "20261125T090460.000042Z"}) {
    CAPTURE(name);
    CHECK_FALSE(time_of_run(name));
  }
}

}  // namespace
}  // namespace katafix
