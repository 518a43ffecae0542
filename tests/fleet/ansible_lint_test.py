#!/usr/bin/env python3
"""The Ansible collection has ansible-lint's production profile and passes the sanity checks."""

import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import ansible_collection

HERE = pathlib.Path(__file__).resolve().parent
# Checks that need a Python package beside ansible-core.
NEEDS = {"validate-modules": "voluptuous", "pep8": "pycodestyle", "pylint": "pylint",
         "yamllint": "yamllint"}
LINT = ["ansible-lint", "--offline", "--nocolor", "--profile", "production"]


class LintTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.dir = ansible_collection.make_folder(cls.addClassCleanup)
        cls.env = ansible_collection.environment(cls.dir)
        # Both programs tell by its place that a folder is a collection.
        cls.source = cls.dir / ansible_collection.PLACE
        shutil.copytree(OPTIONS.packaging / "ansible", cls.source)

    def call(self, *command, cwd):
        done = subprocess.run(command, env=self.env, cwd=cwd, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_the_collection_has_the_production_profile(self):
        said = self.call(*LINT, cwd=self.source)
        passed, = re.findall(r"^Passed with production profile.*", said, re.M)
        print(f"ansible-lint: {passed}")

    def test_the_playbooks_of_its_readme_have_the_production_profile(self):
        books = ansible_collection.playbooks(OPTIONS.packaging)
        folder = self.dir / "playbooks"
        folder.mkdir()
        for name, book in books.items():
            (folder / name).write_text(book, encoding="utf-8")
        self.assertIn("Passed with production profile", self.call(*LINT, *books, cwd=folder))

    def test_the_sanity_checks_pass(self):
        skipped = {check for check, package in NEEDS.items()
                   if not importlib.util.find_spec(package)}
        for check in skipped:
            print(f"ansible-test: {check} cannot run: {NEEDS[check]} is not installed")
        python = self.dir / "venv/bin/python"
        self.call("/usr/bin/python3", "-m", "venv", "--system-site-packages", "--without-pip",
                  "venv", cwd=self.dir)
        # -P, for ansible_test is also the name of a test here.
        said = self.call(python, "-P", HERE / "ansible_sanity.py", "sanity", "--color", "no",
                         "--python", ".".join(map(str, sys.version_info[:2])),
                         *[word for check in skipped for word in ("--skip-test", check)],
                         cwd=self.source)
        ran = re.findall(r'^Running sanity test "(\S+)"', said, re.M)
        self.assertLessEqual({"ansible-doc", "compile", "import", *NEEDS} - skipped, set(ran), said)
        print(f"ansible-test sanity: {len(ran)} checks passed: {', '.join(ran)}")


if __name__ == "__main__":
    OPTIONS = ansible_collection.options(__doc__)
    ansible_collection.run("ansible-galaxy", "ansible-lint", "ansible-test", options=OPTIONS)
