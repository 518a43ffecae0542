#!/usr/bin/env python3
"""One table of the figures that the harnesses print in lines "summary: FIGURE: NUMBER".

    summary.py keep FOLDER TEST COMMAND...    runs a test, and keeps its figures in FOLDER/TEST.json
    summary.py table FOLDER                   prints the table
"""

import json
import pathlib
import re
import subprocess
import sys

SKIPPED = 77
VIOLATIONS = "violations"
# Which tests have which figures; all of them count violations.
FIGURES = {
    "faults injected": ("unit.faults", "fault.errors"),
    "signals sent": ("fault.signals",),
    "crash states enumerated": ("unit.faults",),
    "power cuts made": ("fault.power",),
    "fuzz executions": ("fuzz.blocks", "fuzz.fix", "fuzz.tree"),
    "mutants caught": ("unit.faults", "fault.power"),
}
FIGURES[VIOLATIONS] = tuple(dict.fromkeys(test for tests in FIGURES.values() for test in tests))


def keep(folder, test, *command):
    """Passes the command's output and status on; one that is killed leaves no status."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"status": None, "skipped": [], "figures": {}}
    file = folder / f"{test}.json"
    file.write_text(json.dumps(kept), encoding="utf-8")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        for line in running.stdout:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            note(kept, line.decode("utf-8", "replace"))
    status = running.returncode
    if status < 0 or (status == SKIPPED and not kept["skipped"]):
        print(f"status {status} without a reason is a failure")  # libFuzzer's is 77 for a crash
        status = 1
    kept["status"] = status
    file.write_text(json.dumps(kept), encoding="utf-8")
    return status


def note(kept, line):
    # It may follow the name of the test in one line.
    figure = re.search(r"summary: (.+): (\d+)$", line)
    if figure:
        figures = kept["figures"]
        figures[figure[1]] = figures.get(figure[1], 0) + int(figure[2])
    skipped = re.search(r"skipped: .+", line)
    if skipped:
        kept["skipped"].append(skipped[0])


def row(figure, kept):
    """The number, its parts in words, and whether one is missing."""
    total, parts, missing = 0, [], False
    for test in FIGURES[figure]:
        ran = kept.get(test)
        if ran is None:
            parts.append(f"{test} not run")
        elif ran["status"] == SKIPPED:
            parts.append(f"{test} {ran['skipped'][-1]}")
        elif figure not in ran["figures"]:
            parts.append(f"{test} MISSING")
            missing = True
        else:
            total += ran["figures"][figure]
            parts.append(" ".join([test, str(ran["figures"][figure]), *ran["skipped"]]))
    return total, ", ".join(parts), missing


def table(folder):
    kept = {file.stem: json.loads(file.read_text(encoding="utf-8"))
            for file in folder.glob("*.json")}
    lines, wrong = [], []
    for figure in FIGURES:
        total, parts, missing = row(figure, kept)
        lines.append(f"{figure:24} {total:>10}  {parts}\n")
        if missing or (figure == VIOLATIONS and total):
            wrong.append(figure)
    lines += [f"{test} failed\n" for test, ran in sorted(kept.items())
              if ran["status"] not in (0, SKIPPED)]
    print("".join(lines), end="")
    if wrong:
        print(f"wrong or missing: {', '.join(wrong)}")
    return 1 if wrong else 0


def main():
    command, folder, *rest = sys.argv[1:]
    folder = pathlib.Path(folder)
    sys.exit(keep(folder, *rest) if command == "keep" else table(folder))


if __name__ == "__main__":
    main()
