#include "katafix/report/report.hpp"

#include "support.hpp"

namespace katafix {
namespace {

TEST_CASE("A restore tells each file and the run and the unit to restart") {
  Report report;
  report.run = "R1";
  report.files.push_back({"/etc/a", {}, Role::file, true, {}, {}});
  report.files.push_back({"/etc/\x1b" "b", {}, Role::file, true, {}, {}});
  report.restart = {"crio"};
  CHECK(to_restore_text(report) ==
        "Restored /etc/a\nRestored /etc/\\x1bb\nRun R1 is undone.\n"
        "Restart crio for it to take effect: a reload is not enough.\n");
}

TEST_CASE("A restore with nothing to do says so") {
  Report report;
  report.run = "R1";
  CHECK(to_restore_text(report) == "Nothing to do: the files are as they were before run R1.\n");
}

TEST_CASE("A restore that failed says that nothing was restored") {
  CHECK(to_restore_text(Report{}) == "Trouble: nothing was restored.\n");
}

TEST_CASE("The list of runs has a line for each file in columns") {
  Report report;
  report.runs = std::vector<RunReport>{{"R1", "undone", {"/a"}}, {"R2", "prepared", {"/a", "/b\n"}}};
  CHECK(to_restore_text(report) == "R1  undone    /a\nR2  prepared  /a\nR2  prepared  /b\\x0a\n");
}

TEST_CASE("The list of no runs says so") {
  Report report;
  report.runs = std::vector<RunReport>{};
  CHECK(to_restore_text(report) == "There are no runs.\n");
}

}  // namespace
}  // namespace katafix
