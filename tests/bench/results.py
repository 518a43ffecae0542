"""What was measured, as people read it: tables and the plot."""

import nodes
import plot

NODES = """A node without FILE: instructions, as multiples of those of the floor, which reads the same files and
parses each once.
"""
FILE = """One FILE: time, as multiples of the floor's.
"""


def table(header, rows, last=":--"):
    """Markdown; all columns but the first and the last are numbers."""
    rules = [":--", *["--:"] * (len(header) - 2), last]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [header, rules, *rows])


def times(seconds, base):
    ratio = seconds / base
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def node_table(counted):
    """counted: by kind of node, the instructions of the floor and of each command."""
    rows = [[kind, f"{row['floor'] / 1e6:,.2f} M",
             *[f"{ratio:.2f}" for ratio in nodes.ratios(row).values()]]
            for kind, row in counted.items()]
    return table(["", "the floor", nodes.RIGHT, nodes.TO_FIX, nodes.APPLY], rows, last="--:")


def wall_table(wall, verdicts, floor):
    """Each tool's time as a multiple of the floor's at that size; verdicts: by tool and size."""
    names = dict.fromkeys([*(name for row in wall.values() for name in row), *verdicts])
    rows = [["the floor's time", *[f"{wall[size][floor] * 1000:.3g} ms" for size in wall], ""]]
    for name in names:
        said = verdicts.get(name, {})
        rows.append([name, *[
            times(wall[size][name], wall[size][floor]) if name in wall[size]
            else said.get(size, "").partition(":")[0] for size in wall], outcome(said.values())])
    return table(["", *wall, "what comes out"], rows)


def outcome(verdicts):
    """The least good of what came out right."""
    right = [verdict for verdict in verdicts if verdict.startswith("right")]
    return max(right, key=lambda verdict: "reformatted" in verdict, default="")


def reasons(verdicts):
    """Why tools have no time, each once."""
    lines = []
    for name, by_size in verdicts.items():
        said = set()
        for size, verdict in by_size.items():
            kind = verdict[:24]
            if not verdict.startswith("right") and kind not in said:
                said.add(kind)
                lines.append(f"- {name}, {size}: {verdict}")
    return "\n".join(lines)


def instructions_table(counted):
    """counted: by input, by command; "of" is how many handlers or drop-ins there are, if many."""
    def cell(row, command):
        if command not in row:
            return ""
        ratio = f" ({times(row[command], row['floor'])})" if "floor" in row else ""
        return f"{row[command] / 1e6:,.3f} M{ratio}"

    rows = [[name, *[cell(row, command) for command in ("floor", "check", "apply")],
             f"{row['check'] / row['of']:,.0f}" if "of" in row else ""]
            for name, row in counted.items()]
    return table(["instructions (times the floor)", "floor", "check", "apply", "check, each"], rows)


def cost_plot(wall, handlers):
    """wall: seconds by size and tool; handlers: how many each size has."""
    lines = {}
    for size, count in handlers.items():
        for name, seconds in wall.get(size, {}).items():
            lines.setdefault(name, []).append((count, seconds * 1000))
    return plot.svg("Time to set the flag of every Kata handler", "handlers in the file",
                    "milliseconds", lines)
