"""Counts that are the same each time: instructions, system calls, peak memory."""

import os
import pathlib
import re
import subprocess
import tempfile

# glibc has a memcpy for each processor; these leave it the one that every x86-64 has.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
SAME_EVERYWHERE = {
    **ENVIRONMENT,
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX,-AVX512F,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM,"
                      "-BMI2,-MOVBE,-SSE4_2,-SSSE3"}


def valgrind(command, counts):
    return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts}", *map(str, command)]


def run(command, cwd, env=None):
    return subprocess.run([str(word) for word in command], cwd=cwd, env=env or ENVIRONMENT,
                          check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def total_of(done):
    found = re.search(r"^==\d+== Collected : (\d+)", done.stderr, re.M)
    if not found:
        raise SystemExit(f"{' '.join(done.args)} counted nothing:\n{done.stderr}")
    return int(found[1])


def instructions(command, cwd, statuses=(0, 1)):
    """How many instructions a command runs, by callgrind."""
    with tempfile.TemporaryDirectory() as scratch:
        done = run(valgrind(command, f"{scratch}/counts"), cwd, SAME_EVERYWHERE)
    if done.returncode not in statuses:
        raise SystemExit(f"{' '.join(done.args)} ended with {done.returncode}:\n{done.stderr}")
    return total_of(done)


def instructions_before(file, command, cwd):
    """How many a command runs before it opens that file: a signal ends it there."""
    with tempfile.TemporaryDirectory() as scratch:
        watched = ["strace", "-f", "-o", f"{scratch}/calls", "-P", file, "-e", "trace=openat",
                   "-e", "inject=openat:signal=SIGTERM:when=1"]
        done = run(watched + valgrind(command, f"{scratch}/counts"), cwd,
                   SAME_EVERYWHERE)
    if "signal 15" not in done.stderr:
        raise SystemExit(f"{' '.join(map(str, command))} did not open {file}:\n{done.stderr}")
    return total_of(done)


def peak_memory(command, cwd):
    """The most memory that a command has at a time, in bytes."""
    done = run(["/usr/bin/time", "-f", "%M KiB at most", *command], cwd)
    return int(re.search(r"^(\d+) KiB at most$", done.stderr, re.M)[1]) * 1024


def system_calls(command, cwd):
    """Each call of a command, as strace writes it, the ends of long ones left out."""
    with tempfile.TemporaryDirectory() as scratch:
        log = pathlib.Path(scratch, "calls")
        run(["strace", "-y", "-s", "24", "-o", log, *command], cwd)
        return [line for line in log.read_text(encoding="utf-8").splitlines()
                if not line.startswith(("+++", "---"))]


def seconds_in_fsync(command, cwd):
    """How often a command calls fsync, and how long it waits for it all in all."""
    with tempfile.TemporaryDirectory() as scratch:
        log = pathlib.Path(scratch, "calls")
        run(["strace", "-T", "-e", "trace=fsync,fdatasync", "-o", log, *command], cwd)
        times = re.findall(r"<([\d.]+)>$", log.read_text(encoding="utf-8"), re.M)
    return len(times), sum(map(float, times))
