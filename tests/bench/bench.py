"""Measures katafix, the floor and its peers on the same inputs in one go; tests/bench/run runs it.

It prints the system calls, the tables and the targets, and keeps them and the plot in --out. The
exit status is 1 when a target is not met."""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

import calls
import count
import inputs
import nodes
import peers
import results
import targets
from targets import APPLY, CHECK, DEFAULT, ONE_EDIT, REAL, SED

FLOOR = "floor: one toml++ parse"
ALL_RIGHT = "katafix check, all is right"
MOST_APPLIED = 10_000  # more handlers than that take callgrind minutes


def installed(program, where):
    """A copy, as users have it: what a linker has just written lies in memory in small pieces."""
    directory = pathlib.Path(where, "installed")
    directory.mkdir(exist_ok=True)
    return shutil.copy(program, directory)


class Bench:
    def __init__(self, options, scratch):
        self.options = options
        self.dir = pathlib.Path(scratch)
        self.file = self.dir / "config.toml"
        self.katafix, self.floor, toml_edit = (
            installed(program, options.out)
            for program in (options.katafix, options.floor, options.toml_edit))
        self.tools = peers.tools(self.katafix, toml_edit)
        default = inputs.default_config()
        self.handlers = {f"{many:,} handlers": many for many in options.handlers}
        self.untouched = {DEFAULT: default,
                          ONE_EDIT: inputs.with_kata_handlers(default, names=("kata",))}
        self.inputs = {REAL: (inputs.with_kata_handlers(default),
                              inputs.with_kata_handlers(default, "true"))}
        for name, many in self.handlers.items():
            self.inputs[name] = inputs.many_handlers(many), inputs.many_handlers(many, "true")

    def check(self, file=None):
        return [self.katafix, "check", str(file or self.file)]

    def apply(self):
        return [self.katafix, "apply", "--backup-dir", f"{self.file}.backup", str(self.file)]

    def instructions(self):
        """Of each command on each input, by callgrind."""
        counted = {}
        texts = {**self.untouched, **{name: before for name, (before, _) in self.inputs.items()}}
        for name, text in texts.items():
            peers.fresh(text, self.file)
            row = counted[name] = {"floor": count.instructions([self.floor, self.file], self.dir),
                                   "check": count.instructions(self.check(), self.dir)}
            if name in self.handlers:
                row["of"] = self.handlers[name]
            if name != DEFAULT and row.get("of", 0) <= MOST_APPLIED:
                row["apply"] = count.instructions(self.apply(), self.dir)
            say(f"{name}: {row}")
        for many in self.options.drop_ins:
            with tempfile.TemporaryDirectory(dir=self.dir) as root:
                inputs.node(root, many)
                counted[f"{many:,} drop-ins"] = {"of": many, "check": count.instructions(
                    [self.katafix, "check", "--root", root], self.dir)}
        return counted

    def before_first_file(self):
        peers.fresh(self.untouched[DEFAULT], self.file)
        return count.instructions_before(self.file, self.check(), self.dir)

    def memory(self):
        """Peak bytes by command and size of the file: the largest, and one of real size."""
        peak = {"check": {}, "apply": {}}
        for name in (REAL, list(self.inputs)[-1]):
            for command in (self.check(), self.apply()):
                peers.fresh(self.inputs[name][0], self.file)
                size = self.file.stat().st_size
                peak[command[1]][size] = count.peak_memory(command, self.dir)
        return peak

    def system_calls(self):
        """How many there are, and the list of them with what each is for."""
        found, lines = {"without a purpose": {}}, []
        for text, command in ((self.untouched[DEFAULT], self.check()),
                              (self.untouched[ONE_EDIT], self.apply())):
            peers.fresh(text, self.file)
            made = count.system_calls(command, self.dir)
            found[command[1]] = len(made)
            found["without a purpose"][command[1]] = sum(
                calls.purpose(call) == calls.UNKNOWN for call in made)
            if command[1] == "check":  # a name that is not absolute takes other calls
                here = count.system_calls(self.check(self.file.name), self.dir)
                found["check"] = max(len(made), len(here))
            lines += [f"{len(made)} system calls of katafix {command[1]} on one file:",
                      *calls.listed(made, self.dir), ""]
        return found, "\n".join(lines)

    def try_out(self, size):
        """What each tool makes of an input, by name."""
        said = {}
        for tool in self.tools:
            if self.handlers.get(size, 0) <= tool.limit:
                said[tool.name] = peers.try_out(tool, *self.inputs[size], self.file,
                                                self.options.timeout)
                say(f"{size}: {tool.name}: {said[tool.name]}")
        return said

    def wall(self):
        """Seconds by size and tool; and what each tool made of it, by tool and size."""
        wall, verdicts = {}, {}
        given, fixed = self.dir / "given.toml", self.dir / "fixed.toml"
        for size, (before, wanted) in self.inputs.items():
            said = self.try_out(size)
            for name, verdict in said.items():
                verdicts.setdefault(name, {})[size] = verdict
            peers.fresh(before, given)
            peers.fresh(wanted, fixed)
            wall[size] = self.hyperfine(
                {FLOOR: [self.floor, str(given)], CHECK: self.check(given),
                 ALL_RIGHT: self.check(fixed),
                 **{tool.name: tool.command(self.file) for tool in self.tools
                    if said.get(tool.name, "").startswith("right")}},
                f'rm -rf "{self.file}.backup"; cp "{given}" "{self.file}"')
        return wall, verdicts

    def hyperfine(self, commands, prepare):
        """Seconds by name: the best of rounds in which each command has its turn, since whatever
        else the machine does can only add."""
        took = {name: [] for name in commands}
        out = self.dir / "hyperfine.json"
        for _ in range(self.options.rounds):
            subprocess.run(
                ["hyperfine", "--shell=none", "--style=none", "--ignore-failure", "--warmup=1",
                 "--min-runs=3", "--max-runs=40", f"--export-json={out}",
                 f"--prepare={shlex.join(['sh', '-c', prepare])}",
                 *map(shlex.join, commands.values())],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=peers.environment())
            measured = json.loads(out.read_text(encoding="utf-8"))["results"]
            for name, result in zip(commands, measured):
                took[name] += result["times"]
        return {name: min(seconds) for name, seconds in took.items()}

    def on_disk(self):
        """What fsync adds where there is a disk, in a sentence."""
        with tempfile.TemporaryDirectory(dir=self.options.out) as disk:
            file, given = pathlib.Path(disk, "config.toml"), pathlib.Path(disk, "given.toml")
            peers.fresh(self.inputs[REAL][0], given)
            peers.fresh(self.inputs[REAL][0], file)
            commands = {tool.name: tool.command(file) for tool in self.tools
                        if tool.name in (APPLY, SED)}
            fsyncs, waited = count.seconds_in_fsync(commands[APPLY], disk)
            took = self.hyperfine(commands, f'rm -rf "{file}.backup"; cp "{given}" "{file}"')
        return (f"On this disk: katafix apply {took[APPLY] * 1000:.2f} ms, with {fsyncs} fsyncs "
                f"that took {waited * 1000:.2f} ms when counted; sed -i {took[SED] * 1000:.2f} ms, "
                "with none.")

    def many_roots(self):
        """One process for a fleet of roots, in a sentence."""
        help_text = subprocess.run([self.katafix, "check", "--help"], capture_output=True,
                                   text=True, check=True).stdout
        if "--roots-from" not in help_text:
            return "This katafix has no --roots-from."
        with tempfile.TemporaryDirectory(dir=self.options.out) as trees:
            roots = [str(inputs.node(pathlib.Path(trees, f"{number:05}"), 0))
                     for number in range(self.options.roots)]
            listed = pathlib.Path(trees, "roots")
            listed.write_text("".join(f"{root}\n" for root in roots), encoding="utf-8")
            command = [self.katafix, "check", "--roots-from", str(listed)]
            took = self.hyperfine({"": command}, "true")[""]
            memory = count.peak_memory(command, trees)
        return (f"{len(roots):,} roots by --roots-from: {took:.2f} s, "
                f"{took / len(roots) * 1e6:.0f} us each, {memory / 1e6:.1f} MB at most.")


def say(line):
    print(line, file=sys.stderr, flush=True)


def measure_nodes(options):
    """The files to keep, by name; and the targets: those of nodes without FILE."""
    counted = nodes.instructions(options.katafix, options.floor)
    say(counted)
    kept = [*targets.node_targets(counted), *targets.more_node_targets(options.katafix)]
    return {"nodes.md": results.NODES + "\n" + results.node_table(counted) + "\n",
            "nodes.json": json.dumps(counted, indent=1)}, kept


def measure(options):
    """The same of one FILE."""
    in_memory = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else options.out
    with tempfile.TemporaryDirectory(dir=in_memory) as scratch:
        bench = Bench(options, scratch)
        counted = bench.instructions()
        made, listing = bench.system_calls()
        kept = [*targets.instruction_targets(counted, bench.before_first_file()),
                *targets.call_targets(made), *targets.memory_targets(bench.memory())]
        wall, verdicts = bench.wall()
        kept += targets.wall_targets(wall, [tool.name for tool in bench.tools
                                            if tool.edits_toml and tool.name != APPLY])
        notes = [f"Best of {options.rounds} rounds; load average {os.getloadavg()[1]:.1f} on "
                 f"{os.cpu_count()} processors.", bench.on_disk(), bench.many_roots()]
    speed = results.wall_table(wall, verdicts, FLOOR)
    return {"calls.txt": listing, "speed.md": results.FILE + "\n" + speed + "\n",
            "more.md": "\n\n".join([results.reasons(verdicts), results.instructions_table(counted),
                                    *notes]) + "\n",
            "cost.svg": results.cost_plot(wall, bench.handlers),
            "results.json": json.dumps({"wall": wall, "instructions": counted}, indent=1)}, kept


def publish(files):
    """Puts what was measured into README.md and the plot, both beside this file."""
    here = pathlib.Path(__file__).resolve().parent
    readme = here / "README.md"
    for name in ("nodes.md", "speed.md"):
        if name in files:
            begin, end = f"<!-- {name} of tests/bench/run --publish -->\n", "<!-- end -->\n"
            before, _, rest = readme.read_text(encoding="utf-8").partition(begin)
            _, _, after = rest.partition(end)
            readme.write_text(before + begin + files[name] + end + after, encoding="utf-8")
    if "cost.svg" in files:
        (here / "cost.svg").write_text(files["cost.svg"], encoding="utf-8")


def parse_options():
    def path(text):
        return str(pathlib.Path(text).resolve())

    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("katafix", "floor", "out"):
        parser.add_argument(f"--{name}", required=True, type=path)
    parser.add_argument("--toml-edit", type=path)
    parser.add_argument("--only-nodes", action="store_true", help="nothing of FILEs and peers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--timeout", type=int, default=20, help="seconds for one edit by a peer")
    parser.add_argument("--handlers", type=int, nargs="+", default=inputs.HANDLERS)
    parser.add_argument("--drop-ins", type=int, nargs="+", default=inputs.DROP_INS)
    parser.add_argument("--roots", type=int, default=inputs.ROOTS)
    parser.add_argument("--publish", action="store_true", help=publish.__doc__)
    options = parser.parse_args()
    if not (options.only_nodes or options.toml_edit):
        parser.error("--toml-edit PROGRAM, or --only-nodes")
    return options


def main():
    options = parse_options()
    pathlib.Path(options.out).mkdir(exist_ok=True)
    files, kept = measure_nodes(options)
    if not options.only_nodes:
        of_files, kept_of_files = measure(options)
        files, kept = files | of_files, kept + kept_of_files
    files["targets.txt"] = "".join(f"{target}\n" for target in kept)
    for name, text in files.items():
        pathlib.Path(options.out, name).write_text(text, encoding="utf-8")
    if options.publish:
        publish(files)
    shown = ("calls.txt", "nodes.md", "speed.md", "more.md", "targets.txt")
    print(*(files[name] for name in shown if name in files), sep="\n")
    return 0 if all(target.met for target in kept) else 1


if __name__ == "__main__":
    sys.exit(main())
