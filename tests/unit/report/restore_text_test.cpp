#include "report/report.hpp"
#include "support.hpp"

namespace katafix {
namespace {

TEST_CASE("A restore tells each file and the run and the unit to restart", "[report]") {
  Report report;
  report.command = "restore";
  report.writes = true;
  report.run = "R1";
  report.files.push_back({"/etc/a", {}, Role::file, true, {}, {}});
  report.files.push_back(
      {"/etc/\x1b"
       "b",
       {},
       Role::file,
       true,
       {},
       {}});
  report.restart = {"crio"};
  CHECK(to_restore_text(report) ==
        "Restored /etc/a\nRestored /etc/\\x1bb\nRun R1 is undone.\n"
        "To bring that into effect (a reload is not enough):\n    systemctl restart crio\n");
  report.writes = false;
  CHECK(to_restore_text(report) ==
        "Would restore /etc/a\nWould restore /etc/\\x1bb\nRun R1 would be undone.\n");
}

TEST_CASE("Below a root a restore tells what to open and of no unit", "[report]") {
  Report report;
  report.root = "image";
  report.writes = true;
  report.run = "R1";
  report.files.push_back({"/etc/a", {}, Role::main, true, {}, {}});
  report.restart = {"crio"};
  CHECK(to_restore_text(report) == "Restored image/etc/a\nRun R1 is undone.\n");
}

TEST_CASE("A restore that finds no run to undo says so", "[report]") {
  CHECK(to_restore_text(Report{}) == "Nothing to undo.\n");
}

TEST_CASE("A restore with nothing to do says so", "[report]") {
  Report report;
  report.run = "R1";
  CHECK(to_restore_text(report) == "Nothing to do: the files are as they were before run R1.\n");
}

TEST_CASE("A restore that failed leaves the word to its error", "[report]") {
  Report report;
  report.status = 2;
  CHECK(to_restore_text(report).empty());
}

TEST_CASE("The list of runs has a line for each file in columns", "[report]") {
  Report report;
  report.runs.emplace().push_back({"R1", "undone", {"/a"}});
  report.runs->push_back({"R2", "prepared", {"/a", "/b\n"}});
  CHECK(to_restore_text(report) == "R1  undone    /a\nR2  prepared  /a\nR2  prepared  /b\\x0a\n");
}

TEST_CASE("The list of no runs says so", "[report]") {
  Report report;
  report.runs.emplace();
  CHECK(to_restore_text(report) == "There are no runs.\n");
}

}  // namespace
}  // namespace katafix
