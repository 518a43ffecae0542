#!/usr/bin/env python3
"""restore: undoing the newest run or a named one, and when it must not."""

import os
import pathlib
import shlex
import subprocess

import harness
from harness import CRIO, CRIO_FIXED, FIXED, KATA


class RestoreTest(harness.Case):

    def setUp(self):
        super().setUp()
        self.path = self.write("config.toml")

    def test_the_newest(self):
        run = self.apply_json("config.toml")["run"]
        ran = self.restore()
        self.assertEqual(self.path.read_bytes(), KATA)
        for word in ("config.toml", run):
            self.assertIn(word.encode(), ran.out)
        self.assertEqual(ran.err, b"")

    def test_json(self):
        run = self.apply_json("config.toml")["run"]
        report = self.restore_json(status=0)
        self.assertEqual((report["run"], report["changed"]), (run, True))
        self.assertEqual([(file["path"], file["changed"]) for file in report["files"]],
                         [("config.toml", True)])
        self.assertEqual((report["handlers"], report["findings"]), ([], []))
        self.assertNotIn("runs", report)

    def test_json_names_the_unit(self):
        self.write("node/etc/crio/crio.conf", CRIO)
        self.json("apply", "--root", "node", status=0)
        report = self.json("restore", "--root", "node", status=0)
        self.assertEqual(report["restart"], ["crio"])
        self.assertEqual((report["files"][0]["engine"], report["files"][0]["role"]), ("crio", "main"))

    def test_metadata(self):
        self.path.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(self.path, 12, 34)
        os.utime(self.path, ns=(10**18, 10**18 + 123456789))
        before = self.path.stat()
        self.apply("config.toml")
        applied = self.path.stat()
        self.assertGreater(applied.st_mtime_ns, before.st_mtime_ns)
        self.restore()
        after = self.path.stat()
        for info in (applied, after):
            self.assertEqual((info.st_mode, info.st_uid, info.st_gid),
                             (before.st_mode, before.st_uid, before.st_gid))
        self.assertEqual(after.st_mtime_ns, before.st_mtime_ns)

    def test_one_run_after_the_other(self):
        other = self.write("other.toml", CRIO)
        first = self.apply_json("config.toml")["run"]
        second = self.apply_json("other.toml")["run"]
        self.assertEqual(self.restore_json(status=0)["run"], second)
        self.assertEqual((self.path.read_bytes(), other.read_bytes()), (FIXED, CRIO))
        self.assertEqual(self.restore_json(status=0)["run"], first)
        self.assertEqual((self.path.read_bytes(), other.read_bytes()), (KATA, CRIO))
        self.assertIsNone(self.restore_json(status=0)["run"])

    def test_a_named_run(self):
        other = self.write("other.toml", CRIO)
        first = self.apply_json("config.toml")["run"]
        self.apply("other.toml")
        self.assertEqual(self.restore_json(first, status=0)["run"], first)
        self.assertEqual((self.path.read_bytes(), other.read_bytes()), (KATA, CRIO_FIXED))

    def test_a_run_that_is_undone_already(self):
        run = self.apply_json("config.toml")["run"]
        self.restore()
        before = self.tree(self.path.parent)[str(self.path)]
        report = self.restore_json(run, status=0)
        self.assertEqual((report["changed"], report["files"]), (False, []))
        self.assertIn(b"othing to do", self.restore(run).out)
        self.assertEqual(self.tree(self.path.parent)[str(self.path)], before)

    def test_undo_and_redo(self):
        for _ in range(3):
            self.apply("config.toml")
            self.assertEqual(self.path.read_bytes(), FIXED)
            self.restore()
            self.assertEqual(self.path.read_bytes(), KATA)

    def test_no_run(self):
        for folder in ("new", "empty"):
            self.backups = self.dir / folder
            self.backups.mkdir()
            if folder == "empty":
                (self.backups / "runs").mkdir()
            before = self.tree()
            for words in ([], ["--dry-run"]):
                report = self.restore_json(*words, status=0)
                self.assertEqual((report["run"], report["changed"], report["findings"]), (None, False, []))
                self.assertEqual(self.restore(*words).out, b"Nothing to undo.\n")
            for words in (["20260101T000000.000000Z"], ["../../etc"], ["."], [".."]):
                with self.subTest(folder=folder, words=words):
                    report = self.restore_json(*words, status=2)
                    self.assertEqual(self.codes(report), ["no-such-run"])
                    self.assertIn(b"error: ", self.restore(*words, status=2).err)
            self.assert_untouched(before)

    def test_a_directory_that_is_named_and_not_there(self):
        """It is mistyped: what is to be undone is elsewhere."""
        for words in ([], ["--dry-run"], ["20260101T000000.000000Z"]):
            with self.subTest(words=words):
                report = self.restore_json(*words, status=2)
                self.assertEqual(self.codes(report), ["bad-backup-dir"])
        self.assertFalse(self.backups.exists())

    def test_a_file_below_a_root_that_was_removed(self):
        path = self.write("node/etc/crio/crio.conf", CRIO)
        self.json("apply", "--root", "node", status=0)
        path.unlink()
        report = self.json("restore", "--root", "node", status=2)
        self.assertIn("crio.conf is not there any more", report["findings"][0]["message"])

    def test_a_later_edit_is_not_overwritten(self):
        other = self.write("other.toml", CRIO)
        self.apply("config.toml", "other.toml")
        self.path.write_bytes(FIXED + b"# mine\n")
        before = self.tree()
        report = self.restore_json(status=2)
        self.assertEqual(self.codes(report), ["conflict"])
        self.assertEqual((report["findings"][0]["file"], report["changed"]), ("config.toml", False))
        self.assertIn("\n+# mine\n", report["findings"][0]["message"])
        self.assertIn("\n+  " + harness.FLAG.decode() + " = true\n", report["findings"][0]["message"])
        self.assertNotRegex(report["findings"][0]["message"], "\n-[^-]")
        self.assert_untouched(before)
        copy = report["findings"][0]["advice"].partition(": ")[2].partition(",")[0].split()
        self.assertEqual((copy[0], copy[2]), ("cp", str(self.path)))
        self.path.write_bytes(pathlib.Path(copy[1]).read_bytes())
        self.restore()
        self.assertEqual((self.path.read_bytes(), other.read_bytes()), (KATA, CRIO))

    def test_a_long_difference_is_cut_short(self):
        self.apply("config.toml")
        self.path.write_bytes(b"".join(b"a%d = 1\n" % number for number in range(1000)))
        lines = self.restore(status=2).err.splitlines()
        self.assertLess(len(lines), 40)
        self.assertRegex(b"\n".join(lines), rb"and \d+ lines more")

    def test_a_removed_file(self):
        other = self.write("other.toml", CRIO)
        self.apply("config.toml", "other.toml")
        self.path.unlink()
        before = self.tree()
        self.restore_json(status=2)
        self.assert_untouched(before)
        self.assertEqual(other.read_bytes(), CRIO_FIXED)

    def test_a_file_that_became_a_link(self):
        self.apply("config.toml")
        self.path.rename(self.dir / "moved.toml")
        self.path.symlink_to("moved.toml")
        before = self.tree()
        self.restore_json(status=2)
        self.assert_untouched(before)

    def test_a_damaged_backup(self):
        run = self.apply_json("config.toml")["run"]
        backup = self.backups / "runs" / run / "0.orig"
        for bad in (KATA + b"x", KATA[1:], b"", KATA.replace(b"kata", b"Kata")):
            backup.write_bytes(bad)
            report = self.restore_json(status=2)
            self.assertEqual(self.codes(report), ["bad-backup"])
            self.assertEqual(self.path.read_bytes(), FIXED)
        with backup.open("wb") as file:
            file.truncate(1 << 43)
        self.assertEqual(self.codes(self.restore_json(status=2)), ["bad-backup"])
        backup.unlink()
        self.assertEqual(self.codes(self.restore_json(status=2)), ["bad-backup"])
        self.assertEqual(self.path.read_bytes(), FIXED)

    def test_a_damaged_manifest(self):
        run = self.apply_json("config.toml")["run"]
        manifest = self.backups / "runs" / run / "manifest.json"
        good = manifest.read_bytes()
        for bad in (b"", b"{", b"[]", good.replace(b'"schema": 4', b'"schema": 3'), b"\xff\xfe"):
            manifest.write_bytes(bad)
            for words, codes in (([], ["bad-backup", "no-such-run"]), ([run], ["bad-backup"])):
                self.assertEqual(self.codes(self.restore_json(*words, status=2)), codes)
            self.assertEqual(self.path.read_bytes(), FIXED)


class ShowTest(harness.Case):
    """--dry-run and --diff show what restore would do."""

    def setUp(self):
        super().setUp()
        self.path = self.write("config.toml")

    def test_a_dry_run_writes_nothing(self):
        run = self.apply_json("config.toml")["run"]
        before = self.tree()
        report = self.restore_json("--dry-run", status=0)
        self.assertEqual((report["run"], report["changed"]), (run, True))
        file, = report["files"]
        self.assertEqual((file["path"], file["changed"]), ("config.toml", True))
        ran = self.restore("--dry-run")
        self.assertEqual(ran.out.decode(), file["diff"] + "Would restore config.toml\n" +
                         f"Run {run} would be undone.\n")
        self.assert_untouched(before)

    def test_the_diff_is_what_is_done(self):
        self.apply("config.toml")
        label = str(self.path).lstrip("/")
        ran = self.restore("--diff")
        self.assertEqual(self.path.read_bytes(), KATA)
        self.assertTrue(ran.out.startswith(f"--- a/{label}\n+++ b/{label}\n".encode()))
        changed = [line for line in ran.out.splitlines()[2:] if line[:1] in (b"-", b"+")]
        self.assertEqual(changed, [b"-  privileged_without_host_devices = true"])
        self.assertIn(b"\nRestored config.toml\n", ran.out)

    def test_what_would_be_refused(self):
        self.apply("config.toml")
        self.path.write_bytes(FIXED + b"# mine\n")
        before = self.tree()
        found = [self.restore_json(*words, status=2)["findings"] for words in ([], ["--dry-run"])]
        self.assertEqual(found[0], found[1])
        self.assert_untouched(before)

    def test_what_is_undone_already(self):
        run = self.apply_json("config.toml")["run"]
        self.path.write_bytes(KATA)
        self.assertIn(b"Nothing to do", self.restore("--dry-run").out)
        self.assertEqual(self.restore_json("--list")["runs"][0]["state"], "done")
        self.assertEqual(self.restore_json(run, "--dry-run", status=0)["changed"], False)


class NameTest(harness.Case):
    """A run may be named by the beginning of its name."""

    def setUp(self):
        super().setUp()
        self.write("one"), self.write("two")
        self.names = [self.apply_json(name)["run"] for name in ("one", "two")]
        common = os.path.commonprefix(self.names)
        self.common, self.first = common, self.names[0][:len(common) + 1]

    def test_a_unique_beginning(self):
        self.assertEqual(self.restore_json(self.first, status=0)["run"], self.names[0])
        self.assertEqual((self.dir / "one").read_bytes(), KATA)
        self.assertEqual((self.dir / "two").read_bytes(), FIXED)

    def test_a_beginning_of_several(self):
        before = self.tree()
        finding, = self.restore_json(self.common, status=2)["findings"]
        self.assertEqual(finding["code"], "no-such-run")
        for name in self.names:
            self.assertIn(name, finding["message"])
        self.assert_untouched(before)

    def test_a_beginning_of_none(self):
        self.assertEqual(self.codes(self.restore_json("1999", status=2)), ["no-such-run"])

    def test_runs_of_another_tree_do_not_count(self):
        self.write("node/etc/containerd/config.toml")
        other = self.json("apply", "--root", "node", "--backup-dir", self.backups, status=0)["run"]
        self.restore(self.names[1])
        common = os.path.commonprefix([self.names[0], other])
        found = self.katafix("restore", "--root", "node", "--backup-dir", self.backups, common, status=0)
        self.assertIn(other.encode(), found.out)


class OrderTest(harness.Case):
    """Runs that are undone in another order than the newest first."""

    def test_an_older_run_first_leaves_nothing_to_undo_of_the_newer_one(self):
        path, other = self.write("config.toml"), self.write("other.toml", CRIO)
        first = self.apply_json("other.toml")["run"]
        second = self.apply_json("config.toml")["run"]
        more = harness.containerd("kata-fc") + b"# more\n"
        path.write_bytes(FIXED + more.partition(b"\n")[2])
        third = self.apply_json("config.toml")["run"]
        path.write_bytes(FIXED)  # by hand
        self.restore(second)
        self.assertEqual(path.read_bytes(), KATA)
        report = self.restore_json(status=0)
        self.assertEqual((report["run"], report["changed"]), (third, False))
        self.assertEqual(path.read_bytes(), KATA)
        self.assertEqual(self.restore_json(status=0)["run"], first)
        self.assertEqual(other.read_bytes(), CRIO)
        self.assertEqual(self.restore().out, b"Nothing to undo.\n")

    def test_an_older_run_does_not_take_the_newer_one_along(self):
        path = self.write("config.toml")
        first = self.apply_json("config.toml")["run"]
        more = harness.containerd("kata-fc").partition(b"\n")[2]
        path.write_bytes(FIXED + more)
        second = self.apply_json("config.toml")["run"]
        conflict, = self.restore_json(first, status=2)["findings"]
        self.assertEqual(conflict["code"], "conflict")
        self.assertIn(f"katafix restore --backup-dir {self.backups} {second}", conflict["advice"])
        self.restore(second)
        self.assertEqual(path.read_bytes(), FIXED + more)
        conflict, = self.restore_json(status=2)["findings"]
        self.assertIn("0.orig", conflict["advice"])  # the edit is somebody's now
        self.assertEqual(path.read_bytes(), FIXED + more)


class AdviceTest(harness.Case):

    def test_a_root_is_named_in_the_command_that_is_advised(self):
        self.write("a node/etc/containerd/config.toml")
        self.katafix("apply", "--root", "a node", status=0)
        with open(self.dir / "a node/etc/containerd/config.toml", "ab") as file:
            file.write(b"# mine\n")
        conflict = self.json("restore", "--root", "a node", status=2)["findings"][0]
        command = conflict["advice"].partition(": ")[2]
        subprocess.run(command.replace("katafix ", shlex.quote(str(harness.KATAFIX)) + " "),
                       shell=True, check=True, cwd=self.dir, stdout=subprocess.DEVNULL)
        self.assertNotIn(b"mine", (self.dir / "a node/etc/containerd/config.toml").read_bytes())

    def test_a_root_that_is_not_there_is_told(self):
        self.assertIn(b"there is no such directory",
                      self.katafix("restore", "--root", "nowhere", status=2).err)


class ListTest(harness.Case):

    def test_states(self):
        self.write("one"), self.write("two", CRIO), self.write("three")
        first = self.apply_json("one", "two")["run"]
        second = self.apply_json("three")["run"]
        self.restore()
        before = self.tree()
        report = self.restore_json("--list", status=0)
        self.assertEqual(report["runs"], [{"run": first, "state": "done", "files": ["one", "two"]},
                                          {"run": second, "state": "undone", "files": ["three"]}])
        self.assertEqual((report["changed"], report["run"]), (False, None))
        text = self.restore("--list").out.decode()
        for word in (first, second, "one", "two", "three", "undone"):
            self.assertIn(word, text)
        self.assert_untouched(before)

    def test_no_runs(self):
        """Whether none was ever made, or all are gone, is the same to one who asks for a list."""
        for folder in ("missing", "empty"):
            self.backups = self.dir / folder
            if folder == "empty":
                (self.backups / "runs").mkdir(parents=True)
            with self.subTest(folder):
                self.assertEqual(self.restore_json("--list", status=0)["runs"], [])
        self.assertFalse((self.dir / "missing").exists())


if __name__ == "__main__":
    harness.main()
