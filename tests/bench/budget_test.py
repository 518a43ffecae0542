"""Holds what a run costs against budget.json: instructions, as multiples of those of the floor.

Nodes without FILE come first, as that is how people use it. Callgrind's counts are the same each
time on one machine; the tolerance is for other processors and libraries, and for changes that are
worth more than what they cost. A ratio below the budget fails as well: a gain that the budget does
not keep is lost unseen."""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import count
import inputs
import nodes

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
BUDGET = HERE / "budget.json"
NODE = PROJECT / "fixtures/node/etc/containerd/config.toml"
TOLERANCE = 0.15
SKIPPED = 77
FILE = "one FILE"
TOO_MUCH = """\
{name} costs {more:.0%} more than its budget: {measured:.2f} times the floor, {budget:.2f} planned.
  First look where it goes:
    valgrind --tool=callgrind --callgrind-out-file=/tmp/counts build/release/katafix ...
    callgrind_annotate --inclusive=yes /tmp/counts
  If what users get is worth it, run python3 -B tests/bench/budget_test.py --renew, and say in
  the commit message what they get, what it costs, and what was tried to spend less."""
TOO_LITTLE = """\
{name} costs {less:.0%} less than its budget: {measured:.2f} times the floor, {budget:.2f} planned.
  Keep the gain: python3 -B tests/bench/budget_test.py --renew, in the commit that made it."""


def build_floor():
    """The floor, compiled and linked as the release is, in a directory of its own."""
    build = PROJECT / "build/floor"
    for command in (["cmake", "--preset", "release", "-B", build, "-DBUILD_TESTING=ON"],
                    ["cmake", "--build", build, "--target", "katafix_floor"]):
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"the floor cannot be built:\n{done.stdout}{done.stderr}")
    return build / "katafix_floor"


def write_configs(directory):
    """As long as containerd's default config, with nothing to fix; and with one edit to make."""
    text = NODE.read_text(encoding="utf-8") + inputs.many_handlers(20).partition("\n")[2]
    right = text.replace("io.containerd.kata", "io.containerd.runc")
    (directory / "right.toml").write_text(right, encoding="utf-8")
    (directory / "one.toml").write_text(
        right.replace("io.containerd.runc-clh", "io.containerd.kata-clh"), encoding="utf-8")


def of_files(katafix, floor):
    """Of one FILE, as multiples of the floor."""
    with tempfile.TemporaryDirectory(prefix="katafix-budget-", dir="/tmp") as scratch:
        write_configs(pathlib.Path(scratch))
        commands = {nodes.RIGHT: ["check", "right.toml"], nodes.TO_FIX: ["check", "one.toml"],
                    nodes.APPLY: ["apply", "--backup-dir", "backup", "one.toml"]}
        floor = count.instructions([floor, "right.toml"], scratch, (0,))
        return {name: count.instructions([katafix, *words], scratch) / floor
                for name, words in commands.items()}


def measure(katafix, floor):
    """What each command costs, by what it is run on; the names are those of the budget."""
    kinds = list(nodes.KINDS)
    if shutil.which("containerd") is None:
        print(f"skipped: containerd is not installed, which prints the config of {nodes.ONE_FILE}")
        kinds.remove(nodes.ONE_FILE)
    counted = nodes.instructions(katafix, floor, kinds)
    return {**{kind: nodes.ratios(row) for kind, row in counted.items()}, FILE: of_files(katafix, floor)}


def complaint(name, measured, budget):
    """What is to be done about a ratio, or nothing."""
    if measured > budget * (1 + TOLERANCE):
        return TOO_MUCH.format(name=name, more=measured / budget - 1, measured=measured,
                               budget=budget)
    if measured < budget * (1 - TOLERANCE):
        return TOO_LITTLE.format(name=name, less=1 - measured / budget, measured=measured,
                                 budget=budget)
    return ""


def hold(measured, budget):
    """Prints each ratio beside its budget, and what is to be done about it; is anything?"""
    complaints = []
    for kind, row in measured.items():
        for command, ratio in row.items():
            planned = budget[kind][command]
            print(f"{kind:48}{command:20}{ratio:6.2f} times the floor, {ratio / planned:5.0%} of the budget")
            complaints.append(complaint(f"{kind}: {command}", ratio, planned))
    print(*filter(None, complaints), sep="\n")
    return any(complaints)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--katafix", default=PROJECT / "build/release/katafix",
                        type=pathlib.Path, help="the static release")
    parser.add_argument("--floor", type=pathlib.Path, help="built where it is not given")
    parser.add_argument("--renew", action="store_true", help="write what is measured as the budget")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        return SKIPPED
    floor = (options.floor or build_floor()).resolve()
    measured = measure(options.katafix.resolve(), floor)
    budget = json.loads(BUDGET.read_text(encoding="utf-8"))
    if options.renew:
        rounded = {kind: {command: round(ratio, 2) for command, ratio in row.items()}
                   for kind, row in measured.items()}
        # What is not measured here keeps its budget.
        budget = {kind: rounded.get(kind, budget.get(kind)) for kind in [*nodes.KINDS, FILE]}
        BUDGET.write_text(json.dumps(budget, indent=2) + "\n", encoding="utf-8")
    if set(budget) != {*nodes.KINDS, FILE}:
        print("budget.json does not name what is measured: --renew it")
        return 1
    return 1 if hold(measured, budget) else 0


if __name__ == "__main__":
    sys.exit(main())
