#!/usr/bin/env python3
"""Asks a real containerd what it makes of the fixtures before and after `katafix apply`.

run_engine.py --katafix CMD --series 1.6 --suite SUITE --cache DIR [CASE...]

Every tree in fixtures/tree with a main config of containerd, and every single file in
fixtures/edit and fixtures/rule that katafix fixes there, becomes a root of its own for `containerd
config dump`. The two dumps may differ in the flags of Kata handlers alone, which are all true in
the end. What the engine refuses, katafix must call refused, or cure.

The engine is the machine's own when that is of the series, otherwise the one of the Debian suite.
Exit status 77, with the reason, where there is none, or no root for it.
"""

import argparse
import codecs
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SKIPPED = 77
ENGINE = ".engine"  # where no fixture has anything
MAIN = "etc/containerd/config.toml"
OLD_ID, NEW_ID = b"io.containerd.grpc.v1.cri", b"io.containerd.cri.v1.runtime"
IMAGES = "io.containerd.cri.v1.images"  # 2.x's CRI service does not load without it
FLAG = "privileged_without_host_devices"
ENDINGS = ("fixed", "right before", "without Kata", "left alone", "refused by the engine",
           "refused by its TOML library", "wrong")
LEGACY = ("default_runtime", "untrusted_workload_runtime")
SHIM = re.compile(r"(?:.*/)?containerd-shim-kata(?:-[^/]*)?")
TYPE = re.compile(r"(?:[^/]*\.)?kata[^/.]*\.v\d+")
BINARY = re.compile(r"(?:.*/)?kata-(?:runtime|qemu|clh|fc)(?:-[^/]*)?")


class Skip(Exception):
    """Why there is nothing to run."""


class Engine:
    """A containerd, run on a root of its own."""

    def __init__(self, command, home):
        self.home = home
        home.mkdir(exist_ok=True)
        printed = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
        self.version = printed.stdout.split()[2].removeprefix("v")
        listed = subprocess.run(["ldd", command], capture_output=True, text=True, check=False)
        libraries = re.findall(r"/\S+(?= \(0x)", listed.stdout)
        shutil.copy(command, home / "containerd")
        for library in libraries:
            shutil.copy(library, home)
        loaders = [Path(library).name for library in libraries if "/ld-" in library]
        self.words = [word for name in loaders
                      for word in (f"/{ENGINE}/{name}", "--library-path", f"/{ENGINE}")]
        self.words += [f"/{ENGINE}/containerd", "--config", f"/{MAIN}", "config", "dump"]

    def in_its_ids(self, text):
        """A file's handlers under the plugin id that this release reads."""
        if self.version.startswith("1."):
            text = text.replace(NEW_ID, OLD_ID)
            text = re.sub(rb"(?m)^version = [34]\b", b"version = 2", text)
        has_version = re.search(rb"(?m)^[ \t]*version[ \t]*=", text)
        if OLD_ID in text and not has_version:
            mark = text[:len(codecs.BOM_UTF8)] if text.startswith(codecs.BOM_UTF8) else b""
            text = mark + b"version = 2\n" + text[len(mark):]
        return text

    def move_into(self, root):
        shutil.copytree(self.home, root / ENGINE, copy_function=os.link)

    def dump(self, root):
        """What `config dump` prints, parsed; or the error, as text."""
        ran = subprocess.run(["unshare", "--mount", f"--root={root}", "--wd=/", *self.words],
                             capture_output=True, timeout=60, check=False)
        if ran.returncode != 0:
            return ran.stderr.decode(errors="replace").strip() or f"status {ran.returncode}"
        dump = tomllib.loads(ran.stdout.decode())
        # 1.x prints the loaded files here, in the random order of a Go map.
        dump["imports"] = sorted(dump.get("imports") or [])
        return dump


def find_engine(options, home):
    if os.geteuid() != 0:
        raise Skip("only root can give the engine a root of its own")
    namespace = subprocess.run(["unshare", "--mount", "true"],
                               capture_output=True, text=True, check=False)
    if namespace.returncode != 0:
        raise Skip(namespace.stderr.strip())
    own = shutil.which("containerd")
    if own:
        engine = Engine(own, home)
        if engine.version.startswith(options.series + "."):
            return engine
    words = [HERE / "fetch-containerd", options.suite, options.cache / options.suite]
    fetched = subprocess.run(words, capture_output=True, text=True, check=False)
    if fetched.returncode != 0:
        raise Skip(fetched.stderr.strip())
    try:
        engine = Engine(fetched.stdout.strip(), home)
    except (OSError, subprocess.SubprocessError) as error:
        raise Skip(f"the containerd of {options.suite} does not run here: {error}") from error
    if not engine.version.startswith(options.series + "."):
        raise Skip(f"{options.suite} has containerd {engine.version} now")
    return engine


def handlers(dump):
    """The path of every handler's table in a dump, and the table; its keys in lower case, as 2.x
    takes them and prints them in what it does not decode."""
    for plugin, settings in dump.get("plugins", {}).items():
        containerd = settings.get("containerd") if isinstance(settings, dict) else None
        if not isinstance(containerd, dict):
            continue
        runtimes = containerd.get("runtimes", {})
        tables = {("runtimes", name): table for name, table in runtimes.items()}
        tables |= {(name,): table for name, table in containerd.items() if name.lower() in LEGACY}
        for path, table in tables.items():
            if isinstance(table, dict):
                yield (("plugins", plugin, "containerd", *path),
                       {key.lower(): value for key, value in table.items()})


def is_kata(table):
    path, kind = table.get("runtime_path", ""), table.get("runtime_type", "")
    is_first_shim = kind == "io.containerd.runtime.v1.linux"
    counting = {"binaryname", "runtime"} if is_first_shim else {"binaryname"}
    binaries = [path, table.get("runtime_engine", "") if is_first_shim else ""]
    binaries += [value for key, value in (table.get("options") or {}).items()
                 if key.lower() in counting]
    return bool(SHIM.fullmatch(path) or SHIM.fullmatch(kind) or TYPE.fullmatch(kind)
                or any(BINARY.fullmatch(binary) for binary in binaries))


def leaves(value, path=()):
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    else:
        yield path, value


class Case:
    """A fixture on a root of its own, with the engine in it."""

    def __init__(self, directory, katafix, engine):
        self.name = f"{directory.parent.name}/{directory.name}"
        self.katafix_command = katafix
        self.engine = engine
        self.trouble = (directory / "exit").read_text(encoding="utf-8").strip() == "2"
        self.scratch = Path(tempfile.mkdtemp(dir=engine.home.parent))
        self.root = self.scratch / "root"
        self.is_tree = (directory / "root").is_dir()
        if self.is_tree:
            shutil.copytree(directory / "root", self.root, symlinks=True)
        else:
            (self.root / MAIN).parent.mkdir(parents=True)
            text = engine.in_its_ids((directory / "before").read_bytes())
            (self.root / MAIN).write_bytes(text)
        engine.move_into(self.root)

    def katafix(self, command, *options):
        words = [self.katafix_command, command, "--json", "--root", self.root, *options]
        ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        return ran.returncode, json.loads(ran.stdout)

    def apply(self):
        """A tree is fixed for this engine; of a single file, its edits are what counts."""
        options = self.for_engine() if self.is_tree else ["/" + MAIN]
        return self.katafix("apply", "--backup-dir", self.scratch / "backups", *options)

    def for_engine(self):
        return ["--engine", "containerd", "--containerd-version", self.engine.version]

    def run(self):
        """How the case ended; raises AssertionError for what is wrong."""
        before = self.engine.dump(self.root)
        if isinstance(before, str):
            return self.refused(before)
        kata = self.kata_tables(before)
        status, report = self.apply()
        after = self.engine.dump(self.root)
        if status != 0:
            # The print does not show what keeps the daemon from serving.
            codes = {found["code"] for found in report["findings"] if found["severity"] == "error"}
            not_served = "engine-refuses" in codes or ("not-effective" in codes and (
                self.lost(before, report) or IMAGES in before.get("disabled_plugins", ())))
            assert status == 2 and (self.trouble or not_served), f"apply ended with status {status}"
            assert after == before, "apply changed something, and ended with status 2"
            return "left alone"
        assert isinstance(after, dict), f"the engine refuses what apply made: {after}"
        for path, old, new in differences(before, after):
            # A plugin that the engine does not decode is printed as it is in the files.
            assert path[-1] == FLAG and path[:-1] in kata and not old and new is True, \
                f"{'.'.join(path)} was {old}, and is {new}"
        all_true(after)
        return "fixed" if before != after else "right before" if kata else "without Kata"

    def lost(self, dump, report):
        """The Kata handlers of the files that the engine does not have where it decodes them."""
        plugin = f"io.containerd.{'cri.v1.runtime' if self.engine.version[0] == '2' else 'grpc.v1.cri'}"
        served = {path[-1] for path, table in handlers(dump) if path[1] == plugin and is_kata(table)}
        return {handler["name"] for handler in report["handlers"] if handler["kata"]} - served

    def kata_tables(self, dump):
        """Those the dump shows to be Kata, and those that the other plugin id's table shows."""
        tables = list(handlers(dump))
        try:
            tables_of_main = handlers(tomllib.loads((self.root / MAIN).read_text(encoding="utf-8")))
            names = {path[-1] for path, table in tables_of_main if is_kata(table)}
        except ValueError:
            names = set()
        return {path for path, table in tables if is_kata(table) or path[-1] in names}

    def refused(self, error):
        status, report = self.katafix("check", *self.for_engine())
        if "toml" in error.lower() and report["effective"][0]["accepted"]:
            return "refused by its TOML library"  # which is its own question
        view = report["effective"][0]  # the plain containerd's; a tree may have k3s', too
        assert status != 0 and not view["accepted"], \
            f"the engine refuses it, katafix says {status}: {error}"
        self.apply()
        after = self.engine.dump(self.root)
        if isinstance(after, str):
            return "refused by the engine"
        all_true(after)
        return "fixed"


def differences(before, after):
    old, new = dict(leaves(before)), dict(leaves(after))
    return [(path, old.get(path), new.get(path)) for path in sorted({*old, *new})
            if old.get(path) != new.get(path)]


def all_true(dump):
    for path, table in handlers(dump):
        assert not is_kata(table) or table.get(FLAG) is True, \
            f"{'.'.join(path)} is Kata, without the flag"


def find_cases(fixtures, names):
    """The fixtures that have a main config of containerd, which no unit moves and nobody makes anew,
    and in which no owner leaves a handler alone."""
    def is_moved(root):
        units = [path.read_bytes() for path in root.glob("**/containerd.service*")
                 if path.is_file()]
        units += [path.read_bytes() for path in root.glob("**/containerd.service.d/*")]
        return any(b"Environment" in unit or MAIN.encode() not in unit for unit in units)

    def is_left_alone(root):
        args = root.parent / "args"
        return ((root / "etc/katafix.toml").exists() or (root / "etc/containerd/deckhouse.toml").exists()
                or (args.exists() and "--skip" in args.read_text(encoding="utf-8")))

    trees = [path.parent for path in fixtures.glob("tree/*/root")
             if (path / MAIN).exists() and not is_moved(path) and not is_left_alone(path)]
    files = [path.parent for group in ("edit", "rule") for path in fixtures.glob(f"{group}/*/after")
             if not (path.parent / "name").exists() and not (path.parent / "args").exists()]
    return sorted(case for case in trees + files
                  if not names or f"{case.parent.name}/{case.name}" in names)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--katafix", required=True, help="the command to test")
    parser.add_argument("--series", required=True, help="the engine's: 1.6, or 2")
    parser.add_argument("--suite", required=True, help="the Debian suite that has it")
    parser.add_argument("--cache", required=True, type=Path, help="where fetched engines are kept")
    parser.add_argument("--fixtures", type=Path, default=HERE.parent.parent / "fixtures")
    parser.add_argument("case", nargs="*", help="GROUP/CASE (default: all)")
    options = parser.parse_args()
    endings = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="katafix-engine-") as scratch:
        try:
            engine = find_engine(options, Path(scratch) / "engine")
        except Skip as reason:
            print(f"skipped: {reason}")
            return SKIPPED
        for directory in find_cases(options.fixtures, options.case):
            case = Case(directory, os.path.abspath(options.katafix), engine)
            try:
                ending = case.run()
            except AssertionError as wrong:
                ending = "wrong"
                print(f"FAILED {case.name}: {wrong}")
            if options.case:
                print(f"{case.name}: {ending}")
            endings[ending] += 1
            shutil.rmtree(case.scratch)
    count = sum(endings.values())
    print(f"containerd {engine.version}: {count} trees: "
          + ", ".join(f"{endings[ending]} {ending}" for ending in ENDINGS))
    return 1 if endings["wrong"] or not endings["fixed"] else 0


if __name__ == "__main__":
    sys.exit(main())
