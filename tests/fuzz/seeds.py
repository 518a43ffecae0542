#!/usr/bin/env python3
"""Writes the fixtures as seeds for a fuzz target, one file each.

    seeds.py blocks|fix|tree FIXTURES FOLDER

For blocks and fix() a seed is the file before; for trees a node's files in one text, as node_text.hpp has it.
"""

import os
import pathlib
import sys

LARGEST = 8192


def config_files(fixtures):
    """The name and the bytes of each."""
    for path in sorted(fixtures.glob("*/*/before")):
        yield path.parent.name, path.read_bytes()


def nodes(fixtures):
    for case in sorted(fixtures.glob("tree/*")):
        yield case.name, b"".join(node_parts(case / "root")) + release(case / "args")


def node_parts(root):
    for path in sorted(root.rglob("*")):
        name = b"/" + os.fsencode(path.relative_to(root))
        if path.is_symlink():
            target = os.path.join(b"/", os.path.dirname(name), os.fsencode(os.readlink(path)))
            yield b"@link " + name + b" " + os.path.normpath(target) + b"\n"
        elif path.is_file():
            yield b"@file " + name + b"\n" + path.read_bytes()


def release(args):
    words = args.read_bytes().split() if args.exists() else []
    at = words.index(b"--containerd-version") + 1 if b"--containerd-version" in words else None
    return b"" if at is None else b"\n@release " + words[at] + b"\n"


def main():
    kind, fixtures, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, content in (nodes if kind == "tree" else config_files)(fixtures):
        if len(content) <= LARGEST:
            (folder / name).write_bytes(content)
            count += 1
    print(f"{count} seeds")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
