#!/usr/bin/env python3
"""The release runs on any Linux: in a root where there is nothing else, no libraries, no /proc, no
/dev, and in fresh roots of other Debian releases."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from main_job import PROJECT, do_main_job

MAKE_ROOT = PROJECT / "tests/rootfs/make-root"
SKIPPED = 77


class StaticTest(unittest.TestCase):

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.katafix = ["/usr/sbin/chroot", self.root, "/katafix"]

    def put_katafix(self):
        shutil.copy(KATAFIX, self.root)

    def test_it_needs_nothing_beside_it(self):
        self.put_katafix()
        do_main_job(self, self.root, self.katafix)
        self.assertEqual(sorted(os.listdir(self.root)), ["etc", "katafix", "var"])
        size = KATAFIX.stat().st_size / 1e6
        print(f"empty root: {size:.1f} MB, the only file beside the configs")

    def in_root_of(self, suite):
        made = subprocess.run([MAKE_ROOT, "--suite", suite, self.root], capture_output=True,
                              text=True, check=False)
        if made.returncode != 0:
            self.skipTest(made.stderr.strip())
        self.put_katafix()
        do_main_job(self, self.root, self.katafix)
        version = (self.root / "etc/debian_version").read_text(encoding="utf-8").strip()
        print(f"{suite} root: Debian {version}")

    def test_debian_11(self):
        self.in_root_of("bullseye")

    def test_debian_13(self):
        self.in_root_of("trixie")

    def test_debian_testing(self):
        self.in_root_of("testing")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--katafix", required=True, type=pathlib.Path)
    options, rest = parser.parse_known_args()
    KATAFIX = options.katafix
    if os.geteuid() != 0:
        print("skipped: only root may change the root")
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], "-v", *rest])
