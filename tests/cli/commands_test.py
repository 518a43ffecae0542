#!/usr/bin/env python3
"""check, diff and apply: exit statuses, what is written, and the JSON object."""

import os

import harness
from harness import CRIO, CRIO_FIXED, FIXED, FLAG, INVALID, KATA, REFUSED, RUNC

DIFF = b"""\
--- a/config.toml
+++ b/config.toml
@@ -1,3 +1,4 @@
 version = 2
 [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]
   runtime_type = "io.containerd.kata.v2"
+  privileged_without_host_devices = true
"""


class CheckTest(harness.Case):

    def test_statuses(self):
        for name, data, status in (("kata", KATA, 1), ("fixed", FIXED, 0), ("runc", RUNC, 0),
                                   ("crio", CRIO, 1), ("crio-fixed", CRIO_FIXED, 0), ("empty", b"", 0),
                                   ("invalid.toml", INVALID, 2), ("refused", REFUSED, 2),
                                   ("false", harness.containerd(flag="false"), 1),
                                   ("string", harness.containerd(flag='"true"'), 1)):
            with self.subTest(name):
                path = self.write(name, data)
                before = self.tree()
                self.katafix("check", path, status=status)
                self.json("check", path, status=status)
                self.katafix("diff", path, status=status)
                self.assert_untouched(before)

    def test_trouble_wins(self):
        """Status 2 is not hidden by a file that can be fixed, whatever the order."""
        self.write("good"), self.write("bad.toml", INVALID), self.write("refused", REFUSED)
        for words in (["good", "bad.toml"], ["bad.toml", "good"], ["good", "refused"], ["refused", "good"],
                      ["good", "missing"]):
            for command in ("check", "diff"):
                self.katafix(command, *words, status=2)

    def test_report(self):
        self.write("config.toml")
        ran = self.katafix("check", "config.toml", status=1)
        for word in (b"kata", b"config.toml:2", b"io.containerd.kata.v2", b"absent", b"containerd"):
            self.assertIn(word, ran.out)
        self.assertEqual(ran.err, b"")
        self.assert_plain(ran.out)

    def test_json(self):
        self.write("config.toml", KATA + harness.containerd("runc", "io.containerd.runc.v2",
                                                            "false").split(b"\n", 1)[1])
        report = self.json("check", "config.toml", status=1)
        self.assertEqual(report["schema"], 2)
        self.assertEqual(report["root"], "/")
        self.assertIs(report["changed"], True)
        self.assertIsNone(report["run"])
        self.assertEqual(report["restart"], ["containerd"])
        self.assertEqual(report["files"], [{"path": "config.toml", "engine": "containerd", "role": "file",
                                            "changed": True, "backup": None, "diff": None}])
        kata, runc = report["handlers"]
        self.assertEqual(kata, {
            "engine": "containerd", "name": "kata", "file": "config.toml", "line": 2, "kata": True,
            "evidence": {"rule": "shim-type", "key": "runtime_type", "value": "io.containerd.kata.v2",
                         "line": 3},
            "flag_before": "absent", "action": "insert", "reason": None})
        self.assertEqual((runc["name"], runc["kata"], runc["evidence"], runc["flag_before"],
                          runc["action"]), ("runc", False, None, "false", "none"))
        self.assertEqual(report["findings"], [])
        self.assertEqual(report["effective"], [])
        self.assertNotIn("runs", report)

    def test_json_of_what_is_right(self):
        self.write("config.toml", FIXED)
        for words in (["check"], ["diff"], ["apply", "--backup-dir", "b"], ["apply", "--dry-run"]):
            report = self.json(*words, "config.toml", status=0)
            self.assertIs(report["changed"], False)
            self.assertEqual((report["run"], report["restart"]), (None, []))
            self.assertEqual([file["changed"] for file in report["files"]], [False])
        self.assertFalse((self.dir / "b").exists())

    def test_json_of_trouble(self):
        self.write("bad.toml", INVALID)
        for command in (["check"], ["diff"], ["apply", "--backup-dir", "b"]):
            report = self.json(*command, "bad.toml", "missing.toml", status=2)
            self.assertEqual([file["path"] for file in report["files"]], ["bad.toml", "missing.toml"])
            self.assertEqual(self.codes(report), ["invalid-toml", "unreadable"])
            self.assertEqual((report["findings"][0]["file"], report["findings"][0]["line"]),
                             ("bad.toml", 2))
            self.assertEqual((report["findings"][1]["line"], report["findings"][1]["column"]),
                             (None, None))

    def test_json_flag_before(self):
        for token in ("false", '"true"', "1", "[ true ]"):
            self.write("config.toml", harness.containerd(flag=token))
            handler = self.json("check", "config.toml", status=1)["handlers"][0]
            self.assertEqual((handler["flag_before"], handler["action"]), (token, "replace"))


class DiffTest(harness.Case):

    def test_text(self):
        self.write("config.toml")
        ran = self.katafix("diff", "config.toml", status=1)
        self.assertEqual((ran.out, ran.err), (DIFF, b""))

    def test_json(self):
        self.write("config.toml")
        report = self.json("diff", "config.toml", status=1)
        self.assertEqual(report["files"][0]["diff"], DIFF.decode())
        self.assertIs(report["changed"], True)

    def test_nothing_to_do(self):
        self.write("config.toml", FIXED)
        self.assertEqual(self.katafix("diff", "config.toml", status=0).out, b"")
        self.assertIsNone(self.json("diff", "config.toml")["files"][0]["diff"])

    def test_it_shows_what_can_be_fixed(self):
        self.write("config.toml"), self.write("bad", INVALID), self.write("refused", REFUSED)
        ran = self.katafix("diff", "bad", "config.toml", "refused", status=2)
        self.assertEqual(ran.out, DIFF)
        self.assertIn(b"refused:2:", ran.err)

    def test_dry_run_is_diff(self):
        self.write("config.toml"), self.write("fixed", FIXED), self.write("bad", INVALID)
        self.write("runc", RUNC)
        for files in (["config.toml"], ["fixed"], ["config.toml", "bad"], ["runc", "config.toml"]):
            before = self.tree()
            diff = self.katafix("diff", *files)
            self.assertEqual(self.katafix("apply", "--dry-run", *files), diff)
            self.assertEqual(self.katafix("apply", "--dry-run", "--backup-dir", "b", *files), diff)
            want = self.json("diff", *files)
            got = self.json("apply", "--dry-run", *files)
            self.assertEqual({**got, "command": "diff"}, want)
            self.assert_untouched(before)


class ApplyTest(harness.Case):

    def test_it_fixes_and_says_so(self):
        path = self.write("config.toml")
        ran = self.apply("config.toml")
        self.assertEqual(path.read_bytes(), FIXED)
        self.assertIn(b"absent -> true", ran.out)
        self.assertIn(str(self.backups).encode(), ran.out)
        self.assertEqual(ran.err, b"")
        self.assertEqual(sorted(os.listdir(self.dir)), ["backups", "config.toml"])

    def test_the_second_time_changes_nothing(self):
        self.write("config.toml")
        self.apply("config.toml")
        before = self.tree()
        ran = self.apply("config.toml")
        self.assertIn(b"othing to", ran.out)
        self.assertNotIn(b"Backup", ran.out)
        self.assert_untouched(before)

    def test_json(self):
        path = self.write("config.toml")
        runc = self.write("runc.toml", RUNC)
        report = self.apply_json("config.toml", "runc.toml", status=0)
        kata_file, runc_file = report["files"]
        self.assertIs(report["changed"], True)
        self.assertEqual(report["run"], self.runs()[0])
        self.assertEqual((kata_file["changed"], kata_file["diff"]), (True, None))
        with open(kata_file["backup"], "rb") as backup:
            self.assertEqual(backup.read(), KATA)
        self.assertEqual((runc_file["changed"], runc_file["backup"]), (False, None))
        self.assertEqual((path.read_bytes(), runc.read_bytes()), (FIXED, RUNC))

    def test_diff_too(self):
        path = self.write("config.toml")
        ran = self.apply("--diff", "config.toml")
        self.assertTrue(ran.out.startswith(DIFF), ran.out)
        self.assertIn(b"absent -> true", ran.out)
        self.assertEqual(path.read_bytes(), FIXED)
        self.restore()
        report = self.apply_json("--diff", "config.toml")
        self.assertEqual(report["files"][0]["diff"], DIFF.decode())

    def test_many_files_are_one_run(self):
        one, two = self.write("one"), self.write("sub/two", CRIO)
        report = self.apply_json(one, two, status=0)
        self.assertEqual((one.read_bytes(), two.read_bytes()), (FIXED, CRIO_FIXED))
        self.assertEqual(self.runs(), [report["run"]])
        self.assertEqual(report["restart"], ["containerd", "crio"])
        self.restore()
        self.assertEqual((one.read_bytes(), two.read_bytes()), (KATA, CRIO))

    def test_trouble_beside_a_good_file_writes_none(self):
        self.write("good"), self.write("bad.toml", INVALID), self.write("refused", REFUSED)
        self.write("folder/bad.toml", KATA + INVALID)
        before = self.tree()
        for trouble in ("bad.toml", "refused", "missing", "folder"):
            for words in (["good", trouble], [trouble, "good"]):
                with self.subTest(words=words):
                    ran = self.apply(*words, status=2)
                    self.assertNotIn(b"estart containerd", ran.out)
                    self.assertIn(trouble.encode(), ran.err)
                    report = self.apply_json(*words, status=2)
                    self.assertIs(report["changed"], False)
                    self.assertEqual((report["run"], report["restart"]), (None, []))
                    self.assertFalse(any(file["changed"] or file["backup"] for file in report["files"]))
                    self.assert_untouched(before)

    def test_a_refusal_names_flag_and_handler(self):
        self.write("refused", REFUSED)
        ran = self.apply("refused", status=2)
        self.assertIn(FLAG, ran.err)
        self.assertIn(b"kata", ran.err)
        report = self.apply_json("refused", status=2)
        self.assertEqual(self.actions(report), {"kata": "refuse"})
        self.assertTrue(report["handlers"][0]["reason"])
        self.assertEqual(self.codes(report), ["refused"])

    def test_errors_have_a_place_and_a_caret(self):
        for data, place in ((b"\xef\xbb\xbfx = =\n", b"1:5"), (b"a = 1\na = 2\n", b"2:1"),
                            (b"a = 1\n# \xff\n", b"2:3"), (b"a = 1\rb = 2\n", b"1:6"),
                            (b"a = 1\nb = \"\x00\"\n", b"2:6"),
                            ("a = 1\n\u00fc = 2\n".encode(), b"2:1")):
            with self.subTest(data):
                path = self.write("bad.toml", data)
                ran = self.apply(path.name, status=2)
                self.assertRegex(ran.err, rb"^bad\.toml:" + place + rb": error: ")
                self.assertRegex(ran.err, rb"(?m)^ +\| +\^$")
                self.assert_plain(ran.err)
                self.assertEqual(path.read_bytes(), data)


if __name__ == "__main__":
    harness.main()
