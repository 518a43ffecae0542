#!/usr/bin/env python3
"""The source builds where the README says, by the README's own lines, with nothing else installed: in
fresh roots of Debian 12, 13 and testing. In that of 13 the tests are built, too, and run."""

import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

from fresh_root import ENVIRONMENT, MAKE_ROOT, run
from main_job import PROJECT

SKIPPED = 77
LINES = re.compile(r"^Or from source.*?\n\n((?: {4}.*\n)+)", re.M)
BUILD_DEPENDENCIES = re.compile(r'^set -- (g\+\+ .*?) "\$@"$', re.M | re.S)
CONFIGURE = "cmake --preset release"
FOR_TESTS = ("catch2", "python3", "patch", "git")


def read(name):
    return (PROJECT / name).read_text(encoding="utf-8")


class CompilersTest(unittest.TestCase):

    def root_of(self, suite, *packages):
        """A root with the source in /katafix, and what builds it."""
        needed, = BUILD_DEPENDENCIES.findall(read("packaging/install-build-deps"))
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="katafix-root-"))
        self.addCleanup(shutil.rmtree, self.root)
        try:
            run(MAKE_ROOT, "--suite", suite, self.root, *needed.replace("\\\n", "").split(), *packages)
        except AssertionError as error:
            if "make-root: " not in str(error):
                raise
            self.skipTest(str(error).partition("make-root: ")[2].strip())
        shutil.copytree(PROJECT, self.root / "katafix", symlinks=True,
                        ignore=shutil.ignore_patterns("build", ".git", "__pycache__"))

    def sh(self, lines):
        # /proc is mounted for these processes only.
        return run("unshare", "--mount", "--pid", "--fork", f"--mount-proc={self.root}/proc",
                   "/usr/sbin/chroot", self.root, "sh", "-e", "-c", f"cd /katafix\n{lines}",
                   env={**ENVIRONMENT, "CMAKE_BUILD_PARALLEL_LEVEL":
                        os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count()))})

    def compiler(self):
        return self.sh("g++ --version").splitlines()[0]

    def build_by_the_readme(self, suite):
        self.root_of(suite)
        lines, = LINES.findall(read("README.md"))
        # Does it build, and run? gate.release and packaging/release optimise.
        built = self.sh(lines.replace(CONFIGURE, CONFIGURE + " -DCMAKE_CXX_FLAGS_RELEASE=-O0"))
        self.assertIn("katafix", self.sh("build/release/katafix --version"))
        warnings = len(re.findall(r"\bwarning:", built))
        print(f"{suite}: {self.compiler()}, {warnings} warnings")
        return warnings

    def test_debian_12(self):
        self.assertEqual(self.build_by_the_readme("bookworm"), 0)

    def test_debian_13_with_the_tests(self):
        self.root_of("trixie", *FOR_TESTS)
        self.sh("cmake --preset dev -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O0 -DNDEBUG'\n"
                "cmake --build --preset dev")
        units = self.sh("build/dev/tests/unit/katafix_unit_tests '~[crash]~[fault]~[mutant]'")
        fixtures = self.sh("python3 -B tests/fixture/run_fixtures.py --katafix build/dev/katafix")
        print(f"trixie: {self.compiler()}; units: {units.strip().splitlines()[-1]}; "
              f"fixtures: {fixtures.splitlines()[-1]}")

    def test_debian_testing(self):
        self.build_by_the_readme("testing")


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: only root may change the root")
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
