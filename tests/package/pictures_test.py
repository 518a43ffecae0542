#!/usr/bin/env python3
"""The README's pictures of the terminal show what the command prints today."""

import re
import subprocess
import xml.etree.ElementTree as ElementTree

import the_command
from the_command import PROJECT, Case, source

PICTURES = PROJECT / "packaging/pictures"
SVG = "{http://www.w3.org/2000/svg}"
RENEW = "look at what changed, and renew them: packaging/pictures/make --katafix build/dev/katafix"


def committed():
    return sorted(PICTURES.glob("*.svg"))


class PicturesTest(Case):

    def test_they_are_what_the_command_prints_today(self):
        subprocess.run([PICTURES / "make", "--katafix", the_command.KATAFIX, "--to", self.dir],
                       env=self.env, check=True)
        made = sorted(self.dir.glob("*.svg"))
        self.assertEqual([path.name for path in made], [path.name for path in committed()], RENEW)
        for now, before in zip(made, committed()):
            print(f"{before.name}: {before.stat().st_size} bytes")
            self.assertEqual(before.read_bytes().decode(), now.read_bytes().decode(), RENEW)

    def test_they_are_drawings_with_a_title_that_need_nothing_else(self):
        for path in committed():
            root = ElementTree.parse(path).getroot()
            self.assertEqual(root.tag, f"{SVG}svg")
            self.assertTrue(root.findtext(f"{SVG}title"), path.name)
            self.assertLessEqual({element.tag.removeprefix(SVG) for element in root.iter()},
                                 {"svg", "title", "style", "rect", "circle", "text"})
            self.assertNotRegex(path.read_text(encoding="utf-8"), r"url\(|@import|href")

    def test_no_text_reaches_beyond_the_window(self):
        for path in committed():
            root = ElementTree.parse(path).getroot()
            for text in root.iter(f"{SVG}text"):
                end = float(text.get("x")) + float(text.get("textLength"))
                self.assertLess(end, float(root.get("width")), text.text)
                self.assertLess(float(text.get("y")), float(root.get("height")), text.text)

    def test_the_readme_shows_each_and_says_in_words_what_it_shows(self):
        shown = dict(re.findall(r"!\[([^]]+)\]\(packaging/pictures/(\S+)\)", source("README.md")))
        self.assertEqual(sorted(shown.values()), [path.name for path in committed()])


if __name__ == "__main__":
    the_command.main()
