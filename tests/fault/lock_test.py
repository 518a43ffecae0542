#!/usr/bin/env python3
"""kata-deploy's lock, /run/lock/kata-deploy.lock: who else changes engines' configs is waited for."""

import fcntl
import os
import pathlib
import subprocess
import threading

import fault
import harness
from harness import FIXED, KATA, NOBODY

LOCK = pathlib.Path("/run/lock/kata-deploy.lock")


class LockTest(fault.Node):

    def setUp(self):
        super().setUp()
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", LOCK.parent], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", LOCK.parent], check=False)
        self.path = self.write("a.toml")

    def hold(self, path=LOCK):
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock

    def assert_applies(self, *args):
        self.path.write_bytes(KATA)
        self.apply(self.path, *args)
        self.assertEqual(self.path.read_bytes(), FIXED)

    def test_it_is_never_made(self):
        self.assert_applies()
        self.assertEqual(list(LOCK.parent.iterdir()), [])

    def test_it_is_held_while_files_are_changed(self):
        os.close(self.hold())
        # --validate runs between the first read and the first write.
        self.assert_applies("--validate", f"sh -c '! flock -n {LOCK} true' %s")
        os.close(self.hold())

    def test_it_is_waited_for(self):
        lock = self.hold()
        release = threading.Timer(1, os.close, [lock])
        release.start()
        self.assert_applies()
        release.join()

    def test_not_for_ever_and_then_nothing_is_written(self):
        lock = self.hold()
        before = self.tree()
        report = self.apply_json(self.path, status=2)
        self.assertEqual(self.codes(report), ["locked"])
        self.assertEqual(report["findings"][0]["file"], str(LOCK))
        self.assert_untouched(before)
        # What only reads, and what is another tree's, goes on.
        self.katafix("check", self.path, status=1)
        self.apply("--dry-run", self.path, status=1)
        self.katafix("apply", "--root", self.dir, "a.toml", status=0)
        os.close(lock)

    def test_restore_waits_as_well(self):
        self.apply(self.path)
        lock = self.hold()
        self.restore("--list")
        report = self.restore_json(status=2)
        self.assertEqual((self.codes(report), self.path.read_bytes()), (["locked"], FIXED))
        os.close(lock)
        self.restore()
        self.assertEqual(self.path.read_bytes(), KATA)

    def test_what_is_no_file_of_root_s_holds_nobody_up(self):
        os.mkfifo(LOCK)
        self.assert_applies()
        LOCK.unlink()
        other = self.hold(self.dir / "other")
        LOCK.symlink_to(self.dir / "other")
        self.assert_applies()
        LOCK.unlink()
        os.close(other)
        lock = self.hold()
        os.chown(LOCK, NOBODY, NOBODY)
        self.assert_applies()
        os.close(lock)


if __name__ == "__main__":
    fault.need_private_mounts()
    if not LOCK.parent.is_dir():
        harness.skip(f"there is no {LOCK.parent}")
    fault.main()
