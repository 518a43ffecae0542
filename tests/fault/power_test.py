#!/usr/bin/env python3
"""The power is cut at each system call of an apply that changes something on the disk."""

import collections
import os
import re
import subprocess
import sys
import time

import disk
import fault
import harness
from harness import CRIO, CRIO_FIXED, FIXED, KATA

EXT4 = disk.Kind("ext4")
# Without it, ext4 writes a renamed file's data early, which hides a missing fsync.
EXT4_PLAIN = disk.Kind("ext4", "loop,noauto_da_alloc")
XFS = disk.Kind("xfs", megabytes=300)
BTRFS = disk.Kind("btrfs", megabytes=300, cuts=(disk.SNAPSHOT,))
KINDS = (EXT4, EXT4_PLAIN, XFS, BTRFS)

CONTAINERD, DROP_INS = "etc/containerd/config.toml", "etc/crio/crio.conf.d"
FILES = {CONTAINERD: (KATA, FIXED, 0o640), f"{DROP_INS}/10-kata": (CRIO, CRIO_FIXED, 0o644)}

# Between two of these the disk stays as it is, whatever else the command calls.
CHANGES = re.compile(r"\d+ +((?:openat(?=.*O_CREAT)|p?write(?:64|v)?|f(?:data)?sync|fallocate"
                     r"|ftruncate|rename(?:at2?)?|(?:un)?link(?:at)?|mkdir(?:at)?|rmdir"
                     r"|f?chmod(?:at)?|fchown(?:at)?|f(?:set|remove)xattr))\(")
SECONDS = 30  # for one way to cut one file system

# A writer that trusts rename alone.
CARELESS = """
import os, shutil, sys
path, data = sys.argv[1], sys.stdin.buffer.read()
with open(path + ".new", "wb") as file:
    file.write(data)
shutil.copymode(path, path + ".new")
os.rename(path + ".new", path)
"""


def fill(root):
    for name, (old, _, mode) in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True)
        path.write_bytes(old)
        path.chmod(mode)


def spread(calls):
    """In an order whose beginning is a sample of them all, for when the time does not suffice."""
    return [call for first in (0, 4, 2, 6, 1, 5, 3, 7) for call in calls[first::8]]


class PowerTest(harness.Case):

    def setUp(self):
        super().setUp()
        self.trace = self.dir / "trace"
        self.found = collections.Counter()

    def traced_apply(self, root, *options):
        done = subprocess.run(["strace", "-f", "-o", self.trace, *options,
                               harness.KATAFIX, "apply", "--root", root],
                              capture_output=True, timeout=120, check=False)
        return harness.Ran(done.returncode, done.stdout, done.stderr)

    def trace_lines(self):
        return self.trace.read_text(encoding="utf-8", errors="replace").splitlines()

    def changes(self, machine):
        """The calls of an undisturbed run that change something: (name, its how-manieth)."""
        with machine.running() as root:
            self.assertEqual(self.traced_apply(root).status, 0)
        counts, found = {}, []
        for line in self.trace_lines():
            match = re.match(r"\d+ +(\w+)\(", line)
            if match:
                name = match[1]
                counts[name] = counts.get(name, 0) + 1
                if CHANGES.match(line):
                    found.append((name, counts[name]))
        self.assertGreater(len(found), 30)
        return found

    # --- What must be true after a cut ------------------------------------------

    def state(self, root):
        """Whether the files are "old", "new" or "mixed"; one that is neither is a failure."""
        states = set()
        for name, (old, new, mode) in FILES.items():
            data = (root / name).read_bytes()
            self.assertIn(data, (old, new), f"{name} is neither old nor new")
            self.assertEqual((root / name).stat().st_mode & 0o777, mode)
            states.add("old" if data == old else "new")
        return states.pop() if len(states) == 1 else "mixed"

    def check(self, root, done, next_command):
        state = self.state(root)
        if done:
            self.assertEqual(state, "new", "what was done is lost")
        self.assertEqual(os.listdir(root / DROP_INS), ["10-kata"])
        ran = self.katafix(next_command, "--root", root)
        if next_command == "apply":
            self.assertEqual((ran.status, self.state(root)), (0, "new"), ran.err)
        else:
            self.assertIn(self.state(root), ("old", "new"))
        self.found[state] += 1
        left = [str(path.relative_to(root)) for path in (root / "etc").rglob("*") if path.is_file()]
        self.assertEqual(sorted(left), sorted(FILES))

    # --- Cuts ---------------------------------------------------------------------

    def cut_at(self, machine, way, call, next_command):
        name, number = call
        with machine.running() as root:
            ran = self.traced_apply(root, f"--inject={name}:signal=KILL:when={number}")
            self.assertTrue(any("+++ killed by SIGKILL" in line for line in self.trace_lines()),
                            "strace did not end it")
            machine.cut(way)
            self.check(root, fault.says_done(ran), next_command)

    def cut_after_all(self, machine, way):
        for next_command in ("apply", "restore"):
            with machine.running() as root:
                ran = self.katafix("apply", "--root", root, status=0)
                machine.cut(way)
                self.check(root, fault.says_done(ran), next_command)

    def write_carelessly(self, root):
        for name, (_, new, _) in FILES.items():
            subprocess.run([sys.executable, "-c", CARELESS, root / name], input=new, check=True)

    def apply_unsynced(self, root):
        self.assertTrue(fault.says_done(self.traced_apply(root, "--inject=fsync:retval=0")))

    def mutants_caught(self, machine, way):
        """Writers that do not wait for the disk: the cut must show that they lose what they did."""
        writers = (self.write_carelessly, self.apply_unsynced)
        wrong = "neither old nor new" if way == disk.LOG_FLUSH else "what was done is lost"
        for write in writers:
            with machine.running() as root:
                write(root)
                self.assertEqual(self.state(root), "new")
                machine.cut(way)
                with self.assertRaisesRegex(AssertionError, wrong):
                    self.check(root, True, "apply")
        return len(writers)

    def cut_each(self, machine, way):
        calls = self.changes(machine)
        # What mends it takes turns, also for one call from kind to kind.
        turn = KINDS.index(machine.kind) + way
        self.found = collections.Counter()
        cuts, end = 0, time.monotonic() + SECONDS
        for call in spread(calls):
            if time.monotonic() > end:
                break
            with self.subTest(call=call, cut=disk.CUTS[way]):
                self.cut_at(machine, way, call, ("apply", "restore")[(turn + cuts) % 2])
            cuts += 1
        self.assertGreater(cuts, 0)
        self.cut_after_all(machine, way)
        found = ", ".join(f"{number} {state}" for state, number in sorted(self.found.items()))
        print(f"{machine.kind}, {disk.CUTS[way]}: cut at {cuts} of {len(calls)} calls and twice "
              f"after the last; found then: {found}")
        print(f"summary: power cuts made: {cuts + 2}", flush=True)

    def cut_kind(self, kind):
        try:
            machine = disk.Disk(kind, self.dir, fill)
        except disk.NoDisk as error:
            print(f"skipped: {error}", flush=True)
            self.skipTest(str(error))
        caught = 0
        for way in kind.cuts:
            # With the log flushed, only this mount is known to tear a file.
            if way != disk.LOG_FLUSH or kind == EXT4_PLAIN:
                caught += self.mutants_caught(machine, way)
            self.cut_each(machine, way)
        print(f"summary: mutants caught: {caught}", flush=True)

    def test_ext4(self):
        self.cut_kind(EXT4)

    def test_ext4_that_writes_late(self):
        self.cut_kind(EXT4_PLAIN)

    def test_xfs(self):
        self.cut_kind(XFS)

    def test_btrfs(self):
        self.cut_kind(BTRFS)


if __name__ == "__main__":
    fault.need_private_mounts()
    fault.need_strace()
    fault.main()
