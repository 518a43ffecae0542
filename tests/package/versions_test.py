#!/usr/bin/env python3
"""One version of the project, and one of the Ansible collection, which has its own: ansible-lint's
production profile wants 1.0.0 at least. Whatever names one of them agrees."""

import pathlib
import re
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
COLLECTION = PROJECT / "packaging/ansible"


def found(pattern, file):
    """What the pattern's groups match in a file, each time."""
    return re.findall(pattern, file.read_text(encoding="utf-8"), re.M)


def numbers(version):
    return tuple(map(int, version.split(".")))


class VersionsTest(unittest.TestCase):

    def test_the_changelogs_of_the_collection_begin_with_its_version(self):
        version, = found(r"^version: (.*)", COLLECTION / "galaxy.yml")
        releases = found(r"^  ([\d.]+):$", COLLECTION / "changelogs/changelog.yaml")
        self.assertEqual(max(releases, key=numbers), version)
        self.assertEqual(found(r"^v([\d.]+)$", COLLECTION / "CHANGELOG.rst")[0], version)
        for module in COLLECTION.glob("plugins/modules/*.py"):
            for added in found(r"version_added: (.*)", module):
                self.assertIn(added, releases)

    def test_the_collection_says_which_katafix_it_needs_and_that_is_no_later_one(self):
        needed, = found(r"^OLDEST = \(([\d, ]+)\)", COLLECTION / "plugins/module_utils/katafix.py")
        needed = needed.replace(", ", ".")
        self.assertEqual(found(r"- katafix ([\d.]+) or newer",
                               COLLECTION / "plugins/doc_fragments/katafix.py"), [needed])
        self.assertEqual(found(r"It needs katafix ([\d.]+) or newer", COLLECTION / "README.md"),
                         [needed])
        version, = found(r"^project\(katafix VERSION ([\d.]+)", PROJECT / "CMakeLists.txt")
        self.assertLessEqual(numbers(needed), numbers(version))

    def test_every_file_has_the_addresses_of_the_one(self):
        packaging = PROJECT / "packaging"
        addresses = dict(found(r"^([A-Z]+)=(.*)$", packaging / "addresses"))
        for file, pattern, name in (
                ("copyright", r"^Source: (.*)$", "HOMEPAGE"),
                ("ansible/galaxy.yml", r"^repository: (.*)$", "HOMEPAGE"),
                ("kubernetes/chart/Chart.yaml", r"^  - (https:.*)$", "HOMEPAGE"),
                ("kubernetes/README.md", r"(?:newName: |image=|--image )([^:\n]*)", "IMAGE"),
                ("README.md", r"(https://[^/]*/katafix)/(?:apt|dnf|katafix.asc)", "REPOSITORY")):
            self.assertEqual(set(found(pattern, packaging / file)), {addresses[name]}, file)

    def test_the_releases_that_are_named_are_those_that_are_known(self):
        source = PROJECT / "src/engine/release.cpp"
        firsts = found(r"k(?:Containerd|Crio)Series = \{\"([\d.]+)\"", source)
        lasts = [".".join(version) for version in found(r"kLast(?:2|Crio)\{(\d+), (\d+)\}", source)]
        known = [(firsts[0], lasts[0], firsts[1], lasts[1])]
        named = r"containerd\s([\d.]+)\s+to\s([\d.]+)(?:,|\sand)\sCRI-O\s([\d.]+)\s+to\s([\d]+\.[\d]+)"
        for page in ("README.md", "packaging/man/katafix.1"):
            self.assertEqual(found(named, PROJECT / page), known, page)


if __name__ == "__main__":
    unittest.main(verbosity=2)
