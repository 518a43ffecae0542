#!/usr/bin/env python3
"""The manual pages say what the command does: its options, codes, statuses and fields, all of
them and no others; and their examples work."""

import json
import re
import subprocess

import the_command
from the_command import COMMANDS, PROJECT, Case, names_in, options_of, source

FIRST, FIFTH = (PROJECT / f"packaging/man/katafix.{section}" for section in (1, 5))
UNITS = PROJECT / "packaging/man/katafix.service.8"


def text_of(page):
    return page.read_text(encoding="utf-8").replace("\\-", "-").replace("\\e", "\\")


def section(page, name, level="Sh"):
    """The part of a page below a heading."""
    end = r"(?=^\.S[sh] |\Z)" if level == "Ss" else r"(?=^\.Sh |\Z)"
    return re.search(rf"^\.{level} {name}\n(.*?){end}", text_of(page), re.M | re.S)[1]


def items(text):
    """The heads of the items of a list, whose words are without macros and commas; those of a list
    in an item come as `ITEM.ITEM`."""
    found, path = [], []
    for line in text.splitlines():
        if line.startswith(".Bl"):
            path.append([])
        elif line.startswith(".El"):
            path.pop()
        elif line.startswith(".It "):
            path[-1] = [word for word in line[4:].split() if word != "," and len(word) != 2]
            outer = "".join(f"{heads[-1]}." for heads in path[:-1])
            found += [outer + name for name in path[-1]]
    return found


def literals(text):
    return re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text, re.M | re.S)


class UnitsTest(Case):

    def test_the_page_has_the_units_and_what_they_read(self):
        units = {path.name: path.read_text(encoding="utf-8")
                 for path in (PROJECT / "packaging/systemd").iterdir()
                 if path.suffix in (".service", ".timer")}
        named = re.findall(r"^\.Nm (\S+)", section(UNITS, "NAME"), re.M)
        self.assertEqual(set(named), set(units))
        for name, text in units.items():
            self.assertIn(f"Documentation=man:{name}(8) man:katafix(1)\n", text)
            page = PROJECT / f"packaging/man/{name}.8"
            self.assertTrue(page == UNITS or text_of(page) == f".so man8/{UNITS.name}\n", name)
        read = set(re.findall(r"\$\{?([A-Z_]+)", "".join(units.values())))
        self.assertEqual(set(re.findall(r"^\.It Ev (\w+)", text_of(UNITS), re.M)), read)


class FormTest(Case):

    def test_mandoc_has_nothing_to_complain_about(self):
        for page in (FIRST, FIFTH, UNITS):
            # Of other pages those that are installed on this machine are known.
            said = subprocess.run(["mandoc", "-T", "lint", "-W", "style", page],
                                  capture_output=True, text=True, check=False).stdout
            self.assertEqual([line for line in said.splitlines()
                              if "referenced manual not found" not in line], [])

    def test_groff_has_nothing_to_complain_about(self):
        for page in (FIRST, FIFTH, UNITS):
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                  env={**self.env, "MANROFFSEQ": "", "MANWIDTH": "80"}, check=True)
            self.assertEqual(done.stderr, "")

    def test_both_say_the_same_date(self):
        dates = {re.search(r"^\.Dd (.*)", text_of(page), re.M)[1] for page in (FIRST, FIFTH)}
        self.assertEqual(len(dates), 1)


class CommandTest(Case):

    def test_each_command_is_there(self):
        self.assertEqual(items(section(FIRST, "COMMANDS")), [f"{name}" for name in COMMANDS])
        self.assertEqual(re.findall(r"^\.Cm (\w+)", section(FIRST, "SYNOPSIS"), re.M),
                         [*COMMANDS, "help"])

    def test_each_option_is_there_with_the_commands_that_take_it(self):
        told = {command: {} for command in COMMANDS}
        for letter, name, placeholder, takers in re.findall(
                r"^\.It Fl (?:(\w) , )?-([\w-]+)(?: Ar (\w+))?\n\.Pq (.*)", section(FIRST, "OPTIONS"),
                re.M):
            for command in takers.split(", "):
                told[command][f"--{name}"] = (f"-{letter}" if letter else "", placeholder)
        for command in COMMANDS:
            self.assertEqual(told[command], {name: (option.letter, option.placeholder)
                                             for name, option in options_of(command).items()})

    def test_each_environment_variable_is_there(self):
        read = {name for path in (PROJECT / "src").rglob("*.cpp")
                for name in re.findall(r'getenv\("(\w+)"\)', path.read_text(encoding="utf-8"))}
        self.assertEqual(set(items(section(FIRST, "ENVIRONMENT"))), read | {"PATH"})

    def test_each_exit_status_is_there(self):
        constants = re.findall(r"constexpr int k\w+ = (\d);", source("src/cli/commands.hpp"))
        self.assertEqual(items(section(FIRST, "EXIT STATUS")), sorted(constants))

    def test_each_code_is_there_in_the_order_of_the_source(self):
        self.assertEqual(items(section(FIRST, "DIAGNOSTICS")),
                         names_in("src/text/finding.cpp", "kCodeNames"))

    def test_the_releases_are_those_that_the_readme_names(self):
        for page in (text_of(FIRST), source("README.md")):
            self.assertRegex(" ".join(page.split()),
                             r"containerd 1\.3 to 2\.4(,| and) CRI-O 1\.18 to 1\.37")


class ExamplesTest(Case):

    # What each block of examples ends with, on a node that needs the flag.
    STATUSES = (1, 1, 0, 0, 0, 0, 0, 1)

    def setUp(self):
        super().setUp()
        self.node("node"), self.node("image")
        config = self.dir / "node/etc/containerd/config.toml"
        (self.dir / "config.toml").write_bytes(config.read_bytes())
        # Without --root, as on the node.
        wrapper = self.dir / "bin/katafix"
        wrapper.unlink()
        wrapper.write_text('#!/bin/sh\ncase " $* " in *" --root "* | *" - "*) ;; *)\n'
                           f'  set -- "$@" --root node ;; esac\nexec {the_command.KATAFIX} "$@"\n',
                           encoding="utf-8")
        wrapper.chmod(0o755)

    def run_example(self, text, status):
        print(f"\n{text.rstrip()}")
        done = subprocess.run(["sh", "-c", text], cwd=self.dir, env=self.env, check=False,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertNotRegex(done.stderr, "error|warning")
        return done.stdout

    def test_they_do_what_they_say(self):
        examples = literals(section(FIRST, "EXAMPLES"))
        self.assertEqual(len(examples), len(self.STATUSES))
        printed = [self.run_example(text, status) for text, status in zip(examples, self.STATUSES)]
        self.assertIn("image\n", printed)
        for fixed in ("fixed.toml", "image/etc/containerd/config.toml", "node/etc/containerd/config.toml"):
            self.assertIn("privileged_without_host_devices = true", (self.dir / fixed).read_text())
        self.assertIn("katafix_check_status", (self.dir / "katafix.prom").read_text())

    def test_jq_names_the_handlers_that_lack_the_flag(self):
        [example] = literals(section(FIFTH, "EXAMPLES"))
        self.assertEqual(self.run_example(example, 0).split(), ["kata", "kata-clh", "kata"])

    def test_the_warning_that_is_shown_is_one(self):
        backup = self.dir / "node/etc/crio/crio.conf.d/kata.bak"
        backup.parent.mkdir()
        backup.touch()
        done = subprocess.run(["katafix", "check"], cwd=self.dir, env=self.env, check=False,
                              capture_output=True, text=True)
        [shown] = literals(section(FIRST, "DIAGNOSTICS"))
        self.assertEqual(shown.split(), done.stderr.replace("node/", "/").split())


class FieldsTest(Case):

    REPORT, SUMMARY = (json.loads(source(f"packaging/schema/{name}.json"))
                       for name in ("report-2", "summary-1"))

    def assert_has(self, heading, level, fields):
        self.assertEqual(sorted(items(section(FIFTH, heading, level))), sorted(fields))

    def test_those_of_the_policy(self):
        self.assert_has("POLICY", "Sh", re.findall(r'{"([\w-]+)", &Policy::', source("src/cli/policy.cpp")))

    def test_those_of_the_report(self):
        definitions = self.REPORT["$defs"]
        self.assert_has("JSON REPORT", "Sh", [
            *self.REPORT["properties"], *self.of("file"), *self.of("finding"), *self.of("handler"),
            *(f"evidence.{name}" for name in self.of("evidence")), *self.of("effective"),
            *self.of("running"), *(f"handlers.{name}" for name in definitions["running"][
                "properties"]["handlers"]["additionalProperties"]["properties"]),
            *(f"handlers.{name}" for name in
              definitions["effective"]["properties"]["handlers"]["additionalProperties"]["properties"]),
            *self.REPORT["properties"]["runs"]["items"]["properties"]])
        self.assert_has("Findings", "Ss", self.of("finding"))
        self.assert_has("Files of the report", "Ss", self.of("file"))

    def of(self, definition):
        return self.REPORT["$defs"][definition]["properties"]

    def test_the_words_that_a_field_may_be(self):
        for field, definition in (("role", "file"), ("rule", "evidence"), ("action", "handler"),
                                  ("severity", "finding")):
            told = re.search(rf"^\.It Va {field}\n(.*?)^\.(It|El)", section(FIFTH, "JSON REPORT"),
                             re.M | re.S)[1]
            words = re.findall(r"^\.Ql ([\w-]+)", told, re.M)
            self.assertLessEqual(set(self.of(definition)[field]["enum"]), set(words))

    def test_those_of_the_summary(self):
        properties = self.SUMMARY["properties"]
        self.assert_has("SUMMARY", "Sh", [
            *properties, *(f"{group}.{name}" for group in ("handlers", "running")
                           for name in properties[group]["properties"])])
        told = section(FIFTH, "SUMMARY").split(".It Va findings")[1]
        for name in properties["findings"]["items"]["properties"]:
            self.assertRegex(told, rf"\b{name}\b")

    def test_those_of_the_metrics(self):
        node = self.node("node")
        subprocess.run(["katafix", "check", "--quiet", "--root", node, "--metrics", self.dir / "m.prom"],
                       env=self.env, check=False)
        written = (self.dir / "m.prom").read_text(encoding="utf-8")
        self.assert_has("METRICS", "Sh", re.findall(r"^# TYPE (\w+)", written, re.M))
        for value in re.findall(r'="(\w+)"', written):
            self.assertIn(f".Ql {value}", section(FIFTH, "METRICS"))

    def test_those_of_the_manifest(self):
        node = self.node("node")
        subprocess.run(["katafix", "apply", "--quiet", "--root", node], env=self.env, check=True)
        [run] = (node / "var/lib/katafix/runs").iterdir()
        manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
        file = manifest["files"][0]
        self.assert_has("The manifest", "Ss",
                        [*manifest, *(f"files.{name}" for name in file),
                         *(f"files.after.{name}" for name in file["after"]),
                         *(f"files.metadata.{name}" for name in file["metadata"])])
        self.assertEqual(sorted(path.name for path in run.iterdir()),
                         ["0.orig", "1.orig", "done", "manifest.json"])


if __name__ == "__main__":
    the_command.main("mandoc", "man", "groff", "containerd", "jq")
