#!/usr/bin/env python3
"""Runs katafix on the node trees in fixtures/tree and compares everything a user would see.

A case is a directory, fixtures/tree/CASE, whose name says what must happen:

  root/     the node's files, at their paths
  why       what the case proves
  exit      the status of `katafix check`
  report    what `katafix check -v` writes to standard output
  messages  what `katafix check` writes to standard error; absent when it is silent
  diff      what `katafix diff` prints; absent when it prints nothing
  args      further arguments, one a line

Each case gets a private copy of its root. --update writes exit, report, messages and diff from what
katafix does now: read every changed line before you keep it.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

STATE_DIR = "var/lib/katafix"


class Case:
    """The files of one case, and katafix to run on a copy of its root."""

    def __init__(self, directory, katafix, scratch):
        self.directory = directory
        self.katafix = katafix
        self.root = Path(scratch) / directory.name / "node"
        shutil.copytree(directory / "root", self.root, symlinks=True)
        self.args = (self.text("args") or "").splitlines()
        self.failures = []

    def text(self, name):
        path = self.directory / name
        return path.read_text(encoding="utf-8") if path.exists() else None

    def run(self, command, *options, args=None):
        words = [self.katafix, command, "--root", "node", *options,
                 *(self.args if args is None else args)]
        return subprocess.run(words, capture_output=True, timeout=60, check=False, text=True,
                              cwd=self.root.parent)

    def files(self):
        """Every file and link with its content, but katafix's own."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            for name in names + [name for name in folders if Path(folder, name).is_symlink()]:
                path = Path(folder, name)
                relative = str(path.relative_to(self.root))
                if not relative.startswith(STATE_DIR):
                    found[relative] = os.readlink(path) if path.is_symlink() else path.read_bytes()
        return found

    def seen(self):
        check = self.run("check")
        # Messages are as on the node itself; the report shows what they look like from outside.
        messages = re.sub("(^| )node/", r"\1/", check.stderr, flags=re.M)
        return {"exit": f"{check.returncode}\n", "messages": messages,
                "report": self.run("check", "-v").stdout, "diff": self.run("diff").stdout}

    def expect(self, holds, what):
        if not holds:
            self.failures.append(what)

    def expect_same(self, actual, expected, what):
        self.expect(actual == expected, f"{what}\n--- expected\n{expected}\n--- actual\n{actual}")

    def check(self):
        present = {path.name for path in self.directory.iterdir()}
        unknown = present - {"root", "why", "exit", "report", "messages", "diff", "args"}
        self.expect(not unknown, f"the case: unknown files {sorted(unknown)}")
        self.expect(self.text("why"), "the case: it has no why")
        before = self.files()
        for name, actual in self.seen().items():
            self.expect_same(actual, self.text(name) or "", name)
        self.expect_same(self.files(), before, "check and diff: they wrote something")
        self.apply(before)

    def apply(self, before):
        trouble = (self.text("exit") or "").strip() == "2"
        applied = self.run("apply", "--json")
        self.expect_same(applied.returncode, 2 if trouble else 0, "apply: exit status")
        report = json.loads(applied.stdout)
        if trouble or not self.text("diff"):
            self.expect_same(report["changed"], False, "apply --json: changed")
            self.expect_same(self.files(), before, "apply: it wrote something")
            return
        self.expect_same(self.files(), self.patched(before), "apply: other bytes than the diff's")
        after = self.files()
        again = self.run("apply", "--json")
        self.expect_same((again.returncode, json.loads(again.stdout)["changed"]), (0, False),
                         "second apply: (status, changed)")
        self.expect_same(self.files(), after, "second apply: it wrote something")
        self.all_true()
        restored = self.run("restore", args=[])
        self.expect_same(restored.returncode, 0, "restore: exit status")
        self.expect_same(self.files(), before, "restore: result")

    def patched(self, before):
        """What patch(1) makes of the tree with the case's diff."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "root"
            shutil.copytree(self.directory / "root", copy, symlinks=True)
            patch = subprocess.run(
                ["patch", "--binary", "--fuzz=0", "--no-backup-if-mismatch", "-s", "-p1"], cwd=copy,
                input=self.text("diff"), capture_output=True, text=True, check=False)
            self.expect_same(patch.returncode, 0, f"diff: patch says {patch.stdout}{patch.stderr}")
            return {name: os.readlink(copy / name) if (copy / name).is_symlink()
                    else (copy / name).read_bytes() for name in before}

    def all_true(self):
        """In the end every engine sees the flag at each handler that is Kata wherever it is defined."""
        report = json.loads(self.run("check", "--json").stdout)
        kata = {handler["name"] for handler in report["handlers"]
                if handler["kata"] and handler["action"] == "none"}
        kata -= {handler["name"] for handler in report["handlers"] if not handler["kata"]}
        rendered = any(file["role"] == "generated" for file in report["files"])
        for view in report["effective"]:
            for name, handler in view["handlers"].items():
                self.expect(name not in kata or handler["privileged_without_host_devices"] or rendered,
                            f"{view['engine']} {view['version']} sees {name} without the flag")

    def update(self):
        for name, text in self.seen().items():
            path = self.directory / name
            if text:
                path.write_text(text, encoding="utf-8")
            elif path.exists():
                path.unlink()


def main():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--katafix", required=True, help="the command to test")
    parser.add_argument("--trees", type=Path, default=here.parent.parent / "fixtures/tree")
    parser.add_argument("--update", action="store_true", help="approve what katafix does now")
    parser.add_argument("case", nargs="*", help="CASE (default: all)")
    options = parser.parse_args()
    cases = [options.trees / name for name in options.case] or sorted(options.trees.iterdir())
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="katafix-trees-") as scratch:
        for directory in cases:
            case = Case(directory, os.path.abspath(options.katafix), scratch)
            if options.update:
                case.update()
            case.check()
            for failure in case.failures:
                print(f"FAILED {directory.name}: {failure}")
            passed += not case.failures
            failed += bool(case.failures)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
