#!/usr/bin/env python3
"""Several roots: a line of JSON for each, and what is wrong with one stops no other."""

import json
import resource
import signal
import subprocess

import harness
from harness import FIXED, INVALID, KATA


class RootsTest(harness.Case):

    def node(self, name, data=KATA):
        self.write(f"{name}/etc/containerd/config.toml", data)
        return name

    def config(self, name):
        return (self.dir / name / "etc/containerd/config.toml").read_bytes()

    def lines(self, *words, status, **more):
        ran = self.katafix(*words, status=status, **more)
        self.assertEqual(ran.err, b"")
        found = [json.loads(line) for line in ran.out.splitlines()]
        for report in found:
            if harness.jsonschema:
                harness.jsonschema.Draft202012Validator(harness.SCHEMA).validate(report)
        return found

    def test_each_root_has_its_line_in_the_order_given(self):
        names = [self.node(f"node-{number}") for number in range(200)]
        self.write("roots", "\n".join([*names, ""]).encode())
        found = self.lines("check", "--roots-from", "roots", status=1)
        self.assertEqual([report["root"] for report in found], names)
        self.assertEqual({report["status"] for report in found}, {1})

    def test_a_bad_root_stops_no_other_and_the_worst_status_counts(self):
        for name, data in (("good", FIXED), ("bad", INVALID), ("needy", KATA)):
            self.node(name, data)
        words = ["--root", "bad", "--root", "missing", "--root", "needy", "--root", "good/"]
        found = self.lines("check", *words, status=2)
        self.assertEqual([(report["root"], report["status"]) for report in found],
                         [("bad", 2), ("missing", 2), ("needy", 1), ("good", 0)])
        found = self.lines("apply", *words, status=2)
        self.assertEqual([report["status"] for report in found], [2, 2, 0, 0])
        self.assertEqual(self.config("needy"), FIXED)
        self.assertEqual(self.config("bad"), INVALID)

    def test_a_root_that_needs_more_memory_than_there_is_stops_no_other(self):
        if "asan" in harness.KATAFIX:
            self.skipTest("the sanitizer takes all addresses")
        names = [self.node(f"node-{number}") for number in range(6)]
        keys = "".join(f"k{number} = 1\n" for number in range(290_000))
        self.node("node-2", KATA + keys.encode())
        words = [word for name in names for word in ("--root", name)]
        few = (150 << 20, 150 << 20)
        found = self.lines("apply", *words, status=2,
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, few))
        self.assertEqual([report["status"] for report in found], [0, 0, 2, 0, 0, 0])
        self.assertIn("not enough memory", found[2]["findings"][0]["message"])
        self.assertEqual(self.config("node-5"), FIXED)

    def test_each_root_keeps_its_own_backups(self):
        names = [self.node("a"), self.node("b")]
        found = self.lines("apply", "--root", "a", "--root", "b", status=0)
        for name, report in zip(names, found):
            self.katafix("restore", "--root", name, report["run"], status=0)
            self.assertEqual(self.config(name), KATA)

    def test_a_diff_of_each(self):
        self.node("a"), self.node("b", FIXED)
        found = self.lines("diff", "--root", "a", "--root", "b", status=1)
        self.assertIn("+  privileged_without_host_devices = true", found[0]["files"][0]["diff"])
        self.assertEqual(self.config("a"), KATA)

    def test_roots_come_from_standard_input_beside_those_named(self):
        self.node("a"), self.node("b")
        found = self.lines("check", "--root", "b", "--roots-from", "-", stdin=b"\na/\n", status=1)
        self.assertEqual([report["root"] for report in found], ["b", "a"])

    def test_a_nul_byte_is_in_no_path(self):
        self.node("a")
        self.bad_usage("check", "--roots-from", "-", stdin=b"a\0b\n")

    def test_one_line_of_a_file_is_still_a_line(self):
        self.write("roots", self.node("a").encode())
        self.assertEqual(len(self.lines("check", "--roots-from", "roots", status=1)), 1)

    def test_a_root_that_is_named_twice_is_worked_on_once(self):
        self.node("a")
        found = self.lines("apply", "--root", "a", "--root", "a/", "--root", "a", status=0)
        self.assertEqual([report["root"] for report in found], ["a"])

    def test_no_roots_are_no_lines(self):
        self.assertEqual(self.lines("check", "--roots-from", "-", status=0), [])

    def test_what_does_not_go_with_several(self):
        self.node("a"), self.node("b")
        both = ["--root", "a", "--root", "b"]
        for words in (["apply", *both, "--backup-dir", "x"], ["check", *both, "--metrics", "x.prom"],
                      ["check", *both, "--summary", "x"], ["apply", *both, "--restart"],
                      ["check", *both, "-"], ["restore", *both],
                      ["check", "--roots-from", "missing"], ["check", "--root", "a", "--root", ""]):
            self.bad_usage(*words)

    def test_output_that_is_lost_is_told_once_and_as_trouble_after_writing(self):
        self.node("a"), self.node("b", INVALID)
        with open("/dev/full", "wb") as full:
            ran = subprocess.run([harness.KATAFIX, "apply", "--root", "a", "--root", "b"],
                                 cwd=self.dir, stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(ran.returncode, 3)
        self.assertEqual(ran.stderr, b"standard output: error: No space left on device [write-failed]\n")
        self.assertEqual(self.config("a"), FIXED)

    def interrupted(self, count, sent, command, status):
        """The lines for so many nodes, where a signal comes once the first one is there."""
        roots = "".join(self.node(f"{number}") + "\n" for number in range(count))
        with subprocess.Popen([*command, "--roots-from", "-"], cwd=self.dir,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
            running.stdin.write(roots.encode())
            running.stdin.close()
            lines = [running.stdout.readline()]
            running.send_signal(sent)
            lines += running.stdout.readlines()
            self.assertEqual(running.wait(), status)
        return lines

    def test_a_signal_that_is_ignored_stops_nothing(self):
        lines = self.interrupted(1000, signal.SIGHUP, ["nohup", harness.KATAFIX, "check"], status=1)
        self.assertEqual(len(lines), 1000)

    def test_a_signal_lets_those_at_work_end_and_starts_no_more(self):
        lines = self.interrupted(3000, signal.SIGTERM, [harness.KATAFIX, "apply"],
                                 status=-signal.SIGTERM)
        self.assertLess(len(lines), 3000)
        for line in lines:
            report = json.loads(line)
            self.assertEqual((report["status"], self.config(report["root"])), (0, FIXED))
        rest = [number for number in range(3000) if self.config(f"{number}") == KATA]
        self.assertEqual(len(rest), 3000 - len(lines))


if __name__ == "__main__":
    harness.main()
