#!/usr/bin/env python3
"""What packaging/repositories makes of a release, signed with a key that is made for it: sums that verify,
and an apt and a dnf repository that fresh roots install from, and that they refuse when it is changed."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from fresh_root import FreshRoot, run, skip_without
from main_job import PROJECT

TOOLS = ("apt-ftparchive", "cpack", "createrepo_c", "gpg", "gpgconf", "mmdebstrap", "rpmbuild")
KEY = "throw-away@example.org"


def setUpModule():
    global DIST, ENVIRONMENT
    folder = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-"))
    unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
    home = folder / "gnupg"
    home.mkdir(mode=0o700)
    ENVIRONMENT = {**os.environ, "GNUPGHOME": str(home)}
    unittest.addModuleCleanup(run, "gpgconf", "--kill", "gpg-agent", env=ENVIRONMENT)
    run("gpg", "--batch", "--passphrase", "", "--quick-generate-key", KEY, "rsa2048", "sign", "never",
        env=ENVIRONMENT)
    DIST = folder / "dist"
    run("cpack", "--config", f"{BUILD}/CPackConfig.cmake", "-B", DIST)
    shutil.rmtree(DIST / "_CPack_Packages")
    sums = run("sh", "-c", "sha256sum -- *", cwd=DIST)
    (DIST / "SHA256SUMS").write_text(sums, encoding="ascii")
    run(PROJECT / "packaging/repositories", DIST, KEY, env=ENVIRONMENT)


class SumsTest(unittest.TestCase):

    def test_the_readmes_lines_verify_the_sums_and_the_files(self):
        text = (PROJECT / "packaging/README.md").read_text(encoding="utf-8")
        lines, = re.findall(r"^gpg --import.*\n(?:.+\n)+?(?=```)", text, re.M)
        with tempfile.TemporaryDirectory(prefix="katafix-gnupg-") as home:
            again = {**os.environ, "GNUPGHOME": home}
            run("sh", "-ec", lines, cwd=DIST, env=again)
            changed = pathlib.Path(home) / "SHA256SUMS"
            changed.write_text((DIST / "SHA256SUMS").read_text("ascii").replace("0", "1"), "ascii")
            with self.assertRaisesRegex(AssertionError, "BAD signature"):
                run("gpg", "--verify", DIST / "SHA256SUMS.asc", changed, env=again)
            run("gpgconf", "--kill", "all", env=again)

    def test_a_key_that_is_not_there_is_told_before_anything_is_built(self):
        done = subprocess.run([PROJECT / "packaging/release", "--sign", "nobody@example.org"],
                              env=ENVIRONMENT, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (1, "", "release: gpg has no secret key nobody@example.org\n"))

    def test_tools_that_are_missing_are_told_before_anything_is_built(self):
        with tempfile.TemporaryDirectory(prefix="katafix-path-") as path:
            for program in ("bash", "dirname", "realpath", "uname", "cmake", "python3"):
                os.symlink(shutil.which(program), f"{path}/{program}")
            done = subprocess.run([PROJECT / "packaging/release", "amd64", "s390x"],
                                  env={"PATH": path}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        for missing in ("ninja (Debian's package ninja-build)", "rpmbuild (Debian's package rpm)",
                        "s390x-linux-gnu-g++ (Debian's package g++-s390x-linux-gnu)"):
            self.assertIn(f"release: {missing} is not installed\n", done.stderr)


class Repository:
    """What must be true of the repository of each kind."""

    def setUp(self):
        self.root = FreshRoot(self.IN_ROOT, ())
        self.addCleanup(self.root.close)
        shutil.copytree(DIST, self.root.path / "repository")
        self.repository = self.root.path / "repository" / self.KIND

    def put(self, name, path):
        """The file that the repository has for a machine, with the address of this one."""
        text = (self.repository / name).read_text(encoding="utf-8")
        target = self.root.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub("https://[^/]*/katafix", "file:/" + self.SLASHES + "repository", text),
                          encoding="utf-8")

    def test_katafix_is_installed_from_it(self):
        self.configure()
        self.install("katafix")
        print(f"installed  {self.KIND}: {self.root.run('katafix', '--version').strip()}")
        self.install(self.DEVEL)
        self.assertTrue((self.root.path / "usr/include/katafix/fix/fix.hpp").is_file())

    def test_a_list_that_was_changed_is_refused(self):
        self.configure()
        for path in self.LISTS:
            listed = self.repository / path
            listed.write_bytes(listed.read_bytes() + b"\n")
        with self.assertRaisesRegex(AssertionError, self.REFUSED):
            self.install("katafix")


class AptTest(Repository, unittest.TestCase):
    KIND, IN_ROOT, DEVEL, SLASHES = "apt", (), "libkatafix-dev", ""
    LISTS = ("dists/stable/main/binary-amd64/Packages", "dists/stable/main/binary-amd64/Packages.gz")
    REFUSED = "(?s)unexpected size|Hash Sum mismatch|File has unexpected size"

    def configure(self):
        for path in (self.root.path / "etc/apt").glob("sources.list*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.put("katafix.sources", "etc/apt/sources.list.d/katafix.sources")
        keys = self.root.path / "etc/apt/keyrings"
        keys.mkdir(exist_ok=True)
        shutil.copy(DIST / "katafix.asc", keys)

    def install(self, package):
        self.root.run("apt-get", "-o", "APT::Sandbox::User=root", "update", "--error-on=any")
        self.root.run("apt-get", "-o", "APT::Sandbox::User=root", "install", "--yes",
                      "--no-install-recommends", package)


class DnfTest(Repository, unittest.TestCase):
    KIND, IN_ROOT, DEVEL, SLASHES = "dnf", ("dnf",), "katafix-devel", "//"
    LISTS = ("repodata/repomd.xml",)
    REFUSED = "signature|GPG|gpg"

    def configure(self):
        self.put("katafix.repo", "etc/yum.repos.d/katafix.repo")

    def install(self, package):
        # They are for programs that dnf runs, and gpg is one.
        for name in ("proc", "dev"):
            run("mount", "--rbind", f"/{name}", self.root.path / name)
        try:
            self.root.run("dnf", "--assumeyes", "--releasever=1", "--disablerepo=*", "--enablerepo=katafix",
                          "install", package)
        finally:
            for name in ("proc", "dev"):
                run("umount", "--lazy", self.root.path / name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    options, rest = parser.parse_known_args()
    BUILD = options.build
    skip_without(TOOLS)
    unittest.main(argv=[sys.argv[0], "-v", *rest])
