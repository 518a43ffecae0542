#!/usr/bin/env python3
"""Runs truth.py on a copy of the recorded node trees, for one engine.

run_truth.py --katafix CMD --engine NAME --shared DIR

DIR has tools/truth.py and truth/; without them the test is skipped (exit 77). In the copy,
symbolic links that were stored as small files are links again.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def relink(case):
    """A link was stored as a file that holds its target and no line end."""
    for path in (case / "root").rglob("*"):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 255:
            continue
        text = path.read_bytes()
        if text and b"\n" not in text and b"=" not in text and (b"/" in text or b"." in text):
            path.unlink()
            path.symlink_to(text.decode())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--katafix", required=True)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--shared", required=True, type=pathlib.Path)
    options = parser.parse_args()
    script = options.shared / "tools/truth.py"
    cases = sorted((options.shared / "truth").glob(options.engine + "-*"))
    if not script.is_file() or not cases:
        print(f"skipped: no recordings below {options.shared}")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            copy = pathlib.Path(folder) / case.name
            shutil.copytree(case, copy, symlinks=True, copy_function=shutil.copyfile)
            for directory in [copy, *(p for p in copy.rglob("*") if p.is_dir())]:
                directory.chmod(0o755)
            if "-symlink-" in case.name:
                relink(copy)
        return subprocess.run([sys.executable, str(script), "--katafix", options.katafix, folder],
                              check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
