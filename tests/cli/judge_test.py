#!/usr/bin/env python3
"""Runs the corpus judge over the corpora of real and of made-up config files.

    judge_test.py FOLDER

FOLDER has tools/judge.py and the corpora: test data beside the project, where present.
"""

import pathlib
import subprocess
import sys

import harness


def main():
    folder = pathlib.Path(sys.argv[1])
    needed = [folder / name for name in ("tools/judge.py", "corpus", "corpus-synthetic")]
    for path in needed:
        if not path.exists():
            harness.skip(f"the corpora or their judge are not there: no {path}")
    judge, *corpora = needed
    command = [sys.executable, judge, "--katafix", harness.KATAFIX, *corpora]
    print("+", *command, flush=True)
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
