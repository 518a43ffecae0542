"""Hostile inputs of any size: each goes for what some scanner, walk or finding might do again and
again. What makes a file takes a size and gives its text; what makes a tree writes below a root."""

import pathlib

FLAG = "privileged_without_host_devices"
CRI = "plugins.cri.containerd.runtimes"
CRIO = "crio.runtime.runtimes"
KATA = 'runtime_type = "io.containerd.kata.v2"\n'
VM = 'runtime_type = "vm"\n'


def again(unit, size):
    return unit * (size // len(unit))


def numbered(unit, size):
    """The unit with 0, 1, 2, ... for its #."""
    parts, made = [], 0
    while made < size:
        parts.append(unit.replace("#", str(len(parts))))
        made += len(parts[-1])
    return "".join(parts)


def slips(size, end):
    """Keys that look like the flag, each other ones."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    count = size // (len(FLAG) + len(end) + 2)
    return "".join(
        f"{FLAG[:at]}{one}{FLAG[at:]}{other}{end}"
        for at in range(len(FLAG)) for one in letters for other in letters)[
            :count * (len(FLAG) + len(end) + 2)]


TOML = {
    "an opening bracket over and over": lambda n: "[" * n,
    "an array in an array without end": lambda n: "a = " + "[" * n,
    "an inline table in an inline table without end": lambda n: "a = " + "{b=" * (n // 3),
    "an opening bracket on each line": lambda n: again("[\n", n),
    "a key of as many segments as there are": lambda n: "a" + again(".a", n) + " = 1\n",
    "a header of as many segments as there are": lambda n: "[a" + again(".a", n) + "]\n",
    "keys of nearly too many segments": lambda n: numbered("a#" + ".b" * 900 + " = 1\n", n),
    "headers of nearly too many segments": lambda n: numbered("[a#" + ".b" * 900 + "]\n", n),
    "plus signs in one string": lambda n: f'a = "{"+" * n}"\n',
    "plus signs in many strings of one line": lambda n: f'a = [{again(chr(34) + "+" + chr(34) + ",", n)}]\n',
    "a hexadecimal number's beginning over and over": lambda n: f'a = "{again("0x", n)}"\n',
    "a number without end": lambda n: "a = " + "1" * n + "\n",
    "arrays of tables in each other": lambda n: again("[[a]]\n[[a.b]]\n[[a.b.c]]\n", n),
    "tables in an array of tables": lambda n: again("[[a]]\n[a.b]\n", n),
    "tables that are named before they are defined":
        lambda n: numbered("[a#.b]\n", n // 2) + numbered("[a#]\n", n // 2),
    "tables by dotted keys, each named twice":
        lambda n: numbered("a#.b = 1\n", n // 2) + numbered("a#.c = 1\n", n // 2),
    "dotted keys in inline tables": lambda n: f'a = [{again("{b.c=1,b.d=1},", n)}]\n',
    "arrays in arrays": lambda n: numbered("a# = " + "[" * 200 + "]" * 200 + "\n", n),
    "an array of numbers": lambda n: f'a = [{again("1,", n)}]\n',
    "keys": lambda n: numbered("k# = 1\n", n),
    "a long key": lambda n: "k" * n + " = 1\n",
    "a key of quotes": lambda n: '"' + again('\\"', n) + '" = 1\n',
    "a string without end": lambda n: 'a = """' + again("k\n", n),
    "a quote on each line": lambda n: again('a = "\n', n),
    "blanks before an error": lambda n: " " * n + "=",
    "comments": lambda n: again("#\n", n),
    "letters outside ASCII": lambda n: "# " + "é" * (n // 2) + "\n",
    "bytes that open a Jinja directive": lambda n: again("{%", n),
    "handlers": lambda n: numbered(f"[{CRI}.kata#]\n{KATA}", n),
    "handlers with a wrong flag": lambda n: numbered(f"[{CRI}.kata#]\n{KATA}{FLAG}=false\n", n),
    "handlers on one line": lambda n: f"{CRI} = {{" + numbered("kata#={},", n) + "}\n",
    "handlers on one line that lack the flag":
        lambda n: f"{CRIO} = {{" + numbered('k#={runtime_type="vm"},', n) + "}\n",
    "handlers on one line whose flag is a table":
        lambda n: f"{CRI} = {{" + numbered(f'k#={{runtime_type="io.containerd.kata.v2",{FLAG}={{}}}},',
                                           n) + "}\n",
    "tables of one handler": lambda n: again(f"[[{CRI}.kata]]\n{KATA}", n),
    "empty tables of one handler": lambda n: f'{CRI}.kata = [{again("{},", n)}]\n',
    "handlers that take after one of many tables":
        lambda n: f"crio.runtime.default_runtime = 'z'\n{CRIO}.z = ["
                  + again("{inherit_default_runtime=true},", n) + "]\n",
    "handlers that take after one with a long path":
        lambda n: f"[crio.runtime]\ndefault_runtime = 'z'\n[{CRIO}]\nz.runtime_path = '/"
                  + "k" * (n // 2) + "/kata-runtime'\n"
                  + numbered("k#={inherit_default_runtime=true}\n", n // 2),
    "keys that look like the flag on one line":
        lambda n: f"{CRI}.kata = {{" + slips(n, "=1,") + "}\n",
    "keys that look like the flag in a handler with a long name":
        lambda n: f"[{CRI}.{'k' * (n // 2)}]\n" + slips(n // 2, "=1\n"),
    "misplaced flags": lambda n: numbered(f"[a#]\n{FLAG}=true\n", n),
    "misplaced flags on one line": lambda n: f"a = [{again('{' + FLAG + '=true},', n)}]\n",
    "a warning for each handler on one line":
        lambda n: f"{CRI} = {{" + numbered(
            f'k#={{runtime_type="a.runc.v2",{FLAG}_all_devices_allowed=true}},', n) + "}\n",
    "plugin ids that look like CRI's":
        lambda n: numbered(f'[plugins."io.containerd.grpc.v1.cr#".containerd.runtimes.k]\n{KATA}', n),
}

TEMPLATES = {
    "directives": lambda n: again("{{ x }}\n", n),
    "directives on one line": lambda n: again("{{x}}", n),
    "blocks in each other": lambda n: again("{{if x}}", n // 2) + again("{{end}}", n // 2),
    "keys in blocks in each other":
        lambda n: "{{if x}}" * (n // 32) + "\n" + numbered("k# = 1\n", n // 2) + "{{end}}" * (n // 32),
    "loops that are left": lambda n: "{{range x}}" + again("{{if x}}{{break}}{{end}}\n", n) + "{{end}}",
    "directives between values": lambda n: f'a = [{again("{{x}}1", n)}]\n',
    "headers in blocks, and keys behind them":
        lambda n: numbered(f"{{{{if x}}}}\n[{CRI}.k#]\n{{{{end}}}}\n{KATA}", n),
    "many headers in blocks, and many keys behind":
        lambda n: numbered(f"{{{{if x}}}}\n[{CRI}.k#]\n{{{{end}}}}\n", n // 2) + numbered("k#=1\n", n // 2),
    "a directive that is not closed": lambda n: "{{" + '"' * n,
}


HEADER = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]\n'

# Files that are no TOML, with configs inside.
TEXTS = {
    "headers": lambda n: "-\n" + again(HEADER, n),
    "the same table over and over": lambda n: "-\n" + again(HEADER + KATA, n),
    "tables of different depths": lambda n: "-\n" + again(f" {HEADER} {KATA}{HEADER}{KATA}", n),
    "scalars in each other":
        lambda n: "".join(f"{' ' * depth}a: >\n{' ' * depth} {HEADER}" for depth in range(int(n ** 0.5))),
    "folded scalars": lambda n: again(f"a: >\n {HEADER} {KATA}", n),
    "quoted tables": lambda n: "-\n" + again(f"> {HEADER}> {KATA}", n),
    "tables that are cut": lambda n: "-\n" + again(HEADER + KATA + "{% if x %}\nb = 1\n", n),
    "control lines": lambda n: "-\n" + HEADER + again("{% if x %}\n", n),
    "directives on one line": lambda n: "-\n" + HEADER + "# " + again("{{x}}{%x%}", n) + "\n",
    "entries before a header that are no TOML": lambda n: "-\n" + again("A=b\n", n) + HEADER,
    "one entry over and over before a header": lambda n: "-\n" + again("a=1\n", n) + HEADER,
    "one entry over and over behind a header": lambda n: "-\n" + HEADER + again("a=1\n", n),
    "arrays that are not closed": lambda n: "-\n" + again(HEADER + "a = [\n", n),
    "tables that are not closed":
        lambda n: "-\n" + again("plugins.cri.containerd.runtimes.kata = {\n", n),
    "strings that are not closed": lambda n: "-\n" + again(f'{HEADER}a = """[\n{HEADER}b = \'\'\'{{\n', n),
    "headers that are not closed": lambda n: "-\n" + again(HEADER.replace("]", ""), n),
    "headers in quotes": lambda n: "echo\n" + again("x '[crio.runtime.a=]'\n", n),
    "headers in quotes behind blanks":
        lambda n: "echo\n" + " " * (n // 2) + again("'[crio.runtime]' ", n // 2),
    "headers in quotes before blanks":
        lambda n: "x: '" + again("[crio.runtime]", n // 2) + " " * (n // 2),
    "headers in a string that are not closed":
        lambda n: 'x "a\\n' + again("[crio.runtime ", n) + '"',
    "base64 behind blanks": lambda n: " " * (n // 2) + again("A" * 40 + ",", n // 2),
    "gzip in base64 over and over": lambda n: "-\n" + again("H4sI" + "A" * 40 + ",", n) + "containerd\n",
    "data URLs without a comma": lambda n: "-\n" + again("data: ", n),
    "headers at the ends of lines in a string":
        lambda n: '- "runtime' + again("\\nset in the file [crio.runtime]", n) + '"\n',
    "lines that go on up to a quote": lambda n: "echo\n" + again("[crio.runtime] \\\n' \\\n", n),
}


def write(root, path, text):
    file = pathlib.Path(root, path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


MAIN, CONF_D = "etc/containerd/config.toml", "etc/containerd/conf.d"
CRIO_MAIN, CRIO_D = "etc/crio/crio.conf", "etc/crio/crio.conf.d"
UNIT = "etc/systemd/system/crio.service"
V2 = "version = 2\n"


def importing(text):
    """A main file whose imports are what is made."""
    return lambda root, n: write(root, MAIN, f"{V2}imports = [{text(n)}]\n")


def files(pattern, text, main=()):
    """So many files that they are of the size together, 400 bytes each for what a file costs."""
    def make(root, n):
        if main:
            write(root, *main)
        for number in range(n // 400):
            write(root, pattern % number, text.replace("#", str(number)))
    return make


def nested_directories(root, n):
    path = CRIO_D + "/d" * min(n // 64, 900)
    write(root, f"{path}/a.conf", "[crio]\n")


def links_to_here(root, n):
    write(root, MAIN, f'{V2}imports = ["/l{"/*" * min(n // 512, 60)}/x.toml"]\n')
    directory = pathlib.Path(root, "l")
    directory.mkdir()
    for name in "abc":
        (directory / name).symlink_to(".")


def unit(text):
    def make(root, n):
        write(root, CRIO_MAIN, "[crio]\n")
        write(root, UNIT, text(n))
    return make


GLOB = (MAIN, f'{V2}imports = ["/{CONF_D}/*.toml"]\n')
TREES = {
    "an import of a long path": importing(lambda n: f'"{again("/a", n)}"'),
    "an import of a long path that leads nowhere": importing(lambda n: f'"{again("/a/..", n)}"'),
    "a glob of many parts": importing(lambda n: f'"{again("/*", n)}"'),
    "a glob of many stars": importing(lambda n: f'"/etc/{"*" * n}"'),
    "a glob through links to their own directory": links_to_here,
    "many globs": importing(lambda n: numbered('"/etc/*#",', n)),
    "the same glob many times": importing(lambda n: again('"/etc/*",', n)),
    "many imports that are not there": importing(lambda n: numbered('"/#",', n)),
    "files that all import each other": files(CONF_D + "/%05d.toml", f'{V2}imports = ["*.toml"]\n', GLOB),
    "files with a handler each": files(CONF_D + "/%05d.toml", f"{V2}[{CRI}.kata#]\n{KATA}", GLOB),
    "files with the same handler": files(CONF_D + "/%05d.toml", f"{V2}[{CRI}.kata]\n{KATA}", GLOB),
    "files that are not TOML": files(CONF_D + "/%05d.toml", "x", GLOB),
    "files that erase each other's handlers":
        files(CONF_D + "/%05d.toml",
              f'{V2}[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata#]\n{KATA}', GLOB),
    "nested directories of CRI-O": nested_directories,
    "backups that CRI-O loads": files(CRIO_D + "/%05d.bak", f"[{CRIO}.kata#]\n{VM}"),
    "an option over and over in a unit": unit(lambda n: again("--config=", n)),
    "an option on each line of a unit": unit(lambda n: again("-c /\n", n)),
    "a long data directory": lambda root, n: write(root, "etc/rancher/k3s/config.yaml",
                                                   "data-dir: " + again("/a", n) + "\n"),
    "a main file of arrays": lambda root, n: write(root, MAIN, f'{V2}a = [{again("[],", n)}]\n'),
    "a main file of keys": lambda root, n: write(root, MAIN, V2 + numbered("k# = 1\n", n)),
}
