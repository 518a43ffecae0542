"""What was measured, as people read it: targets, tables, the plot."""

import dataclasses

import plot


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


def table(header, rows):
    """Markdown; all columns but the first and the last are numbers."""
    rules = [":--", *["--:"] * (len(header) - 2), ":--"]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [header, rules, *rows])


def times(seconds, base):
    ratio = seconds / base
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def wall_table(wall, verdicts, floor):
    """Each tool's time as a multiple of the floor's at the same size."""
    sizes = list(wall)
    rows = []
    names = list(dict.fromkeys(name for row in wall.values() for name in row))
    names += [name for name in verdicts if name not in names]
    for name in names:
        cells = [times(wall[size][name], wall[size][floor]) if name in wall[size] else ""
                 for size in sizes]
        rows.append([name, *cells, verdicts.get(name, "")])
    rows.insert(0, ["", *[f"{wall[size][floor] * 1000:.2g} ms" for size in sizes], "the floor here"])
    return table(["", *sizes, "what comes out"], rows)


def instructions_table(counted, handlers):
    """counted: by input, by command. Ratios to the floor, and instructions for each handler."""
    rows = []
    for name, row in counted.items():
        cells = [f"{row[command] / 1e6:,.3f} M ({times(row[command], row['floor'])})"
                 if command in row and "floor" in row else
                 f"{row[command] / 1e6:,.3f} M" if command in row else ""
                 for command in ("floor", "check", "apply")]
        each = f"{row['check'] / handlers[name]:,.0f}" if name in handlers else ""
        rows.append([name, *cells, each])
    return table(["instructions (times the floor)", "floor", "check", "apply", "check, for each"], rows)


def cost_plot(wall, handlers):
    """wall: seconds by size and tool; handlers: how many each size has."""
    lines = {}
    for size, count in handlers.items():
        for name, seconds in wall.get(size, {}).items():
            lines.setdefault(name, []).append((count, seconds * 1000))
    return plot.svg("Time to set the flag of every Kata handler", "handlers in the file",
                    "milliseconds, median", lines)
