#!/usr/bin/env python3
"""Backups: where they go, who may read them, and how many are kept."""

import fcntl
import json
import os
import shutil
import subprocess
import unittest

import harness
from harness import CRIO, FIXED, KATA


class BackupCase(harness.Case):

    def setUp(self):
        super().setUp()
        self.path = self.write("config.toml")

    def modes(self, folder):
        """The permissions of everything below a folder, by path from it."""
        return {str(path.relative_to(folder)): oct(path.stat().st_mode & 0o7777)
                for path in sorted(folder.rglob("*"))}


class BackupDirectoryTest(BackupCase):

    def test_layout_and_modes(self):
        for umask in (0o000, 0o022, 0o077):
            with self.subTest(umask=oct(umask)):
                self.backups = self.dir / f"backups-{umask:o}"
                run = self.apply_json("config.toml", umask=umask)["run"]
                self.assertEqual(oct(self.backups.stat().st_mode & 0o7777), "0o700")
                self.assertEqual(self.modes(self.backups),
                                 {"runs": "0o700", f"runs/{run}": "0o700", f"runs/{run}/0.orig": "0o600",
                                  f"runs/{run}/manifest.json": "0o600", f"runs/{run}/done": "0o600"})
                self.assertEqual((self.backups / "runs" / run / "0.orig").read_bytes(), KATA)
                self.restore()

    def test_a_secret_file_has_a_secret_backup(self):
        self.path.chmod(0o600)
        self.apply("config.toml", umask=0)
        self.assertTrue(all(mode in ("0o600", "0o700") for mode in self.modes(self.backups).values()))

    def test_the_manifest(self):
        run = self.apply_json("config.toml")["run"]
        manifest = json.loads((self.backups / "runs" / run / "manifest.json").read_bytes())
        self.assertEqual((manifest["schema"], manifest["run"]), (4, run))
        file, = manifest["files"]
        self.assertEqual((file["path"], file["target"]), ("config.toml", str(self.path)))
        self.assertEqual((file["before"]["size"], file["after"]["size"]), (len(KATA), len(FIXED)))

    def test_it_is_made_with_its_parents(self):
        self.backups = self.dir / "a/b/c"
        self.apply("config.toml")
        self.restore()

    def test_a_relative_one(self):
        self.katafix("apply", "--backup-dir", "here", "config.toml", status=0)
        self.assertTrue((self.dir / "here/runs").is_dir())
        self.katafix("restore", "--backup-dir", "./here/", status=0)
        self.assertEqual(self.path.read_bytes(), KATA)

    def test_one_that_is_there_keeps_its_mode(self):
        self.backups.mkdir(mode=0o750)
        self.backups.chmod(0o750)
        self.apply("config.toml")
        self.assertEqual(self.backups.stat().st_mode & 0o7777, 0o750)

    def test_one_that_cannot_be(self):
        self.write("file", b"x")
        before = self.tree()
        for name in ("file", "file/below"):
            report = self.json("apply", "--backup-dir", name, "config.toml", status=2)
            self.assertEqual(self.codes(report), ["bad-backup-dir"])
            self.assertIs(report["changed"], False)
        self.assert_untouched(before)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("chattr"),
                         "only root may mark a directory, by chattr")
    def test_one_that_is_immutable(self):
        self.backups.mkdir()
        if subprocess.run(["chattr", "+i", self.backups], capture_output=True, check=False).returncode:
            self.skipTest("this file system has no such marks")
        self.addCleanup(subprocess.run, ["chattr", "-i", self.backups], check=True)
        for command in ("check", "apply"):
            report = self.json(command, "--backup-dir", self.backups, "config.toml", status=2)
            self.assertEqual(self.codes(report), ["bad-backup-dir"])

    def test_no_change_makes_none(self):
        self.write("fixed.toml", FIXED), self.write("bad.toml", b"x = \n")
        self.apply("fixed.toml")
        self.apply("config.toml", "bad.toml", status=2)
        self.apply("--dry-run", "config.toml", status=1)
        self.assertFalse(self.backups.exists())

    def test_another_katafix_at_work(self):
        self.apply("config.toml")
        self.write("other.toml")
        before = self.tree()
        lock = os.open(self.backups / "runs", os.O_RDONLY)
        self.addCleanup(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.assertEqual(self.codes(self.apply_json("other.toml", status=2)), ["locked"])
        self.assertEqual(self.codes(self.restore_json(status=2)), ["locked"])
        self.assert_untouched(before)


class LoadedDirectoryTest(BackupCase):
    """An engine would load a backup beside its drop-ins."""

    def refused(self, folder, **more):
        before = self.tree()
        report = self.json("apply", "--root", self.dir, "--backup-dir", folder, "/config.toml", status=2,
                           **more)
        self.assertEqual(self.codes(report), ["bad-backup-dir"])
        self.assert_untouched(before)

    def loaded(self, name):
        folder = self.dir / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def test_in_it_and_below_it(self):
        for name in ("etc/crio/crio.conf.d", "etc/containerd/conf.d", "etc/k0s/containerd.d",
                     "k3s/agent/etc/containerd/config-v3.toml.d"):
            folder = self.loaded(name)
            for path in (folder, folder / "backups", str(folder) + "/", str(folder) + "/a/../b", name):
                with self.subTest(path):
                    self.refused(path)

    def test_beside_it(self):
        self.loaded("etc/crio/crio.conf.d")
        self.backups = self.dir / "etc/crio/crio.conf.d.backups"
        self.apply("config.toml")

    def test_through_a_link(self):
        folder = self.loaded("etc/crio/crio.conf.d")
        (self.dir / "link").symlink_to(folder)
        self.refused(self.dir / "link")
        self.refused(self.dir / "link/new/folder")

    def test_from_inside(self):
        folder = self.loaded("etc/crio/crio.conf.d")
        self.loaded("etc/crio/crio.conf.d/below")
        self.refused(".", cwd=folder)
        self.refused("new", cwd=folder)
        self.refused("..", cwd=folder / "below")
        self.refused("../new", cwd=folder / "below")

    def test_below_a_root(self):
        for folder in ("node/etc/crio/crio.conf.d", "node/etc/crio/crio.conf.d/backups"):
            self.write("node/etc/crio/crio.conf", CRIO)
            self.json("apply", "--root", "node", "--backup-dir", folder, status=2)
        self.assertEqual((self.dir / "node/etc/crio/crio.conf").read_bytes(), CRIO)


class KeepTest(BackupCase):

    def rounds(self, count, *options):
        """Applies that often; the runs that are left."""
        for _ in range(count):
            self.path.write_bytes(KATA)
            self.apply(*options, "config.toml")
        return self.runs()

    def test_the_newest_are_kept(self):
        first = self.rounds(3)
        self.assertEqual(len(first), 3)
        left = self.rounds(1, "--keep", "2")
        self.assertEqual(len(left), 2)
        self.assertEqual(left[0], first[2])
        self.assertEqual(len(self.rounds(2, "--keep=1")), 1)
        self.restore()
        self.assertEqual(self.path.read_bytes(), KATA)

    def test_twenty_by_default(self):
        self.assertEqual(len(self.rounds(22)), 20)

    def test_runs_sort_by_time(self):
        names = []
        for _ in range(5):
            self.path.write_bytes(KATA)
            names.append(self.apply_json("config.toml")["run"])
        self.assertEqual(names, sorted(set(names)))

    def test_no_change_removes_none(self):
        before = self.rounds(3)
        self.apply("--keep", "1", "config.toml")
        self.assertEqual(self.runs(), before)


class InterruptedRunTest(BackupCase):
    """What a power cut leaves behind must not keep anyone from restoring."""

    def test_a_run_without_a_manifest_is_no_run(self):
        run = self.apply_json("config.toml")["run"]
        late = self.backups / "runs/20991231T235959.000000Z"
        late.mkdir(mode=0o700)
        (late / "0.orig").write_bytes(b"half")
        self.assertEqual([entry["run"] for entry in self.restore_json("--list", status=0)["runs"]], [run])
        self.restore()
        self.assertEqual(self.path.read_bytes(), KATA)
        self.apply("config.toml")
        self.assertEqual(self.path.read_bytes(), FIXED)

    def test_a_prepared_run_with_a_damaged_manifest_is_told_of_and_keeps_nobody_from_applying(self):
        directory = self.backups / "runs" / self.apply_json("config.toml")["run"]
        (directory / "done").unlink()
        (directory / "manifest.json").write_bytes(b"{")
        self.path.write_bytes(KATA)
        finding, = self.apply_json("config.toml", status=0)["findings"]
        self.assertEqual((finding["code"], finding["severity"], finding["file"]),
                         ("bad-backup", "warning", str(directory / "manifest.json")))
        self.assertEqual(self.path.read_bytes(), FIXED)
        self.assertEqual((directory / "0.orig").read_bytes(), KATA)

    def test_a_prepared_run_is_undone(self):
        """Cut between two files: one is new, the other old, and both are old after restore."""
        other = self.write("other.toml", CRIO)
        run = self.apply_json("config.toml", "other.toml")["run"]
        (self.backups / "runs" / run / "done").unlink()
        other.write_bytes(CRIO)
        self.assertEqual(self.restore_json("--list")["runs"][0]["state"], "prepared")
        report = self.restore_json(status=0)
        self.assertEqual([file["path"] for file in report["files"]], ["config.toml"])
        self.assertEqual((self.path.read_bytes(), other.read_bytes()), (KATA, CRIO))


if __name__ == "__main__":
    harness.main()
