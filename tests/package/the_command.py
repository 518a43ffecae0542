"""What the manual and the completions are held against: the command's own help, and nodes."""

import argparse
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
COMMANDS = ("check", "diff", "apply", "restore")
SKIPPED = 77


@dataclasses.dataclass(frozen=True)
class Option:
    name: str  # --root
    letter: str  # -q, or nothing
    placeholder: str  # DIR, or nothing
    text: str  # the help, on one line


def options_of(command):
    """The options that `katafix COMMAND --help` lists, by name."""
    text = subprocess.run([KATAFIX, command, "--help"], capture_output=True, text=True,
                          check=True).stdout
    found = re.findall(r"^ +(?:(-\w), )?(--[\w-]+)(?: ([A-Z]+))?  +(.*(?:\n {20,}.*)*)", text, re.M)
    return {name: Option(name, letter, placeholder, " ".join(help_text.split()))
            for letter, name, placeholder, help_text in found}


def source(path):
    return (PROJECT / path).read_text(encoding="utf-8")


def names_in(path, function):
    """The string literals in a function of the source, or in a list."""
    body = re.search(rf"\b{function}(?:\([^)]*\)[^{{]*| = ){{(.*?)\n}}", source(path), re.S)
    return re.findall(r'"([^"]+)"', body[1])


class Case(unittest.TestCase):
    """A test with a folder of its own, and the command as `katafix` in $PATH."""

    maxDiff = None

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-")).resolve()
        self.addCleanup(shutil.rmtree, self.dir)
        (self.dir / "bin").mkdir()
        (self.dir / "bin/katafix").symlink_to(KATAFIX)
        self.env = {"HOME": str(self.dir), "LANG": "C.UTF-8", "TERM": "dumb",
                    "PATH": f"{self.dir}/bin:{os.environ['PATH']}"}

    def node(self, name):
        """A node that needs the flag."""
        return shutil.copytree(PROJECT / "fixtures/node", self.dir / name)


def main(*tools):
    global KATAFIX
    parser = argparse.ArgumentParser()
    parser.add_argument("--katafix", default=PROJECT / "build/dev/katafix", type=pathlib.Path)
    options, rest = parser.parse_known_args()
    KATAFIX = str(options.katafix.resolve())
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        print(f"skipped: not installed: {', '.join(missing)}")
        raise SystemExit(SKIPPED)
    unittest.main(module="__main__", argv=["test", *rest], verbosity=2)
