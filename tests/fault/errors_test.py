#!/usr/bin/env python3
"""Each system call of an apply and a restore fails, with each error that fits, at each occurrence."""

import os
import subprocess
import unittest.mock

import fault
import harness
from harness import KATA

ERRORS = {
    "openat": ["EIO", "EACCES", "EMFILE", "ENOSPC", "EROFS", "EINTR"],
    # The last two are of kernels and filters that do not know the call; then there is another way.
    "openat2": ["EIO", "EACCES", "EMFILE", "EINTR", "ENOSYS", "EPERM"],
    "read": ["EIO", "EINTR"],
    "pread64": ["EIO", "EINTR"],
    "write": ["EIO", "ENOSPC", "EDQUOT", "EFBIG", "EINTR"],
    "fsync": ["EIO", "ENOSPC", "EINTR"],
    "close": ["EIO", "EINTR"],
    "fchown": ["EPERM", "EIO"],
    "fchmod": ["EPERM", "EROFS"],
    "fsetxattr": ["ENOSPC", "EPERM"],
    "renameat": ["EIO", "ENOSPC", "EROFS", "EXDEV", "EBUSY"],
    "renameat2": ["EIO", "EINVAL", "ENOSYS", "EPERM", "EXDEV", "EBUSY"],
    "unlinkat": ["EIO", "EROFS"],
    "mkdirat": ["EIO", "ENOSPC", "EROFS"],
    "flock": ["EAGAIN"],
}


class ErrorsTest(fault.Node):

    def fail_each(self, command, before, after, prepare):
        prepare()
        calls = self.calls(command)
        injected = 0
        for name, number in calls:
            for error in ERRORS.get(name, ["EIO"]):
                with self.subTest(call=f"{name} {number}", error=error):
                    prepare()
                    ran = self.traced(f"{name}:error={error}:when={number}", command=command)
                    injected += self.injected()
                    self.check(ran, before, after)
        self.assertGreater(injected, len(calls) // 2)
        print(f"summary: faults injected: {injected}", flush=True)

    def check(self, ran, before, after):
        self.assertIn(ran.status, (0, 2, 3), ran.err)
        self.assertNotIn(b"a bug, please report", ran.err)
        state = self.state()
        if ran.status == 0:
            self.assertEqual(state, after)
        elif ran.status == 2:
            self.assertEqual(state, before)
        else:
            self.assertIn(state, (before, after))
        if ran.status != 0:
            self.assertNotEqual(ran.err, b"")
        self.assert_no_temporary()

    def test_apply(self):
        self.fail_each("apply", "old", "new", self.reset)

    def test_restore(self):
        def prepare():
            self.reset()
            self.apply(*self.files)
        self.fail_each("restore", "new", "old", prepare)

    def test_without_backups_a_failure_is_undone_in_the_same_way(self):
        journals = self.dir / "tmp"
        journals.mkdir()
        self.enterContext(unittest.mock.patch.dict(os.environ, TMPDIR=str(journals)))
        for fault_of in ("error=EIO", "signal=KILL"):
            for number in (1, 2):
                with self.subTest(fault=fault_of, file=number):
                    self.reset()
                    ran = self.traced(f"renameat2:{fault_of}:when={number}", keeps=["--no-backup"])
                    self.assertEqual(self.injected(), 1)
                    if fault_of == "error=EIO":
                        self.assertEqual(ran.status, 2 if number == 1 else 3)
                        self.assertEqual(self.state(), "old")
                        self.assert_no_temporary()
                        self.assertEqual(list(journals.iterdir()), [])
                    self.assertIn(self.state(), ("old", "mixed"))  # each file whole
                    self.katafix("apply", "--no-backup", *self.files, status=0)
                    self.assertEqual(self.state(), "new")

    def test_all_calls_of_a_kind_fail(self):
        """From some time on: no file is torn, and once the fault is gone, all is mended."""
        calls = self.calls()
        injected = 0
        for name, number in calls:
            for error in ERRORS.get(name, ["EIO"]):
                if error == "EINTR":
                    continue  # it is tried again, for ever
                with self.subTest(call=f"{name} {number}", error=error):
                    self.reset()
                    ran = self.traced(f"{name}:error={error}:when={number}+")
                    injected += self.injected()
                    if ran.status == 2:
                        self.assertEqual(self.state(), "old")
                    self.assert_mends()
        self.assertGreater(injected, len(calls) // 2)
        print(f"summary: faults injected: {injected}", flush=True)

    def test_a_short_write(self):
        """A write that says it wrote one byte, and wrote none, is found before anything is replaced."""
        injected = 0
        for name, number in self.calls():
            if name != "write":
                continue
            with self.subTest(write=number):
                self.reset()
                ran = self.traced(f"write:retval=1:when={number}")
                injected += self.injected()
                self.assertEqual(self.state(), "new" if ran.status in (0, 3) else "old")
                self.assert_mends()
        self.assertGreater(injected, 4)
        print(f"summary: faults injected: {injected}", flush=True)

    def test_the_heap_cannot_grow(self):
        """Then memory comes in pieces from elsewhere, and a large file is read as ever."""
        handler = KATA.partition(b"\n")[2]
        large = self.write("large.toml", b"version = 2\n" + b"".join(
            handler.replace(b"kata]", b"kata-%d]" % number) for number in range(50_000)))
        check = [harness.KATAFIX, "check", "--quiet", large]

        def strace(*options):
            return subprocess.run(["strace", "-o", self.trace, *options, *check],
                                  capture_output=True, timeout=120, check=False)

        self.assertEqual(strace("--trace=brk,openat").returncode, 1)
        before, _, after = self.trace.read_text().partition("large.toml")
        first = before.count("brk(") + 1
        self.assertGreater(after.count("brk("), 20)
        for number in [*range(first, first + 5), first + 20]:
            with self.subTest(brk=number):
                done = strace(f"--inject=brk:retval=0:when={number}")
                self.assertEqual((done.returncode, done.stderr), (1, b""))
        print("summary: faults injected: 6", flush=True)


if __name__ == "__main__":
    fault.need_strace()
    fault.main()
