#!/usr/bin/env python3
"""The table tells what ran, and fails when it must."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SUMMARY = pathlib.Path(__file__).resolve().parent / "summary.py"


class SummaryTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="katafix-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name) / "summary"

    def run_summary(self, *args):
        done = subprocess.run([sys.executable, "-B", SUMMARY, *args], capture_output=True,
                              text=True, timeout=60, check=False)
        return done.returncode, done.stdout

    def keep(self, test, script):
        return self.run_summary("keep", self.folder, test, "sh", "-c", script)

    def table(self, status):
        found, text = self.run_summary("table", self.folder)
        self.assertEqual(found, status, text)
        return text

    def test_figures_are_added_up(self):
        self.keep("fault.errors", "echo summary: faults injected: 2; echo summary: violations: 0; "
                                  "echo x ... summary: faults injected: 3")
        text = self.table(0)
        self.assertRegex(text, r"faults injected +5  unit.faults not run, fault.errors 5\n")

    def test_output_and_status_are_passed_on(self):
        self.assertEqual(self.keep("fault.power", "echo one; echo two >&2; exit 3"),
                         (3, "one\ntwo\n"))
        self.assertIn("fault.power failed", self.table(1))

    def test_a_violation_fails(self):
        self.keep("fault.signals", "echo summary: signals sent: 1; echo summary: violations: 1")
        self.assertIn("wrong or missing: violations", self.table(1))

    def test_a_missing_figure_fails(self):
        self.keep("fault.signals", "echo summary: violations: 0")
        self.assertIn("fault.signals MISSING", self.table(1))

    def test_a_skipped_test_is_named(self):
        self.keep("fault.power", "echo skipped: no loop device; exit 77")
        self.assertIn("fault.power skipped: no loop device", self.table(0))

    def test_a_skip_without_a_reason_fails(self):
        self.assertEqual(self.keep("fuzz.fix", "exit 77")[0], 1)
        self.assertIn("fuzz.fix failed", self.table(1))

    def test_a_skipped_part_is_named(self):
        self.keep("fault.power", "echo summary: power cuts made: 4; echo summary: violations: 0; "
                                 "echo summary: mutants caught: 2; echo x ... skipped: no xfs")
        self.assertIn("fault.power 4 skipped: no xfs", self.table(0))

    def test_nothing_ran(self):
        self.table(0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
