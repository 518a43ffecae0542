"""What katafix must keep to, held against what was measured."""

import dataclasses

import nodes

CHECK, APPLY, TOML_EDIT, SED = "katafix check", "katafix apply", "toml_edit program", "sed -i"
DEFAULT, ONE_EDIT = "default config", "default config + 1 Kata"
REAL = "default config + 3 Kata"
MEMORY_EXTRA = 4 << 20
NODE_LIMITS = {nodes.RIGHT: 2.5, nodes.TO_FIX: 4.0, nodes.APPLY: 4.5}


@dataclasses.dataclass(frozen=True)
class Target:
    what: str
    limit: float
    measured: float

    @property
    def met(self):
        return self.measured <= self.limit

    def __str__(self):
        return (f"{'ok' if self.met else 'NOT MET':8} {self.what}: {number(self.measured)}, "
                f"at most {number(self.limit)}")


def number(value):
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def node_targets(counted):
    """counted: by kind of node, the instructions of the floor and of each command."""
    for kind, row in counted.items():
        twice = 2 if kind == nodes.TEMPLATE else 1
        for command, ratio in nodes.ratios(row).items():
            yield Target(f"{command}, {kind}, times the floor", NODE_LIMITS[command] * twice, ratio)


def more_node_targets(katafix):
    """What else a node without FILE may cost."""
    yield Target(f"system calls of check, {nodes.ONE_FILE}", 60, nodes.system_calls(katafix))
    few, many = (nodes.each_drop_in(katafix, count) for count in (250, 4000))
    yield Target("instructions for each of 4,000 drop-ins, times those for each of 250", 1.1, many / few)
    yield Target("memory of a node with one file of 4.7 MB, times the file", 20,
                 nodes.memory(katafix, 4_700_000))


def instruction_targets(counted, before_first_file):
    floor = {name: row["floor"] for name, row in counted.items() if "floor" in row}
    yield Target("check of the default config as a FILE, times the floor", 1.3,
                 counted[DEFAULT]["check"] / floor[DEFAULT])
    yield Target("apply of one edit to a FILE, times the floor", 2.4,
                 counted[ONE_EDIT]["apply"] / floor[ONE_EDIT])
    yield Target("instructions before the first file is opened", 400_000, before_first_file)
    each = {name: row["check"] / row["of"] for name, row in counted.items() if "of" in row}
    for few, many in (("1,000 handlers", "50,000 handlers"), ("10 drop-ins", "1,000 drop-ins")):
        if few in each and many in each:
            yield Target(f"instructions for each of {many}, times those for each of {few}", 1.15,
                         each[many] / each[few])


def memory_targets(memory):
    for command, factor in (("check", 12), ("apply", 18)):
        for size, peak in memory[command].items():
            yield Target(f"MB at most of {command}, a file of {size / 1e6:.2f} MB",
                         (factor * size + MEMORY_EXTRA) / 1e6, peak / 1e6)


def call_targets(calls):
    yield Target("system calls of check on one file", 25, calls["check"])
    for command, unknown in calls["without a purpose"].items():
        yield Target(f"system calls of {command} without a purpose", 0, unknown)


def wall_targets(wall, toml_editors):
    """toml_editors: the peers that know TOML."""
    if REAL in wall:
        took = wall[REAL]
        best = min((name for name in toml_editors if name in took), key=took.get)
        for own in (CHECK, APPLY):
            yield Target(f"{own}, {REAL}, times the fastest TOML editor ({best})", 1,
                         took[own] / took[best])
            yield Target(f"{own}, {REAL}, times sed -i, where fsync is free", 1.5,
                         took[own] / took[SED])
    for size in ("1,000 handlers", "10,000 handlers"):
        took = wall.get(size, {})
        if not took:
            continue
        for own, limit in ((CHECK, 1), (APPLY, 2.2)):
            yield Target(f"{own}, {size}, times the toml_edit program", limit,
                         took[own] / took[TOML_EDIT])
        others = [name for name in toml_editors if name in took and name != TOML_EDIT]
        for own in (CHECK, APPLY) if others else ():
            best = min(others, key=took.get)
            yield Target(f"{own}, {size}, times the fastest other TOML editor ({best})", 1,
                         took[own] / took[best])
