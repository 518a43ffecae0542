#!/usr/bin/env python3
"""The release for another architecture, built here with Debian's cross compiler and run by qemu:
the main job in a root with nothing else, the node trees and the fixtures of the edit."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from main_job import PROJECT, do_main_job

# Of the name that Go, Kubernetes and Kata give it: what GNU, Linux, Debian and readelf call it.
NAMES = {"arm64": ("aarch64", "aarch64", "arm64", "AArch64"),
         "ppc64le": ("powerpc64le", "ppc64le", "ppc64el", "PowerPC64"),
         "s390x": ("s390x", "s390x", "s390x", "IBM S/390")}
SKIPPED = 77


class CrossTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        made = subprocess.run([PROJECT / "packaging/release", "--to", cls.dir, ARCH], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})
        if made.returncode != 0:
            raise AssertionError(made.stdout)
        tarball, = cls.dir.glob("*.tar.gz")
        subprocess.run(["tar", "-xf", tarball, "-C", cls.dir, "--strip-components=1"], check=True)
        cls.katafix = cls.dir / "bin/katafix"
        # What runs katafix runs this.
        cls.emulated = cls.dir / "katafix"
        cls.emulated.write_text(f'#!/bin/sh\nexec {EMULATOR} {cls.katafix} "$@"\n')
        cls.emulated.chmod(0o755)

    def run_cases(self, runner, *words):
        done = subprocess.run([sys.executable, "-B", PROJECT / "tests" / runner, "--katafix",
                               self.emulated, *words], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        print(f"{ARCH} {runner} {' '.join(words)}: {done.stdout.splitlines()[-1]}")

    @unittest.skipUnless(os.geteuid() == 0, "only root may change the root")
    def test_it_needs_nothing_beside_it(self):
        root = self.dir / "root"
        root.mkdir()
        shutil.copy(EMULATOR, root)
        shutil.copy(self.katafix, root)
        do_main_job(self, root, ["/usr/sbin/chroot", root, f"/{EMULATOR.name}", "/katafix"])
        print(f"{ARCH} empty root: {self.katafix.stat().st_size / 1e6:.1f} MB")

    def test_it_is_for_that_machine(self):
        header = subprocess.run(["readelf", "--file-header", self.katafix], text=True, check=True,
                                capture_output=True, env={**os.environ, "LC_ALL": "C"}).stdout
        self.assertEqual(re.search(r"Machine:\s+(.*)", header)[1], MACHINE)
        packages = [name for name in os.listdir(self.dir) if name.endswith((".deb", ".rpm"))]
        for end in (f"_{DEBIAN}.deb", f".{LINUX}.rpm"):
            self.assertEqual(sum(name.endswith(end) for name in packages), 2,
                             f"the command's and the library's: {packages}")

    def test_trees(self):
        if ARCH != "s390x":
            self.skipTest("they take minutes, and are run where the byte order is the other one")
        self.run_cases("tree/run_trees.py")

    def test_fixtures(self):
        self.run_cases("fixture/run_fixtures.py", "edit")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("arch", choices=NAMES)
    options, rest = parser.parse_known_args()
    ARCH = options.arch
    GNU, LINUX, DEBIAN, MACHINE = NAMES[ARCH]
    EMULATOR = pathlib.Path(f"/usr/bin/qemu-{LINUX}-static")
    for program in (f"{GNU}-linux-gnu-g++", EMULATOR, "ninja", "dpkg-query", "rpmbuild"):
        if not shutil.which(program):
            print(f"skipped: {program} is not installed")
            sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], "-v", *rest])
