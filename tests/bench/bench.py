"""Measures katafix, the floor and its peers on the same inputs in one go; tests/bench/run starts it.

What is printed is kept in build/bench: table.md, cost.svg, calls.txt, results.json."""

import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

import calls
import count
import inputs
import peers
import results
from results import Target, number

FLOOR = "floor: one toml++ parse"
CHECK, APPLY = "katafix check", "katafix apply"
REAL = "default config + 3 Kata"
MEMORY_EXTRA = 4 << 20


class Bench:
    def __init__(self, options, scratch):
        self.options = options
        self.dir = pathlib.Path(scratch)
        self.file = self.dir / "config.toml"
        self.katafix, self.floor = options.katafix, options.floor
        self.tools = peers.tools(self.katafix, options.toml_edit)
        default = inputs.default_config()
        self.texts = {REAL: (inputs.with_kata_handlers(default),
                             inputs.with_kata_handlers(default, "true"))}
        self.handlers = {}
        for number_of in options.handlers:
            self.handlers[f"{number_of:,}"] = number_of
            self.texts[f"{number_of:,}"] = (inputs.many_handlers(number_of),
                                            inputs.many_handlers(number_of, "true"))
        self.default = default
        self.one_edit = inputs.with_kata_handlers(default, names=("kata",))
        self.targets = []
        self.verdicts = {}

    def expect(self, what, limit, measured):
        self.targets.append(Target(what, limit, measured))

    def check(self, file=None):
        return [self.katafix, "check", str(file or self.file)]

    def apply(self):
        return [self.katafix, "apply", "--backup-dir", f"{self.file}.backup", str(self.file)]

    def count_instructions(self):
        """By callgrind, and the targets that are about them."""
        counted = {}
        for name, text, applies in [
                ("default config", self.default, False), ("default config + 1 Kata", self.one_edit, True),
                *[(name, before, self.handlers.get(name, 0) <= 10_000)
                  for name, (before, _) in self.texts.items()]]:
            peers.fresh(text, self.file)
            row = counted[name] = {"floor": count.instructions([self.floor, self.file], self.dir),
                                   "check": count.instructions(self.check(), self.dir)}
            if applies:
                row["apply"] = count.instructions(self.apply(), self.dir)
            say(f"counted: {name}: {row}")
        for drop_ins in self.options.drop_ins:
            with tempfile.TemporaryDirectory(dir=self.dir) as root:
                inputs.node(root, drop_ins)
                counted[f"{drop_ins:,} drop-ins"] = {"check": count.instructions(
                    [self.katafix, "check", "--root", root], self.dir)}
        peers.fresh(self.default, self.file)
        start = count.instructions_before(self.file, self.check(), self.dir)

        row = counted["default config"]
        self.expect("check of the default config, times the floor", 1.25, row["check"] / row["floor"])
        row = counted["default config + 1 Kata"]
        self.expect("apply of one edit, times the floor", 2.3, row["apply"] / row["floor"])
        self.expect("instructions before the first file is opened", 400_000, start)
        self.expect_linear(counted, "handler", self.handlers)
        self.expect_linear(counted, "drop-in", {f"{n:,} drop-ins": n for n in self.options.drop_ins})
        return counted

    def expect_linear(self, counted, thing, sizes):
        few, many = min(n for n in sizes.values() if n != 100), max(sizes.values())
        if thing == "handler":
            few = 1_000 if 1_000 in sizes.values() else few
        each = {n: counted[name]["check"] / n for name, n in sizes.items()}
        self.expect(f"instructions for each {thing} at {many:,}, times those at {few:,}", 1.15,
                    each[many] / each[few])

    def measure_memory(self):
        name = list(self.texts)[-1]
        for command, factor in ((self.check(), 12), (self.apply(), 18)):
            peers.fresh(self.texts[name][0], self.file)
            size = self.file.stat().st_size
            self.expect(f"MB at most of {command[1]}, {name} handlers ({size / 1e6:.1f} MB)",
                        (factor * size + MEMORY_EXTRA) / 1e6,
                        count.peak_memory(command, self.dir) / 1e6)

    def list_calls(self):
        """Each system call with what it is for; and how many there are."""
        lines = []
        for text, command in ((self.default, self.check()), (self.one_edit, self.apply())):
            peers.fresh(text, self.file)
            made = count.system_calls(command, self.dir)
            lines += ["", f"{len(made)} system calls of katafix {command[1]} on one file:",
                      *calls.listed(made, self.dir)]
            if command[1] == "check":
                here = count.system_calls(self.check("config.toml"), self.dir)
                self.expect("system calls of check on one file", 25, max(len(made), len(here)))
            self.expect(f"system calls of {command[1]} without a purpose", 0,
                        sum(calls.purpose(call) == calls.UNKNOWN for call in made))
        return "\n".join(lines[1:]) + "\n"

    def try_tools(self, size):
        """The tools whose result is right at a size."""
        before, wanted = self.texts[size]
        right = []
        for tool in self.tools:
            if self.handlers.get(size, 0) > tool.limit:
                continue
            verdict = peers.try_out(tool, before, wanted, self.file, self.options.timeout)
            say(f"{size}: {tool.name}: {verdict}")
            if verdict.startswith("right"):
                right.append(tool)
            self.verdicts.setdefault(tool.name, {})[size] = verdict
        return right

    def measure_wall(self):
        """Median seconds by size and tool, of rounds in which each has its turn."""
        wall = {}
        for size, (before, wanted) in self.texts.items():
            right = self.try_tools(size)
            given, fixed = self.dir / "given.toml", self.dir / "fixed.toml"
            peers.fresh(before, given)
            peers.fresh(wanted, fixed)
            commands = {FLOOR: [self.floor, str(given)], CHECK: self.check(given),
                        f"{CHECK}, all is right": self.check(fixed),
                        **{tool.name: tool.command(self.file) for tool in right}}
            prepare = f'rm -rf "{self.file}.backup"; cp "{given}" "{self.file}"'
            wall[size] = self.hyperfine(commands, ["sh", "-c", prepare])
        return wall

    def hyperfine(self, commands, prepare):
        took = {name: [] for name in commands}
        out = self.dir / "hyperfine.json"
        for _ in range(self.options.rounds):
            subprocess.run(
                ["hyperfine", "--shell=none", "--style=none", "--ignore-failure", "--warmup=1",
                 "--min-runs=3", "--max-runs=40", f"--export-json={out}",
                 f"--prepare={shlex.join(prepare)}", *map(shlex.join, commands.values())],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for name, result in zip(commands, json.loads(out.read_text())["results"]):
                took[name] += result["times"]
        return {name: statistics.median(seconds) for name, seconds in took.items()}

    def expect_wall(self, wall):
        knows_toml = {tool.name for tool in self.tools if tool.edits_toml} - {APPLY}
        for size in (REAL, "1,000", "10,000"):
            took = wall.get(size, {})
            others = {name: took[name] for name in knows_toml & set(took)}
            if not others:
                continue
            if size == REAL:
                best = min(others, key=others.get)
                for own in (CHECK, APPLY):
                    self.expect(f"{own}, {size}, times the fastest TOML editor ({best})", 1,
                                took[own] / others[best])
                    self.expect(f"{own}, {size}, times sed -i (where fsync is free)", 1.5,
                                took[own] / took["sed -i"])
                continue
            editor = others.pop("toml_edit program")
            self.expect(f"{CHECK}, {size} handlers, times the toml_edit program", 1,
                        took[CHECK] / editor)
            self.expect(f"{APPLY}, {size} handlers, times the toml_edit program", 2.2,
                        took[APPLY] / editor)
            for name, seconds in others.items():
                self.expect(f"{APPLY}, {size} handlers, times {name}", 1, took[APPLY] / seconds)

    def on_disk(self):
        """What fsync adds where there is a disk."""
        with tempfile.TemporaryDirectory(dir=self.options.out) as disk:
            file, given = pathlib.Path(disk, "config.toml"), pathlib.Path(disk, "given.toml")
            peers.fresh(self.texts[REAL][0], given)
            peers.fresh(self.texts[REAL][0], file)
            tools = {tool.name: tool.command(file) for tool in self.tools
                     if tool.name in (APPLY, "sed -i")}
            number_of, waited = count.seconds_in_fsync(tools[APPLY], disk)
            took = self.hyperfine(tools, ["sh", "-c", f'rm -rf "{file}.backup"; cp "{given}" "{file}"'])
        return (f"On this disk: katafix apply {took[APPLY] * 1000:.2f} ms, of which {number_of} fsyncs "
                f"were {waited * 1000:.2f} ms when counted; sed -i {took['sed -i'] * 1000:.2f} ms, "
                "none.")

    def many_roots(self):
        """One process for a fleet of roots, once the command can."""
        help_text = subprocess.run([self.katafix, "check", "--help"], capture_output=True, text=True,
                                   check=True).stdout
        if "--roots-from" not in help_text:
            return "--roots-from: this katafix has no such option"
        with tempfile.TemporaryDirectory(dir=self.options.out) as trees:
            roots = [str(inputs.node(pathlib.Path(trees, f"{n:05}"), 0))
                     for n in range(self.options.roots)]
            listed = pathlib.Path(trees, "roots")
            listed.write_text("".join(f"{root}\n" for root in roots), encoding="utf-8")
            command = [self.katafix, "check", "--roots-from", str(listed)]
            took = self.hyperfine({"": command}, ["true"])[""]
            memory = count.peak_memory(command, trees)
        return (f"{len(roots):,} roots by --roots-from: {took:.2f} s, {took / len(roots) * 1e6:.0f} us "
                f"each, {memory / 1e6:.1f} MB at most")


def say(line):
    print(line, file=sys.stderr, flush=True)


def verdict_of(by_size):
    """What a tool makes of it, at real size first; where it differs, with the size."""
    first = by_size.get(REAL, "")
    other = next((f"; at {size}: {verdict}" for size, verdict in by_size.items()
                  if size != REAL and verdict.split(";")[0] != first.split(";")[0]), "")
    return (first + other).replace("|", "\\|")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("katafix", "floor", "toml-edit", "out"):
        parser.add_argument(f"--{name}", required=True, type=lambda text: str(pathlib.Path(text).resolve()))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--timeout", type=int, default=20, help="seconds for one edit by a peer")
    parser.add_argument("--handlers", type=int, nargs="+", default=inputs.HANDLERS)
    parser.add_argument("--drop-ins", type=int, nargs="+", default=inputs.DROP_INS)
    parser.add_argument("--roots", type=int, default=inputs.ROOTS)
    return parser.parse_args()


def main():
    options = parse_options()
    memory_disk = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else options.out
    with tempfile.TemporaryDirectory(dir=memory_disk) as scratch:
        bench = Bench(options, scratch)
        counted = bench.count_instructions()
        bench.measure_memory()
        listing = bench.list_calls()
        wall = bench.measure_wall()
        bench.expect_wall(wall)
        words = [bench.on_disk(), bench.many_roots()]
    verdicts = {name: verdict_of(by_size) for name, by_size in bench.verdicts.items()}
    tables = "\n\n".join([results.wall_table(wall, verdicts, FLOOR),
                          results.instructions_table(counted, bench.handlers), *words])
    targets = "\n".join(map(str, bench.targets))
    out = pathlib.Path(options.out)
    for name, text in {"table.md": tables + "\n", "targets.txt": targets + "\n", "calls.txt": listing,
                       "cost.svg": results.cost_plot(wall, bench.handlers),
                       "results.json": json.dumps({"wall": wall, "instructions": counted}, indent=1)
                       }.items():
        (out / name).write_text(text, encoding="utf-8")
    print(listing, tables, "", targets, "", f"The tables and the plot are in {out}", sep="\n")
    return 0 if all(target.met for target in bench.targets) else 1


if __name__ == "__main__":
    sys.exit(main())
