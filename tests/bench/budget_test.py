"""Holds what three commands cost, in instructions, against budget.json.

Callgrind's counts are the same each time on one machine; another processor or C library may change
them a little, which is what the tolerance is for. A count below the budget fails as well: a gain
that the budget does not keep is lost unseen."""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

import count
import inputs

HERE = pathlib.Path(__file__).resolve().parent
BUDGET = HERE / "budget.json"
NODE = HERE.parent.parent / "fixtures/node/etc/containerd/config.toml"
TOLERANCE = 0.05
SKIPPED = 77
TOO_MUCH = """\
{name} costs {more:.1%} more than its budget: {measured:,} instructions, {budget:,} planned.
  First look where they go:
    valgrind --tool=callgrind --callgrind-out-file=/tmp/counts build/release/katafix ...
    callgrind_annotate --inclusive=yes /tmp/counts
  If what users get is worth it, run python3 -B tests/bench/budget_test.py --renew, and say in
  the commit message what they get, what it costs, and what was tried to spend less."""
TOO_LITTLE = """\
{name} costs {less:.1%} less than its budget: {measured:,} instructions, {budget:,} planned.
  Keep the gain: python3 -B tests/bench/budget_test.py --renew, in the commit that made it."""


def write_configs(directory):
    """As long as containerd's default config, with nothing to fix; and with one edit to make."""
    text = NODE.read_text(encoding="utf-8") + inputs.many_handlers(20).partition("\n")[2]
    right = text.replace("io.containerd.kata", "io.containerd.runc")
    (directory / "right.toml").write_text(right, encoding="utf-8")
    (directory / "one.toml").write_text(
        right.replace("io.containerd.runc-clh", "io.containerd.kata-clh"), encoding="utf-8")


def measure(katafix):
    """What each command costs; the names are those of the budget."""
    # The depth of the directory counts: each part of a path is looked at.
    with tempfile.TemporaryDirectory(prefix="katafix-budget-", dir="/tmp") as scratch:
        write_configs(pathlib.Path(scratch))
        commands = {"--version": ["--version"],
                    "check, nothing to fix": ["check", "right.toml"],
                    "apply, one edit": ["apply", "--backup-dir", "backup", "one.toml"]}
        return {name: count.instructions([katafix, *words], scratch, statuses=(0,))
                for name, words in commands.items()}


def complaint(name, measured, budget):
    """What is to be done about a count, or nothing."""
    if measured > budget * (1 + TOLERANCE):
        return TOO_MUCH.format(name=name, more=measured / budget - 1, measured=measured,
                               budget=budget)
    if measured < budget * (1 - TOLERANCE):
        return TOO_LITTLE.format(name=name, less=1 - measured / budget, measured=measured,
                                 budget=budget)
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--katafix", default=HERE.parent.parent / "build/release/katafix",
                        type=pathlib.Path, help="the static release")
    parser.add_argument("--renew", action="store_true", help="write what is measured as the budget")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        return SKIPPED
    measured = measure(options.katafix.resolve())
    if options.renew:
        BUDGET.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    budget = json.loads(BUDGET.read_text(encoding="utf-8"))
    if set(budget) != set(measured):
        print("budget.json does not name the commands that are measured: --renew it")
        return 1
    complaints = []
    for name, instructions in measured.items():
        print(f"{name:25}{instructions:12,} instructions, {instructions / budget[name]:7.1%} "
              "of the budget")
        complaints.append(complaint(name, instructions, budget[name]))
    print(*filter(None, complaints), sep="\n")
    return 1 if any(complaints) else 0


if __name__ == "__main__":
    sys.exit(main())
