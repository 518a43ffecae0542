#!/usr/bin/env python3
"""In real shells, completion offers what the command takes: its commands, the options of each,
their values, the runs and the handlers of the node that is named."""

import json
import os
import re
import shlex
import subprocess
import unittest

import the_command
from the_command import COMMANDS, PROJECT, Case, names_in, options_of, source
from shells import Bash, BashWithHelpers, Fish, Zsh

COMPLETIONS = PROJECT / "packaging/completions"
CRI = 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes'
ODD = ("my kata", "it's \"odd\"", "a:b=c", "@home", "$(touch pwned)", "`touch pwned`; touch pwned",
       "käta", "kata[1]*", "-v", "~root", "!!")


def as_pattern(name):
    return re.sub(r"([\[*?])", r"\\\1", name)


class Completion:
    """What holds in each shell."""

    def setUp(self):
        super().setUp()
        self.shell = self.Shell(self, COMPLETIONS)

    def assert_offers(self, expected, line, current=""):
        # The bashes and zshs differ in which directories they mark.
        self.assertEqual(sorted(word.rstrip("/") for word in self.shell.candidates(line, current)),
                         sorted(expected))

    def odd_node(self, name):
        config = self.dir / name / "etc/containerd/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text("version = 2\n" + "".join(
            f'[{CRI}.{json.dumps(name, ensure_ascii=False)}]\nruntime_type = "io.containerd.kata.v2"\n'
            for name in (*ODD, "back\\slash", "a\nline")), encoding="utf-8")

    def apply(self, *arguments):
        subprocess.run(["katafix", "apply", "--quiet", *arguments], cwd=self.dir, env=self.env,
                       check=True)

    # --- Words that are always the same --------------------------------------------

    def test_a_command_is_completed(self):
        self.assertEqual(self.shell.line_after("katafix re"), "katafix restore ")
        self.assertEqual(self.shell.line_after("katafix --root . che"), "katafix --root . check ")

    def test_the_commands(self):
        self.assert_offers(COMMANDS, "katafix")

    def test_the_options_of_each_command_are_those_of_its_help(self):
        for command in COMMANDS:
            self.assert_offers(options_of(command), f"katafix {command}", "--")

    def test_before_a_command_the_options_that_go_with_all(self):
        all_of_them = set.intersection(*(set(options_of(command)) for command in COMMANDS))
        self.assert_offers(all_of_them, "katafix", "--")

    def test_the_values_of_options(self):
        releases = re.findall(r'Series = {("1\.[^}]*)}', source("src/engine/release.cpp"))
        containerd, crio = (re.findall('"([^"]+)"', series) for series in releases)
        self.assert_offers(containerd, "katafix check --containerd-version")
        self.assert_offers(crio, "katafix diff --crio-version")
        self.assert_offers(names_in("src/engine/definition.cpp", "engine_name"),
                           "katafix apply --engine")
        self.assert_offers(("auto", "always", "never"), "katafix restore --color")
        self.assert_offers(("text", "json", "gcc", "github", "sarif"), "katafix check --format")
        self.assert_offers(("auto", "none", "containerd --config %s config dump",
                            "crio --config %s --config-dir %s.d config"),
                           "katafix apply --validate")

    def test_an_option_with_a_value_offers_no_options(self):
        for option in options_of("apply").values():
            if option.placeholder:
                offered = self.shell.candidates(f"katafix apply {option.name}", "")
                self.assertEqual([word for word in offered if word.startswith("--")], [], option.name)

    def test_files_and_directories(self):
        (self.dir / "some dir").mkdir()
        (self.dir / "some file.prom").touch()
        self.assert_offers(["some dir", "some file.prom"], "katafix check", "some")
        self.assert_offers(["some dir"], "katafix check --root", "some")
        self.assert_offers(["some dir", "some file.prom"], "katafix check --metrics", "some")
        self.assert_offers([], "katafix restore", "some")

    # --- What the node has -----------------------------------------------------------

    def test_the_runs_of_the_node(self):
        self.node("my node")
        self.apply("--root", "my node")
        [run] = os.listdir(self.dir / "my node/var/lib/katafix/runs")
        for root in ("--root 'my node'", r"--root my\ node", '--root="my node"', "--root ~/my\\ node"):
            self.assert_offers([run], f"katafix restore {root}")
        self.assertEqual(shlex.split(self.shell.line_after("katafix restore --root 'my node' 2"))[-1],
                         run)
        for line in (f"katafix restore --root 'my node' {run}", "katafix restore --list --root 'my node'"):
            self.assertNotIn(run, self.shell.candidates(line))
        self.assert_offers([], "katafix restore --root nowhere")

    def test_the_runs_in_another_directory(self):
        self.node("node")
        self.apply("--root", "node", "--backup-dir", "backups")
        self.assert_offers(os.listdir(self.dir / "backups/runs"),
                           "katafix restore --root node --backup-dir backups")

    def test_the_handlers_of_the_node(self):
        self.node("node")
        for option in ("--handler", "--skip"):
            self.assert_offers(["crun", "kata", "kata-clh", "runc"], f"katafix check --root node {option}")
            self.assert_offers(["kata", "kata-clh"], f"katafix apply --root=node {option}", "kata")
        self.assert_offers([], "katafix check --root nowhere --handler")

    def test_the_handlers_of_several_nodes(self):
        self.node("node")
        self.odd_node("odd")
        (self.dir / "nodes").write_text("node\nodd\n", encoding="utf-8")
        both = ["crun", "kata", "kata-clh", "runc", *map(as_pattern, ODD)]
        for roots in ("--root node --root odd", "--roots-from nodes", "--root odd --roots-from=nodes"):
            self.assert_offers(both, f"katafix check {roots} --handler")

    def test_handlers_with_odd_names_are_one_word_each_and_never_run(self):
        self.odd_node("node")
        self.assert_offers(map(as_pattern, ODD), "katafix check --root node --handler")
        for name in ODD:
            typed = name[:2].removesuffix(":")  # where bash splits words
            line = "katafix check --root node --handler " + re.sub(r"([^\w-])", r"\\\1", typed)
            if name != "-v":
                self.assertEqual(shlex.split(self.shell.line_after(line))[-1], as_pattern(name), line)
        for quote in "'", '"':
            line = self.shell.line_after(f"katafix check --root node --handler {quote}my")
            self.assertEqual(shlex.split(line)[-1], "my kata")
        self.assertFalse((self.dir / "pwned").exists())

    def test_what_is_typed_is_never_run(self):
        self.shell.candidates("katafix check --root '$(touch pwned)' --handler")
        self.shell.candidates('katafix restore --root "`touch pwned`"')
        self.assertFalse((self.dir / "pwned").exists())


class BashTest(Completion, Case):
    Shell = Bash


@unittest.skipUnless(os.path.exists(BashWithHelpers.PACKAGE), "bash-completion is not installed")
class BashWithHelpersTest(Completion, Case):
    Shell = BashWithHelpers


class ZshTest(Completion, Case):
    Shell = Zsh

    def test_the_descriptions_are_those_of_the_help(self):
        file = (COMPLETIONS / "_katafix").read_text(encoding="utf-8")
        told = re.findall(r"(--[\w-]+)=?}?'?\[(.*?)\]['\:]", file)
        assert_described(self, told)


class FishTest(Completion, Case):
    Shell = Fish

    def test_the_descriptions_are_those_of_the_help(self):
        assert_described(self, [told for command in COMMANDS
                                for told in self.shell.described(f"katafix {command} --").items()])


def assert_described(case, told):
    """Each option, and what is said of it begins what the help says."""
    options = {name: option.text for command in COMMANDS for name, option in options_of(command).items()}
    case.assertEqual({name for name, _ in told}, set(options))
    for name, text in told:
        case.assertTrue(text and options[name].startswith(text), f"{name}: {text}")


if __name__ == "__main__":
    the_command.main("bash", "zsh", "fish")
