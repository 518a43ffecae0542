#!/usr/bin/env python3
"""Runs the TOML 1.1 list of the public TOML test suite through apply: what is valid goes through
unchanged, what is not is refused with its place, and stays as it is.

    toml_test.py FOLDER

FOLDER is the suite's data, which is test data beside the project, where present.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import harness

LIST = "files-toml-1.1.0"


def faults(source, folder):
    """What is wrong with the way in which apply takes one file."""
    data = source.read_bytes()
    path = folder / "config.toml"
    path.write_bytes(data)
    ran = subprocess.run([harness.KATAFIX, "apply", "--backup-dir", folder / "backups", path.name],
                         cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60)
    valid = "valid" in source.parts
    if ran.returncode != (0 if valid else 2):
        yield f"exit status {ran.returncode}: {ran.stderr.decode(errors='replace').strip()[:200]}"
    if not valid and not re.match(rb"config\.toml:[1-9]\d*:[1-9]\d*: error: ", ran.stderr):
        yield f"no file:line:column on standard error: {ran.stderr.decode(errors='replace')[:200]}"
    if path.read_bytes() != data:
        yield "the file has changed"
    if os.listdir(folder) != ["config.toml"]:
        yield f"left behind: {os.listdir(folder)}"


def judge(source):
    with tempfile.TemporaryDirectory(prefix="katafix-test-") as folder:
        return list(faults(source, pathlib.Path(folder)))


def main():
    suite = pathlib.Path(sys.argv[1])
    if not (suite / LIST).exists():
        harness.skip(f"the TOML test suite is not there: no {suite / LIST}")
    names = [name for name in (suite / LIST).read_text(encoding="utf-8").split() if name.endswith(".toml")]
    sources = [suite.resolve() / name for name in names]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, found in zip(names, pool.map(judge, sources)):
            failed += bool(found)
            for fault in found:
                print(f"FAIL {name}: {fault}")
    valid = sum(name.startswith("valid/") for name in names)
    print(f"{len(names)} files, {valid} of them valid: {len(names) - failed} passed, {failed} failed")
    return 1 if failed or not 0 < valid < len(names) else 0


if __name__ == "__main__":
    sys.exit(main())
