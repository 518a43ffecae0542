#!/usr/bin/env python3
"""Below a root names are opened by a directory's descriptor: no path of this machine is."""

import pathlib
import re
import sys

# A call that takes a path of this machine, or starts from its working directory.
BY_PATH = re.compile(
    r"AT_FDCWD|(?<!\w)::(?:open|creat|stat|lstat|access|readlink|opendir|truncate|rename|link|symlink|unlink|"
    r"mkdir|rmdir|chmod|chown|lchown|mknod|realpath|l?[gs]etxattr)\(|"
    r"[io]?fstream|filesystem::(?!path\b|current_path\b|remove_all\b)")

# Where that is meant: the root itself and this machine's own files.
MEANT = {
    "src/node/root.cpp": "the root is opened by its path, and so are the machine's own files",
    "src/store/stage.cpp": "a private directory of this machine",
    "src/store/status_file.cpp": "--metrics and --summary are files of this machine",
}


def main():
    files = sorted(path for module in ("node", "store")
                   for path in pathlib.Path("src", module).glob("*.[ch]pp"))
    failed = 0
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if BY_PATH.search(line.partition("//")[0]) and str(path) not in MEANT:
                print(f"{path}:{number}: opens by path: {line.strip()}")
                failed += 1
    unused = [name for name in MEANT if not BY_PATH.search(pathlib.Path(name).read_text("utf-8"))]
    print(f"{len(files)} files: {failed} calls by path; exceptions that are none: {unused or 'none'}")
    return 1 if failed or unused or not files else 0


if __name__ == "__main__":
    sys.exit(main())
