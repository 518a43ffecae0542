#!/usr/bin/env python3
"""No input costs more than its size explains: four times the input is at most about four times the
instructions, and there are bounds on both and on the memory. Nothing here looks at a clock.

$KATAFIX is the command; without it, the release's. Run one by hand:

    KATAFIX=build/dev/katafix tests/cost/hostile_test.py -v -k "opening bracket"
"""

import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

import inputs

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(SOURCE / "tests/bench"))
import count  # noqa: E402

KATAFIX = os.path.abspath(os.environ.get("KATAFIX", SOURCE / "build/release/katafix"))
SMALL = 12_000
LARGE = 4 * SMALL
HUGE = 1_000_000
NAMES = {"file": "a.toml", "template": "a.toml.tmpl", "text": "a.yaml"}
# Beside what the size explains: to start, to find the files, to print a report of a few lines.
START = 15_000_000
GROWTH = 6
PER_BYTE = 3_000
PER_BYTE_OF_TEXT = 7_500  # each line may begin a block, and what does is parsed
MEMORY = 100 * HUGE
SECONDS = 60  # of a test that should have been refused: so that a bad one ends at all


class Node:
    """A directory with the input in it, and the command that looks at it."""

    def __init__(self, kind, make, size):
        self.directory = tempfile.mkdtemp()
        if kind == "tree":
            root = os.path.join(self.directory, "root")
            os.mkdir(root)
            make(root, size)
            self.command = [KATAFIX, "check", "--root", root]
        else:
            file = os.path.join(self.directory, NAMES[kind])
            pathlib.Path(file).write_text(make(size), encoding="utf-8")
            self.command = [KATAFIX, "diff", file]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["rm", "-rf", self.directory], check=True)


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


class HostileTest(unittest.TestCase):
    def instructions(self, kind, make, size):
        with Node(kind, make, size) as node:
            plain = subprocess.run(node.command, check=False, capture_output=True, preexec_fn=limit)
            self.assertIn(plain.returncode, (0, 1, 2), "it did not end by itself")
            return count.instructions(node.command, node.directory, (0, 1, 2))

    def check_instructions(self, kind, make):
        per_byte = PER_BYTE_OF_TEXT if kind == "text" else PER_BYTE
        small = self.instructions(kind, make, SMALL)
        self.assertLess(small, START + per_byte * SMALL)
        large = self.instructions(kind, make, LARGE)
        self.assertLess(large, START + per_byte * LARGE)
        # Of what is refused at once the start is most.
        if large > START:
            self.assertLess(large, GROWTH * small)

    def instructions_of_restore(self, count_of_files):
        """Of a run all of whose files went back to what they were before an older one."""
        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory)
        kata = "[crio.runtime.runtimes.kata#]\nruntime_type = 'vm'\n"
        for end in ("", "# again\n", ""):
            for number in range(count_of_files):
                inputs.write(directory, f"{inputs.CRIO_D}/{number}",
                             kata.replace("#", str(number)) + end)
            if end or not os.path.exists(f"{directory}/var"):
                subprocess.run([KATAFIX, "apply", "-q", "--root", directory], check=True)
        return count.instructions([KATAFIX, "restore", "--root", directory], directory, (0,))

    def test_a_restore_looks_into_each_run_once(self):
        small = self.instructions_of_restore(15)
        large = self.instructions_of_restore(60)
        self.assertLess(large, GROWTH * small)

    def peak_memory(self, command):
        with open(os.devnull, "wb") as nowhere:
            process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, preexec_fn=limit)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertIn(process.returncode, (0, 1, 2), "it did not end by itself")
        return usage.ru_maxrss * 1024

    def check_memory(self, kind, make):
        with Node(kind, make, HUGE) as node:
            self.assertLess(self.peak_memory(node.command), MEMORY)

    def test_a_report_in_another_format_takes_no_more_memory_than_the_table(self):
        with Node("file", inputs.TOML["handlers"], HUGE) as node:
            file = node.command[-1]
            table = self.peak_memory([KATAFIX, "check", file])
            for form in ("json", "sarif", "gcc", "github"):
                with self.subTest(form):
                    peak = self.peak_memory([KATAFIX, "check", "--format", form, file])
                    self.assertLess(peak, 1.1 * table)


def add(kind, makers):
    for what, make in makers.items():
        def cost(self, make=make):
            self.check_instructions(kind, make)

        def memory(self, make=make):
            self.check_memory(kind, make)
        name = what.replace(" ", "_").replace("'", "").replace(",", "")
        for promise, test in (("is_counted_once", cost), ("fits_into_memory", memory)):
            test.__doc__ = f"A {kind} with {what} {promise.replace('_', ' ')}."
            setattr(HostileTest, f"test_{kind}_with_{name}_{promise}", test)


add("file", inputs.TOML)
add("template", inputs.TEMPLATES)
add("text", inputs.TEXTS)
add("tree", inputs.TREES)


if __name__ == "__main__":
    if shutil.which("valgrind") is None:
        print("valgrind is missing: nothing can be counted")
        sys.exit(77)
    unittest.main()
