"""What the tests of the command share: running it, files to run it on, and its JSON's schema.

$KATAFIX is the command; without it, the dev preset's. Run one file, class or test by hand:

    KATAFIX=build/asan/katafix tests/cli/options_test.py -v OptionsTest.test_help
"""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema
except ImportError:
    jsonschema = None
    print("python3-jsonschema is missing: --json is not held against the schema", file=sys.stderr)

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
KATAFIX = os.path.abspath(os.environ.get("KATAFIX", SOURCE / "build/dev/katafix"))
SCHEMA_FILE = SOURCE / "packaging/schema/report-2.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
SKIPPED = 77
needs_git = unittest.skipUnless(shutil.which("git"), "git is not installed")
NOBODY = 65534

FLAG = b"privileged_without_host_devices"
CRI = 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes'


def containerd(name="kata", runtime_type="io.containerd.kata.v2", flag=None):
    """A containerd config with one handler."""
    text = f'version = 2\n[{CRI}.{name}]\n  runtime_type = "{runtime_type}"\n'
    if flag is not None:
        text += f"  privileged_without_host_devices = {flag}\n"
    return text.encode()


def crio(name="kata", runtime_path="/usr/bin/containerd-shim-kata-v2", flag=None):
    """A CRI-O config with one handler."""
    text = f'[crio.runtime.runtimes.{name}]\nruntime_path = "{runtime_path}"\n'
    if flag is not None:
        text += f"privileged_without_host_devices = {flag}\n"
    return text.encode()


KATA, FIXED = containerd(), containerd(flag="true")
RUNC = containerd("runc", "io.containerd.runc.v2")
CRIO, CRIO_FIXED = crio(), crio(flag="true")
INVALID = b"version = 2\n[plugins\n"
# It needs the flag, but has no table of its own to put it in.
REFUSED = (f'version = 2\n[[{CRI}.kata]]\n  runtime_type = "io.containerd.kata.v2"\n').encode()


@dataclasses.dataclass
class Ran:
    status: int
    out: bytes
    err: bytes


def needs_backup_dir(args):
    """Would this write below the machine's own /var/lib/katafix?"""
    words = [os.fsdecode(arg) for arg in args]
    if not {"apply", "restore"} & set(words[:1]) or {"--help", "--version", "-h"} & set(words):
        return False
    return not any(word.startswith(("--root", "--backup-dir", "--no-backup")) or word in ("-", "--dry-run")
                   for word in words)


class Case(unittest.TestCase):
    """A test with a folder of its own, which is the working directory of the command."""

    maxDiff = None

    def shortDescription(self):
        return None

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-")).resolve()
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.dir.chmod(0o755)
        self.backups = self.dir / "backups"

    # --- Files -----------------------------------------------------------------

    def write(self, name, data=KATA, mode=0o644):
        """Writes a file below the test's folder; the name may be bytes."""
        path = os.path.join(os.fsencode(self.dir), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, mode)
        return pathlib.Path(os.fsdecode(path))

    def tree(self, folder=None):
        """All that tells whether anything below a folder was touched (reading is no touch)."""
        found = {}
        for parent, folders, files in os.walk(folder or self.dir):
            for name in folders + files:
                path = os.path.join(parent, name)
                info = os.lstat(path)
                data = None
                if stat.S_ISREG(info.st_mode):
                    data = pathlib.Path(path).read_bytes()
                elif stat.S_ISLNK(info.st_mode):
                    data = os.readlink(path)
                found[path] = (info.st_mode, info.st_uid, info.st_ino, info.st_mtime_ns, data)
        return found

    def assert_untouched(self, before, folder=None):
        self.assertEqual(self.tree(folder), before)

    # --- The command -----------------------------------------------------------

    def katafix(self, *args, status=None, stdin=b"", env=None, cwd=None, timeout=120,
                **more):
        """Runs the command; `status` is what it must exit with."""
        self.assertFalse(needs_backup_dir(args), "the test would write to /var/lib/katafix")
        variables = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "CLICOLOR_FORCE")}
        done = subprocess.run([KATAFIX, *args], input=stdin, capture_output=True, timeout=timeout,
                              cwd=cwd or self.dir, env={**variables, **(env or {})}, check=False,
                              **more)
        ran = Ran(done.returncode, done.stdout, done.stderr)
        self.assertGreaterEqual(ran.status, 0, f"killed by a signal: {ran.err.decode(errors='replace')}")
        self.assertNotIn(b"a bug, please report", ran.err)
        if status is not None:
            self.assertEqual(ran.status, status,
                             f"exit status of katafix {args}: {ran.err.decode(errors='replace')}")
        return ran

    def apply(self, *args, status=0, **more):
        return self.katafix("apply", "--backup-dir", self.backups, *args, status=status, **more)

    def restore(self, *args, status=0, **more):
        return self.katafix("restore", "--backup-dir", self.backups, *args, status=status, **more)

    def json(self, command, *args, status=None, **more):
        """Runs a command with --json: the object, held against the schema."""
        ran = self.katafix(command, "--json", *args, status=status, **more)
        report = self.parse(ran.out)
        self.assertEqual(report["command"], command)
        self.assertEqual(report["status"], ran.status)
        errors = [finding for finding in report["findings"] if finding["severity"] == "error"]
        self.assertEqual(bool(errors), ran.status in (2, 3), f"errors and status {ran.status}: {errors}")
        return report

    def apply_json(self, *args, **more):
        return self.json("apply", "--backup-dir", self.backups, *args, **more)

    def restore_json(self, *args, **more):
        return self.json("restore", "--backup-dir", self.backups, *args, **more)

    def parse(self, out):
        """One JSON object and a newline, nothing else."""
        self.assertTrue(out.endswith(b"}\n"), out)
        report = json.loads(out.decode("utf-8"))
        self.assertIsInstance(report, dict)
        if jsonschema:
            jsonschema.Draft202012Validator(SCHEMA).validate(report)
        return report

    def bad_usage(self, *args, **more):
        """Bad usage: status 2, standard output empty, and a word on standard error."""
        before = self.tree()
        ran = self.katafix(*args, status=2, **more)
        self.assertEqual(ran.out, b"")
        self.assertRegex(ran.err, rb"^katafix: ")
        self.assertIn(b"--help", ran.err)
        self.assert_untouched(before)
        return ran

    # --- What it says ----------------------------------------------------------

    def codes(self, report):
        return [finding["code"] for finding in report["findings"]]

    def actions(self, report):
        return {handler["name"]: handler["action"] for handler in report["handlers"]}

    def runs(self):
        folder = self.backups / "runs"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def assert_plain(self, data):
        """Text for people: UTF-8 without control characters but line ends and tabs."""
        text = data.decode("utf-8", "surrogateescape")
        self.assertIsNone(re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\udc80-\udcff]", text), repr(text))


def skip(reason):
    """Ends a test program that cannot run here."""
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def main():
    unittest.main(verbosity=2)
