"""What the fault tests share: a node to work on, and strace to make its system calls fail."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))

import harness  # pylint: disable=wrong-import-position
from harness import CRIO, CRIO_FIXED, FIXED, KATA  # pylint: disable=wrong-import-position

# Memory and threads: what fails there is not about files.
NOT_INJECTED = {"brk", "mmap", "munmap", "mprotect", "futex", "exit_group", "rt_sigaction",
                "rt_sigprocmask", "getrandom", "madvise"}

INSIDE = "KATAFIX_TEST_MOUNTS"


def need_private_mounts():
    """Goes on where mounts are seen by this program alone, and are gone when it ends."""
    if os.geteuid() != 0:
        harness.skip("mounting takes root")
    if INSIDE not in os.environ:
        unshare = ["unshare", "--mount", "--propagation", "private"]
        if not shutil.which("unshare") or \
                subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode != 0:
            harness.skip("mount namespaces are not permitted")
        os.environ[INSIDE] = "yes"
        os.execvp(unshare[0], [*unshare, sys.executable, "-B", *sys.argv])


def main():
    """Runs the tests, and tells in the summary how often what they promise was broken."""
    result = unittest.main(verbosity=2, exit=False).result
    print(f"summary: violations: {len(result.failures) + len(result.errors)}", flush=True)
    if result.testsRun == len(result.skipped):
        harness.skip("; ".join(sorted({why for _, why in result.skipped})))
    sys.exit(0 if result.wasSuccessful() else 1)


def need_strace():
    """Ends the program where system calls cannot be traced."""
    if not shutil.which("strace"):
        harness.skip("strace is not installed")
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    if tried.returncode != 0:
        harness.skip("strace is not permitted")


def says_done(ran):
    """Did the command say that it has set the flag? What is said must be so, whatever came then."""
    return b"Set privileged_without_host_devices" in ran.out


class Node(harness.Case):
    """Two files, one of them in a folder that an engine loads whole, and a trace of each run."""

    def setUp(self):
        super().setUp()
        self.trace = self.dir / "trace"
        self.node = self.dir / "node"
        self.reset()

    def reset(self):
        shutil.rmtree(self.node, ignore_errors=True)
        shutil.rmtree(self.backups, ignore_errors=True)
        self.files = [self.write("node/containerd/config.toml", KATA, 0o640),
                      self.write("node/crio/crio.conf.d/10-kata", CRIO, 0o644)]

    def traced(self, *inject, command="apply", keeps=None):
        """Runs the command on the files, with faults injected; None for the status of a killed one."""
        files = self.files if command == "apply" else []
        keeps = keeps or ["--backup-dir", self.backups]
        done = subprocess.run(
            ["strace", "-f", "-o", self.trace, *(f"--inject={rule}" for rule in inject),
             harness.KATAFIX, command, *keeps, *files],
            capture_output=True, timeout=120, cwd=self.dir, check=False)
        # strace ends as the traced command does.
        return harness.Ran(done.returncode, done.stdout, done.stderr)

    def calls(self, command="apply"):
        """Each system call that the command makes once it works on files: (name, its how-manieth)."""
        self.assertEqual(self.traced(command=command).status, 0)
        counts, found, works = {}, [], False
        for line in self.trace.read_text(encoding="utf-8", errors="replace").splitlines():
            match = re.match(r"\d+ +(\w+)\(", line)
            if not match:
                continue
            name = match[1]
            counts[name] = counts.get(name, 0) + 1
            works = works or (name.startswith("openat") and str(self.dir).lstrip("/") in line)
            if works and name not in NOT_INJECTED:
                found.append((name, counts[name]))
        self.assertGreater(len(found), 50)
        return found

    def injected(self):
        """How many faults there were in the last run."""
        text = self.trace.read_text(encoding="utf-8", errors="replace")
        return text.count("(INJECTED)") + text.count("--- SIG") + text.count("+++ killed by")

    def state(self):
        """What the files hold: "old", "new", or "mixed"; anything else is a failure."""
        texts = [path.read_bytes() for path in self.files]
        self.assertIn(texts[0], (KATA, FIXED))
        self.assertIn(texts[1], (CRIO, CRIO_FIXED))
        self.assertEqual([path.stat().st_mode & 0o777 for path in self.files], [0o640, 0o644])
        if texts == [KATA, CRIO]:
            return "old"
        return "new" if texts == [FIXED, CRIO_FIXED] else "mixed"

    def assert_no_temporary(self):
        found = [path for path in self.node.rglob("*") if path.is_file()]
        self.assertEqual(sorted(found), sorted(self.files))

    def assert_mends(self):
        """The next apply and restore, with no fault, bring all new and then all old."""
        self.apply(*self.files)
        self.assertEqual(self.state(), "new")
        self.assert_no_temporary()
        self.restore()
        self.assertEqual(self.state(), "old")
        self.assert_no_temporary()
