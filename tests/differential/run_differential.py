#!/usr/bin/env python3
"""Holds what katafix takes for TOML against what containerd 1.6 takes.

    run_differential.py --katafix KATAFIX --shared FOLDER [--update]

Every file of the public TOML test suite and of the config corpora in FOLDER is given to both. Where
one takes it and the other does not, expected.tsv beside this script says so, and why; any other
disagreement fails. And no file, whoever takes it, ends in a wrong edit: with a Kata handler added to
its end katafix either refuses it and leaves it alone, or adds the handler's flag and nothing else,
and containerd, where it takes the file, then sees just that flag. And of no file that both take katafix
says that containerd refuses it.

--update writes expected.tsv anew, with the reasons that it had: read every changed line, and give
each new one its reason.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CONTAINERD = "/usr/bin/containerd"
FOLDERS = ("toml-test", "corpus", "corpus-synthetic")
NOT_CONFIG = {".json", ".tsv", ".md"}
EXPECTED = Path(__file__).resolve().parent / "expected.tsv"
HEADER = "file\ttaken by\twhy the other refuses it\n"
KATA = b"""
[plugins.%s.containerd.runtimes.z-kata]
  runtime_type = "io.containerd.kata.v2"
"""
OTHERS = "[!z]*"
NOT_UNDERSTOOD = {"invalid-toml", "invalid-encoding", "invalid-template", "jinja-template",
                  "bare-key-not-ascii", "key-too-deep", "too-large"}
FLAG = b"  privileged_without_host_devices = true\n"


class Fault(Exception):
    """What is wrong with the way in which a file is taken."""


def run(*words):
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60)


def containerd_dump(path):
    """The lines that containerd prints of its config, or None where it refuses the file."""
    ran = run(CONTAINERD, "--config", path, "config", "dump")
    return ran.stdout.splitlines() if ran.returncode == 0 else None


class Subject:
    """One file, judged in a node of its own."""

    def __init__(self, source, katafix, scratch):
        self.katafix = katafix
        self.folder = Path(tempfile.mkdtemp(dir=scratch))
        self.path = self.folder / "etc/containerd/config.toml"
        self.path.parent.mkdir(parents=True)
        self.original = source.read_bytes()
        self.path.write_bytes(self.original)

    def judge(self):
        """Who takes the file: containerd, katafix, both or nobody. Raises Fault for a wrong edit."""
        ran = run(CONTAINERD, "--config", self.path, "config", "dump")
        in_containerd = ran.returncode == 0
        # An import that only the node's own start makes is no matter of the file.
        is_of_file = b"no such file or directory" not in ran.stderr
        in_katafix = self.in_katafix(in_containerd if is_of_file else True)
        version_1 = b"version `1`" in ran.stderr
        self.add_kata(KATA % (b"cri" if version_1 else b'"io.containerd.grpc.v1.cri"'), in_containerd)
        return {(True, True): "both", (True, False): "containerd", (False, True): "katafix",
                (False, False): "nobody"}[in_containerd, in_katafix]

    def in_katafix(self, in_containerd):
        """Does katafix understand it? Raises Fault where it says wrongly that containerd refuses it. The
        reverse is containerd's own question: what its TOML library takes, and types elsewhere."""
        ran = run(self.katafix, "check", "--json", "--root", self.folder, "--engine", "containerd",
                  "--containerd-version", "1.6.20")
        report = json.loads(ran.stdout)
        if any(finding["code"] in NOT_UNDERSTOOD for finding in report["findings"]):
            return False
        if in_containerd and not report["effective"][0]["accepted"]:
            raise Fault("katafix says that containerd refuses it, which takes it")
        return True

    def add_kata(self, handler, in_containerd):
        with_kata = self.original + handler
        self.path.write_bytes(with_kata)
        before = containerd_dump(self.path)
        ran = run(self.katafix, "apply", "--backup-dir", self.folder / "backups", "--skip", OTHERS, self.path)
        after = self.path.read_bytes()
        if ran.returncode == 2:
            if after != with_kata:
                raise Fault("refused, but changed")
            return
        if ran.returncode != 0 or after != with_kata + FLAG:
            raise Fault(f"status {ran.returncode} of apply, and the edit is not the added handler's flag")
        if in_containerd:
            self.compare_dumps(before, containerd_dump(self.path))

    @staticmethod
    def compare_dumps(before, after):
        if before is None or after is None:
            raise Fault("containerd refuses it with a Kata handler at its end")
        changed = [(old.strip(), new.strip()) for old, new in zip(before, after) if old != new]
        flag = b"privileged_without_host_devices = "
        if len(before) != len(after) or changed != [(flag + b"false", flag + b"true")]:
            raise Fault(f"containerd sees another change than the flag: {changed}")


def find_files(shared):
    for folder in FOLDERS:
        for path in sorted((shared / folder).rglob("*.*")):
            if path.is_file() and path.suffix not in NOT_CONFIG:
                yield path


def judge_all(files, katafix):
    """(who takes it, what is wrong or None) for each file."""
    with tempfile.TemporaryDirectory(prefix="katafix-differential-") as scratch, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        def judge(path):
            try:
                return Subject(path, katafix, scratch).judge(), None
            except Fault as fault:
                return "nobody", str(fault)
        return list(pool.map(judge, files))


def read_expected():
    lines = EXPECTED.read_text(encoding="utf-8").splitlines()[1:] if EXPECTED.exists() else []
    return {name: (taker, why) for name, taker, why in (line.split("\t") for line in lines)}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--katafix", required=True, type=os.path.abspath)
    parser.add_argument("--shared", required=True, type=Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    for folder in FOLDERS:
        if not (options.shared / folder).is_dir():
            skip(f"there is no {options.shared / folder}")
    version = run(CONTAINERD, "--version").stdout.split() if os.path.exists(CONTAINERD) else []
    if not any(word.startswith(b"1.6.") for word in version):
        skip(f"{CONTAINERD} is not containerd 1.6")

    files = list(find_files(options.shared))
    judged = judge_all(files, options.katafix)
    names = [str(path.relative_to(options.shared)) for path in files]
    faults = [f"{name}: {fault}" for name, (_, fault) in zip(names, judged) if fault]
    expected = read_expected()
    found = {name: taker for name, (taker, _) in zip(names, judged) if taker in ("containerd", "katafix")}
    if options.update:
        rows = (f"{name}\t{taker}\t{expected.get(name, ('', 'TODO'))[1]}\n" for name, taker in found.items())
        EXPECTED.write_text(HEADER + "".join(rows), encoding="utf-8")
        expected = read_expected()
    for name in sorted(found.keys() | expected.keys()):
        taker, why = expected.get(name, ("both or nobody", ""))
        if found.get(name, "both or nobody") != taker:
            faults.append(f"{name}: taken by {found.get(name, 'both or nobody')}, expected: {taker}")
        elif not why or why == "TODO":
            faults.append(f"{name}: expected.tsv has no reason")
    for fault in faults:
        print("FAIL", fault)
    counts = collections.Counter(taker for taker, _ in judged)
    print(f"{len(files)} files: taken by both {counts['both']}, by containerd 1.6 alone "
          f"{counts['containerd']}, by katafix alone {counts['katafix']}, by nobody {counts['nobody']}; "
          f"{len(faults)} faults")
    return 1 if faults or not counts["both"] else 0


if __name__ == "__main__":
    sys.exit(main())
