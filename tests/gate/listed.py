#!/usr/bin/env python3
"""Finds tests that nobody runs: unit tests in no CMakeLists, scripts and groups of fixtures that no
test of the build directory names; and codes of findings that no fixture shows and no test names."""

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


def codes():
    """Those that fixtures show, those that only tests name, and those that neither does."""
    source = pathlib.Path("src/text/finding.cpp").read_text(encoding="utf-8")
    names = re.findall(r'"([a-z-]+)"', re.search(r"kCodeNames = \{(.*?)\}", source, re.S)[1])
    shown = "".join(path.read_text(encoding="utf-8", errors="replace")
                    for path in pathlib.Path("fixtures").glob("*/*/messages"))
    tests = "".join(path.read_text(encoding="utf-8") for ending in ("py", "cpp")
                    for path in pathlib.Path("tests").rglob(f"*.{ending}"))
    found = ([], [], [])
    for name in names:
        named = name in tests or name.replace("-", "_") in tests
        found[0 if f"[{name}]" in shown else 1 if named else 2].append(name)
    return found


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: listed.py BUILD_DIRECTORY")
    tests = commands(sys.argv[1])
    failed = 0
    for path, what in unlisted({word for command in tests for word in command}):
        print(f"{path}: {what}")
        failed += 1
    print(f"{len(tests)} tests: {failed} files that are in none of them")
    shown, named, unknown = codes()
    print(f"{len(shown)} codes are shown by fixtures; by other tests alone: {', '.join(named)}")
    if unknown:
        print(f"by none: {', '.join(unknown)}")
    return 1 if failed or unknown or not tests or not shown else 0


if __name__ == "__main__":
    sys.exit(main())
