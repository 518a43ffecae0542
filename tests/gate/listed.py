#!/usr/bin/env python3
"""Finds tests that nobody runs: unit tests in no CMakeLists, scripts and groups of fixtures that no
test of the build directory names."""

import json
import pathlib
import re
import subprocess
import sys

SCRIPTS = ("tests/*/*_test.py", "tests/*/run_*.py", "tests/gate/*.py", "tests/gate/*.sh")
SOURCED = {"tests/gate/common.sh"}


def commands(build):
    """The words of each test's command."""
    shown = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, check=True,
                           capture_output=True, text=True)
    return [test["command"] for test in json.loads(shown.stdout)["tests"] if "command" in test]


def compiled():
    """What the CMakeLists of the unit tests name, comments apart."""
    named = set()
    for lists in pathlib.Path("tests/unit").rglob("CMakeLists.txt"):
        text = re.sub(r"#.*", "", lists.read_text(encoding="utf-8"))
        named |= {str(lists.parent / word) for word in re.findall(r"[\w./-]+\.cpp", text)}
    return named


def unlisted(words):
    """The files that are no part of any test; words: all those of the tests' commands."""
    units = {str(path) for path in pathlib.Path("tests/unit").rglob("*_test.cpp")}
    yield from ((path, "it is in no CMakeLists.txt") for path in sorted(units - compiled()))

    run = {str(pathlib.Path(word).resolve()) for word in words if "/" in word}
    scripts = {str(path) for pattern in SCRIPTS for path in pathlib.Path().glob(pattern)}
    for path in sorted(scripts - SOURCED):
        if str(pathlib.Path(path).resolve()) not in run:
            yield path, "no test runs it"

    sources = [path.read_text(encoding="utf-8") for path in pathlib.Path("tests").rglob("*.py")]
    for group in sorted(path for path in pathlib.Path("fixtures").iterdir() if path.is_dir()):
        if group.name not in words and str(group.resolve()) not in run \
                and not any(f'"{group}' in text for text in sources):
            yield group, "no test reads it"


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: listed.py BUILD_DIRECTORY")
    tests = commands(sys.argv[1])
    failed = 0
    for path, what in unlisted({word for command in tests for word in command}):
        print(f"{path}: {what}")
        failed += 1
    print(f"{len(tests)} tests: {failed} files that are in none of them")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
