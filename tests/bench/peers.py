"""Who else can set the flag of the Kata handlers, and whether what came out is right."""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import tomllib

from inputs import FLAG, RUNTIMES

HERE = pathlib.Path(__file__).resolve().parent
JQ = ('(.plugins[].containerd?.runtimes?[]? | select(.runtime_type | startswith('
      f'"io.containerd.kata"))).{FLAG} = true')
SED = (r"/^ *runtime_type = .io\.containerd\.kata/,/^ *privileged_without/ "
       f"s/{FLAG} = false/{FLAG} = true/")
REGEXP = rf"(runtime_type = .io\.containerd\.kata(?:.*\n)*?.*{FLAG} = )false"
AUGEAS = (f'setm /files{{file}}/table[entry[.="runtime_type"]/string =~ regexp('
          f'"io[.]containerd[.]kata.*")] entry[.="{FLAG}"]/bool true')


@dataclasses.dataclass(frozen=True)
class Tool:
    """Something that edits a file in place: command(file) is what to run."""
    name: str
    command: object
    edits_toml: bool = True  # does it know TOML, or lines?
    limit: int = 10_000  # the largest number of handlers that it is tried on


def shell(text, file):
    return ["sh", "-c", text, "sh", str(file)]


def ansible(module, **arguments):
    return lambda file: ["ansible", "localhost", "-c", "local", "-m", module, "-a",
                         json.dumps({"path": str(file), **arguments})]


def augtool(file):
    script = f"{AUGEAS.format(file=file)}\nsave\nprint /augeas/files//error/message\n"
    return shell(f"printf '%s' '{script}' | augtool -A -t \"Toml.lns incl $1\"", file)


def crudini(file):
    """It has no predicate: it is told which sections there are."""
    names = re.findall(r"runtimes\.(kata[\w-]*)\]", pathlib.Path(file).read_text(encoding="utf-8"))
    merged = "".join(f"[{RUNTIMES}.{name}]\n{FLAG} = true\n" for name in names)
    pathlib.Path(f"{file}.ini").write_text(merged, encoding="utf-8")
    return shell('exec crudini --merge "$1" <"$1.ini"', file)


def environment():
    """Ansible wants UTF-8."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def tools(katafix, toml_edit):
    """All of them, katafix first."""
    return [
        Tool("katafix apply", lambda file: [
            katafix, "apply", "--backup-dir", f"{file}.backup", str(file)], limit=50_000),
        Tool("toml_edit program", lambda file: [toml_edit, str(file)], limit=50_000),
        Tool("tomlkit program", lambda file: [
            "/usr/bin/python3", str(HERE / "peers/set_flag_tomlkit.py"), str(file)]),
        Tool("tomlq", lambda file: shell(
            f"tomlq -t '{JQ}' \"$1\" >\"$1.new\" && mv \"$1.new\" \"$1\"", file)),
        Tool("augtool", augtool),
        Tool("crudini", crudini),
        Tool("dasel", lambda file: [
            "dasel", "put", "-f", str(file), "-t", "bool", "-v", "true",
            "plugins.all().containerd.runtimes.all()"
            f".filter(equal(runtime_type,io.containerd.kata.v2)).{FLAG}"]),
        Tool("ansible lineinfile", ansible("lineinfile", regexp=f"{FLAG} = false",
                                           line=f"        {FLAG} = true"),
             edits_toml=False, limit=1_000),
        Tool("ansible replace", ansible("replace", regexp=REGEXP, replace=r"\1true"),
             edits_toml=False, limit=1_000),
        Tool("sed -i", lambda file: ["sed", "-i", SED, str(file)], edits_toml=False, limit=50_000),
    ]


def has_program(tool, file):
    program = tool.command(file)[0]
    if program == "sh":
        program = tool.name.split()[0]
    return shutil.which(program) is not None


def judge(before, wanted, after):
    """What came out of an edit, in words; the first is "right" when its time may count.

    The config must be the old one with the flag true at each Kata handler and nowhere else."""
    if after == wanted:
        return "right, every other byte kept"
    try:
        config = tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        return f"wrong: no TOML any more ({error})"
    if config == tomllib.loads(wanted):
        lost = before.count("#") - after.count("#")
        return f"right, but reformatted{', comments lost' if lost else ''}"
    if config == tomllib.loads(before):
        return "wrong: nothing changed"
    flags = [table for table in tables(config) if table.get(FLAG) is True]
    kata = [table for table in tables(config) if is_kata(table)]
    return (f"wrong: the flag is true at {sum(map(is_kata, flags))} of {len(kata)} Kata handlers "
            f"and {sum(not is_kata(table) for table in flags)} others")


def tables(value):
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from tables(inner)


def is_kata(table):
    return str(table.get("runtime_type", "")).startswith("io.containerd.kata")


def try_out(tool, before, wanted, file, seconds):
    """Edits a copy once: what came of it, in words."""
    fresh(before, file)
    if not has_program(tool, file):
        return "not there: the distribution has no such package"
    try:
        done = subprocess.run(tool.command(file), capture_output=True, text=True, check=False,
                              timeout=seconds, stdin=subprocess.DEVNULL, env=environment())
    except subprocess.TimeoutExpired:
        return f"too slow: not done after {seconds} s"
    verdict = judge(before, wanted, pathlib.Path(file).read_text(encoding="utf-8"))
    if verdict.startswith("right") and done.returncode == 0:
        return verdict
    said = [line for line in (done.stderr + done.stdout).splitlines() if "rror" in line]
    words = said[-1].strip().replace(str(file), "FILE") if said else ""
    return f"{verdict}; {words}" if words else verdict


def fresh(text, file):
    file = pathlib.Path(file)
    shutil.rmtree(f"{file}.backup", ignore_errors=True)
    file.write_text(text, encoding="utf-8")
