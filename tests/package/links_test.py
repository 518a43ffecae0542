#!/usr/bin/env python3
"""No page of the project leads nowhere, in the source and where it is installed; and the README's
transcript is what a terminal shows."""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from the_command import PROJECT, source

LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
OUTSIDE = re.compile(r"https?://")
NOT_OURS = ("build", ".git", "node_modules")


def anchors(page):
    """What a heading is called in a link, as the forges make it."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(root):
    """Of the pages below a directory: the links to files and headings that are not there."""
    pages = [page for page in sorted(root.rglob("*.md"))
             if not set(page.relative_to(root).parts) & set(NOT_OURS)]
    dead, seen = [], 0
    for page in pages:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
        for link in LINK.findall(text):
            seen += 1
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            if not OUTSIDE.match(link) and (
                    not target.exists() or root not in target.resolve().parents or
                    (anchor and anchor not in anchors(target))):
                dead.append(f"{page.relative_to(root)}: {link}")
    print(f"{root.name}: {len(pages)} pages, {seen} links")
    return pages, dead


class LinksTest(unittest.TestCase):

    def test_in_the_source(self):
        pages, dead = dead_links(PROJECT)
        self.assertEqual(dead, [])
        self.assertIn(PROJECT / "README.md", pages)

    def test_where_it_is_installed(self):
        prefix = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-")).resolve()
        self.addCleanup(shutil.rmtree, prefix)
        for component in ("katafix", "ansible"):
            subprocess.run(["cmake", "--install", BUILD, "--component", component, "--prefix", prefix],
                           stdout=subprocess.DEVNULL, check=True)
        pages, dead = dead_links(prefix)
        self.assertEqual(dead, [])
        self.assertIn(prefix / "share/doc/katafix/README.md", pages)

    def test_a_dead_one_is_seen(self):
        root = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-")).resolve()
        self.addCleanup(shutil.rmtree, root)
        (root / "page.md").write_text("# A page\n[a](gone) [b](#no) [c](#a-page) [d](..)\n",
                                      encoding="utf-8")
        self.assertEqual(dead_links(root)[1], ["page.md: gone", "page.md: #no", "page.md: .."])


class TranscriptTest(unittest.TestCase):

    def test_it_is_what_a_terminal_shows(self):
        approved = source("tests/cli/screens/80")
        blocks = re.findall(r"^    (\$ katafix .*\n(?:(?:    .*)?\n)*?)(?=\n\S|    \$)", source("README.md"), re.M)
        self.assertGreaterEqual(len(blocks), 2)
        for block in blocks:
            self.assertIn(re.sub("^    ", "", block, flags=re.M).rstrip() + "\n", approved)

    def test_the_readme_is_short(self):
        self.assertLessEqual(len(source("README.md").splitlines()), 150)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    options, rest = parser.parse_known_args()
    BUILD = options.build
    unittest.main(argv=[sys.argv[0], "-v", *rest])
