#!/usr/bin/env python3
"""restore: undoing the newest run or a named one, and when it must not."""

import os

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
        self.assertEqual(self.codes(self.restore_json(status=2)), ["no-such-run"])

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
        for folder in ("missing", "empty"):
            self.backups = self.dir / folder
            if folder == "empty":
                (self.backups / "runs").mkdir(parents=True)
            before = self.tree()
            for words in ([], ["20260101T000000.000000Z"], ["../../etc"], ["."], [".."]):
                with self.subTest(folder=folder, words=words):
                    report = self.restore_json(*words, status=2)
                    self.assertEqual(self.codes(report), ["no-such-run"])
                    self.assertIn(b"error: ", self.restore(*words, status=2).err)
            self.assert_untouched(before)

    def test_a_later_edit_is_not_overwritten(self):
        other = self.write("other.toml", CRIO)
        self.apply("config.toml", "other.toml")
        self.path.write_bytes(FIXED + b"# mine\n")
        before = self.tree()
        report = self.restore_json(status=2)
        self.assertEqual(self.codes(report), ["conflict"])
        self.assertEqual((report["findings"][0]["file"], report["changed"]), ("config.toml", False))
        self.assert_untouched(before)
        self.path.write_bytes(FIXED)
        self.restore()
        self.assertEqual((self.path.read_bytes(), other.read_bytes()), (KATA, CRIO))

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
