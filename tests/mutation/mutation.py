#!/usr/bin/env python3
"""Plants small bugs in a copy of the source, one at a time, and sees the fast tests catch each one.

The bugs are in the tables beside this file (mutants_*.py). The copy and its build directory stay in
--work, so that only what a bug touches is built. Nothing is ever changed in the source itself."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

import mutants

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
COPIED = ("CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "include", "src", "tests",
          "fixtures", "packaging")
UNIT = ("tests/unit/katafix_unit_tests", "--abort", "~[crash]~[fault]~[mutant]")
BY_HAND = {"judge_test.py", "toml_test.py"}  # they take test data from beside the project
TIMEOUT = 120  # of a test; what hangs is caught
GOOD = (0, 77)
CAUGHT, MISSED, UNBUILT, CHANGED = "caught", "NOT CAUGHT", "does not build", "its text has changed"


def say(line):
    print(line, flush=True)


def copy_file(source, target):
    """With its time, and only when it is another one: what stays is not built again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        if not target.is_symlink() or os.readlink(target) != os.readlink(source):
            target.unlink(missing_ok=True)
            target.symlink_to(os.readlink(source))
    elif not target.is_file() or target.read_bytes() != source.read_bytes():
        shutil.copyfile(source, target)
        shutil.copymode(source, target)


def all_files(top):
    """What is below it, links as such; one file is itself."""
    if top.is_file() or top.is_symlink():
        return {top}
    return {path for path in top.rglob("*") if path.is_symlink() or not path.is_dir()}


def refresh(work):
    """The copy becomes what the project is now."""
    for name in COPIED:
        if not (PROJECT / name).exists():
            continue
        wanted = {path.relative_to(PROJECT) for path in all_files(PROJECT / name)
                  if "__pycache__" not in path.parts}
        if (work / name).exists():
            for path in all_files(work / name):
                if path.relative_to(work) not in wanted:
                    path.unlink()
        for path in sorted(wanted):
            copy_file(PROJECT / path, work / path)


def quiet(command, cwd, **more):
    return subprocess.run(list(map(str, command)), cwd=cwd, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", **more)


class Tree:
    """The copy of the source and what is built of it."""

    def __init__(self, work, jobs):
        self.work = work
        self.jobs = jobs
        self.build_dir = work / "build/mutation"

    def configure(self):
        # Some optimisation for the tests, little for the compiler; a bug may leave a name unused.
        done = quiet(["cmake", "--preset", "dev", "-B", self.build_dir, "-DKATAFIX_WERROR=OFF",
                      "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O0 -DNDEBUG"], self.work)
        if done.returncode:
            sys.exit(f"the copy cannot be configured:\n{done.stdout}")

    def build(self):
        return quiet(["cmake", "--build", self.build_dir, "--parallel", self.jobs, "--target",
                      "katafix_command", "katafix_unit_tests"], self.work)

    def tests(self):
        """The fast tests by name: those that catch most come first."""
        katafix = str(self.build_dir / "katafix")
        python = [sys.executable, "-B"]
        found = {"unit": [str(self.build_dir / UNIT[0]), *UNIT[1:]],
                 "fixtures": [*python, "tests/fixture/run_fixtures.py", "--katafix", katafix],
                 "trees": [*python, "tests/tree/run_trees.py", "--katafix", katafix]}
        for path in sorted((self.work / "tests/cli").glob("*_test.py")):
            if path.name not in BY_HAND:
                found[f"cli {path.stem.removesuffix('_test')}"] = [*python, str(path), "--failfast"]
        return found

    def run_tests(self):
        """The name of a test that fails, or None; the others are ended then."""
        environment = {**os.environ, "KATAFIX": str(self.build_dir / "katafix")}
        running = {}
        is_over = threading.Event()

        def run_once(name, command):
            process = running[name] = subprocess.Popen(
                command, cwd=self.work, env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            try:
                return process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                end(process)
                return "timeout"

        def run(name, command):
            # A machine with much else to do fails some test once: that catches nothing.
            status = run_once(name, command)
            if status not in (*GOOD, "timeout") and not is_over.is_set():
                status = run_once(name, command)
            return name, status

        # Most of them wait more than they work.
        with concurrent.futures.ThreadPoolExecutor(self.jobs * 2) as pool:
            futures = [pool.submit(run, *test) for test in self.tests().items()]
            for future in concurrent.futures.as_completed(futures):
                if future.cancelled():
                    continue
                name, status = future.result()
                if status not in GOOD:
                    is_over.set()
                    for other in futures:
                        other.cancel()
                    for process in list(running.values()):
                        end(process)
                    return name
        return None

    def try_out(self, mutant):
        """What becomes of a bug, and the test that caught it."""
        path = self.work / mutant.file
        text = path.read_text(encoding="utf-8")
        if text.count(mutant.old) != 1:
            return CHANGED, None
        path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        try:
            if self.build().returncode:
                return UNBUILT, None
            by = self.run_tests()
            return (CAUGHT if by else MISSED), by
        finally:
            path.write_text(text, encoding="utf-8")


def end(process):
    """With all that it has started."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def check(chosen):
    """Is each bug's text where it should be, once? Its problems."""
    names = [mutant.name for mutant in mutants.ALL]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name}: there are two of that name"
    for mutant in chosen:
        path = PROJECT / mutant.file
        count = path.read_text(encoding="utf-8").count(mutant.old) if path.is_file() else 0
        if count != 1:
            yield f"{mutant.name}: its text is in {mutant.file} {count} times"
        if mutant.old == mutant.new:
            yield f"{mutant.name}: it changes nothing"


def plant(chosen, work, jobs):
    """Each bug's name and what became of it, as it comes."""
    refresh(work)
    tree = Tree(work, jobs)
    tree.configure()
    done = tree.build()
    if done.returncode:
        sys.exit(f"the copy does not build:\n{done.stdout[-4000:]}")
    failing = tree.run_tests()
    if failing:
        sys.exit(f"the tests fail without a bug: {failing}")
    for mutant in chosen:
        begin = time.monotonic()
        what, test = tree.try_out(mutant)
        yield mutant.name, {"result": what, "by": test}
        by = f" by {test}" if test else ""
        say(f"{mutant.name:44}{what}{by}, {time.monotonic() - begin:.0f} s")
        if what != CAUGHT:
            say(f"  {mutant.file}: {mutant.wrong}")
    tree.build()


def publish(results):
    """Puts a table of all bugs that were tried into tests/README.md."""
    readme = HERE.parent / "README.md"
    begin, end_mark = "<!-- tests/mutation/mutation.py --publish -->\n", "<!-- end of mutants -->\n"
    before, mark, rest = readme.read_text(encoding="utf-8").partition(begin)
    if not mark:
        sys.exit(f"{readme} has no line {begin}")
    lines = ["| module | bugs | caught | by | not caught |", "| :-- | --: | --: | :-- | :-- |"]
    for module in dict.fromkeys(mutant.module for mutant in mutants.ALL):
        tried = [mutant for mutant in mutants.ALL if mutant.module == module and mutant.name in results]
        if not tried:
            continue
        caught = [results[mutant.name]["by"].split()[0] for mutant in tried
                  if results[mutant.name]["result"] == CAUGHT]
        by = ", ".join(f"{kind} {caught.count(kind)}" for kind in sorted(set(caught)))
        missed = "; ".join(mutant.wrong.rstrip(".") for mutant in tried
                           if results[mutant.name]["result"] != CAUGHT)
        lines.append(f"| `{module}` | {len(tried)} | {len(caught)} | {by} | {missed or '-'} |")
    _, _, after = rest.partition(end_mark)
    table = "".join(f"{line}\n" for line in lines)
    readme.write_text(before + begin + table + end_mark + after, encoding="utf-8")


def choose(options):
    if options.only:
        unknown = set(options.only) - {mutant.name for mutant in mutants.ALL}
        if unknown:
            sys.exit(f"no such bug: {', '.join(sorted(unknown))}; --list shows them")
        return [mutant for mutant in mutants.ALL if mutant.name in options.only]
    if options.sample:
        # The same ones each time, from all over the tables.
        step = max(1, len(mutants.ALL) // options.sample)
        return mutants.ALL[step // 2::step][:options.sample]
    return mutants.ALL


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="show the bugs")
    parser.add_argument("--check", action="store_true", help="is each bug's text found once? Builds nothing")
    parser.add_argument("--only", nargs="+", metavar="ID")
    parser.add_argument("--sample", type=int, metavar="N", help="N of them, the same each time")
    parser.add_argument("--publish", action="store_true", help=publish.__doc__)
    parser.add_argument("--work", type=pathlib.Path, default=PROJECT / "build/mutation")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def main():
    options = parse_options()
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # in the background a shell ignores them; tests send them
    chosen = choose(options)
    if options.list:
        for mutant in chosen:
            say(f"{mutant.name:44}{mutant.wrong}")
        return 0
    problems = list(check(chosen))
    for problem in problems:
        say(problem)
    if options.check or problems:
        say(f"{len(chosen)} bugs, {len(problems)} problems")
        return 1 if problems or not chosen else 0
    options.work.mkdir(parents=True, exist_ok=True)
    kept = options.work / "results.json"  # those of other runs stay
    results = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    for name, result in plant(chosen, options.work.resolve(), options.jobs):
        results[name] = result
        kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    caught = sum(results[mutant.name]["result"] == CAUGHT for mutant in chosen)
    say(f"{caught} of {len(chosen)} bugs are caught")
    if options.publish:
        publish(results)
    return 0 if caught == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
