#!/usr/bin/env python3
"""tidy.py BUILD_DIRECTORY: clang-tidy has nothing to say about src, headers included.

Nearly all of its time goes to the headers of the standard library, once for each unit. So it gets one
unit for each module, which includes the module's files: two of them cannot use one name for two things
in their unnamed namespaces."""

import json
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77


def make_units(build, folder):
    """Writes a unit for each module of src and the commands that compile them; the units' paths."""
    commands = {pathlib.Path(each["file"]): each
                for each in json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))}
    units, database = [], []
    folder.mkdir(parents=True, exist_ok=True)
    for module in sorted(path for path in pathlib.Path("src").resolve().iterdir() if path.is_dir()):
        sources = sorted(module.glob("*.cpp"))
        unit = folder / f"{module.name}.cpp"
        unit.write_text("".join(f'// NOLINTNEXTLINE(bugprone-suspicious-include)\n#include "{source}"\n'
                                for source in sources), encoding="utf-8")
        first = commands[sources[0]]
        database.append({**first, "file": str(unit),
                         "command": first["command"].replace(str(sources[0]), str(unit))})
        units.append(unit)
    (folder / "compile_commands.json").write_text(json.dumps(database), encoding="utf-8")
    return units


def tidy(unit):
    """What clang-tidy says of a unit, and its exit status."""
    done = subprocess.run(
        ["clang-tidy", "--quiet", "--config-file=.clang-tidy", "-p", str(unit.parent),
         r"--header-filter=(^|/)(include/katafix|src)/.*\.[ch]pp$",
         # Otherwise the analyzer follows no path through what a unit includes.
         "--extra-arg=-Xclang", "--extra-arg=-analyzer-opt-analyze-headers", str(unit)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return done.stdout + (done.stderr if done.returncode else ""), done.returncode


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: tidy.py BUILD_DIRECTORY")
    if not shutil.which("clang-tidy"):
        print("skipped: clang-tidy is not installed")
        return SKIPPED
    build = pathlib.Path(sys.argv[1]).resolve()
    units = make_units(build, build / "tidy")
    failed = 0
    for unit in units:
        said, status = tidy(unit)
        print(f"{unit.stem}: {'clean' if status == 0 else 'not clean'}\n{said}", end="", flush=True)
        failed += status != 0
    return 1 if failed or not units else 0


if __name__ == "__main__":
    sys.exit(main())
