#!/usr/bin/env python3
"""What people see on a terminal. The approved screens are in screens/, one file for each width in
columns; --update writes them from what katafix does now: read every changed line before you keep it."""

import os
import pathlib
import re
import shlex
import shutil
import sys

import harness
import terminal
from harness import NOBODY, SOURCE

SCREENS = pathlib.Path(__file__).resolve().parent / "screens"
RUN = re.compile(r"\d{8}T\d{6}\.\d{6}Z")
UPDATE = "--update" in sys.argv
FLAG = "privileged_without_host_devices = true"

CRIO = """\
[crio.runtime.runtimes.kata-{0}]
runtime_path = "/usr/bin/containerd-shim-kata-v2"
privileged_without_hostdevices = true
"""
BROKEN = """\
version = 2
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]
  runtime_type = "io.containerd.kata.v2"  # the shim of Kata 3, which the platform team installs
  privileged_without_host_devices = True
"""


class Screen(terminal.Case):

    def setUp(self):
        super().setUp()
        shutil.copytree(SOURCE / "fixtures/node", self.dir / "node")
        shutil.copytree(SOURCE / "fixtures/tree/crio-loads-backups-too/root", self.dir / "backups-too")
        self.write("broken/etc/containerd/config.toml", BROKEN.encode())
        self.write("bare/etc/containerd/config.toml", b"version = 2\n")
        (self.dir / "empty").mkdir()
        for number in range(5):
            self.write(f"many/etc/crio/crio.conf.d/{number}.conf", CRIO.format(number).encode())

    def text(self, *words, columns):
        shown = self.on_terminal(*words, stream="both", columns=columns)
        return terminal.uncolored(shown).decode().replace("\r\n", "\n")

    def transcript(self, columns):
        """A round of commands as a terminal of that width shows them, without colours."""
        text = ""
        for command in ("check --root node", "apply --root node", "check --root node",
                        "restore --list --root node", "restore --root node", "check -v --root backups-too",
                        "check --root broken", "check --root many", "check --root bare",
                        "check --root empty", "check --root empty --engine crio"):
            text += f"$ katafix {command}\n{self.text(*command.split(), columns=columns)}\n"
        return RUN.sub("20261124T090000.000000Z", text)


class ScreensTest(Screen):

    def approved(self, columns):
        path, shown = SCREENS / f"{columns}", self.transcript(columns)
        if UPDATE:
            path.write_text(shown, encoding="utf-8")
        self.assertEqual(shown, path.read_text(encoding="utf-8"))

    def test_at_80_columns(self):
        self.approved(80)

    def test_at_120_columns(self):
        self.approved(120)


class WidthTest(Screen):

    # What is one word, a path or a command, is as long as it is.
    PIECE = re.compile(r"^(Backup: |Restored )?\S+( warning:| error:)?$|^katafix: .* bytes$|^\d{8}T")

    def test_no_line_is_longer_than_the_terminal_is_wide(self):
        for columns in (60, 80, 100):
            for line in self.transcript(columns).splitlines():
                if not line.startswith("$") and not self.PIECE.match(line.strip()):
                    self.assertLessEqual(len(line), columns, line)

    def test_a_terminal_that_does_not_know_its_width_has_80_columns(self):
        self.assertEqual(self.text("check", "--root", "node", columns=0),
                         self.text("check", "--root", "node", columns=80))

    def test_a_dumb_terminal_has_a_width_too(self):
        shown = self.on_terminal("check", "--root", "node", stream="both", columns=80, TERM="dumb")
        self.assertEqual(shown.decode().replace("\r\n", "\n"),
                         self.text("check", "--root", "node", columns=80))

    def test_in_a_pipe_nothing_is_shortened_or_wrapped(self):
        ran = self.katafix("check", "--root", "backups-too", status=1)
        self.assertIn(b'runtime_path = "/usr/bin/containerd-shim-kata-v2"', ran.out)
        self.assertIn(b"backups-too/etc/crio/crio.conf.d/50-kata.conf.bak:1 ", ran.out)
        self.assertEqual(len(ran.err.splitlines()), 4)

    def test_each_stream_has_its_own_width(self):
        shown = self.on_terminal("check", "--root", "many", stream="stderr", columns=60)
        self.assertLessEqual(max(map(len, terminal.uncolored(shown).splitlines())), 60)


class WordsTest(Screen):

    def test_what_was_changed_is_green(self):
        shown = self.on_terminal("apply", "--root", "node", columns=120)
        for before in ("absent", "false"):
            self.assertIn(f"\x1b[32m{before} -> true\x1b[0m".encode(), shown)

    def test_paths_below_a_root_can_be_opened(self):
        out = self.katafix("check", "-v", "--root", "node", status=1).out.decode()
        places = re.findall(r"(\S+):\d+ ", out)
        out = self.katafix("apply", "--root", "node", status=0).out.decode()
        out += self.katafix("restore", "--root", "node", status=0).out.decode()
        places += re.findall(r"^(?:Backup: |Restored )(.*)$", out, re.M)
        places += re.findall(r"^(\S+?):\d", self.katafix("check", "--root", "many").err.decode(), re.M)
        self.assertGreater(len(places), 10)
        for place in places:
            self.assertTrue((self.dir / place).is_file(), place)

    def test_sentences_name_them_so_too(self):
        said = self.katafix("check", "-v", "--root", "backups-too", status=1).err.decode()
        self.assertIn(" in backups-too/etc/crio/crio.conf.d/50-kata.conf, but this file", said)
        self.assertNotIn(" /etc", said)

    def test_a_status_file_is_of_this_machine_whatever_the_root(self):
        ran = self.katafix("check", "--root", "node", "--metrics", "/etc/crio/crio.conf.d/x.prom")
        self.assertRegex(ran.err.decode(), r"(?m)^/etc/crio/crio.conf.d/x.prom: error")

    def test_verbose_tells_each_one_of_many(self):
        self.assertEqual(self.katafix("check", "--root", "many").err.count(b"[look-alike-key]"), 1)
        self.assertEqual(self.katafix("check", "-v", "--root", "many").err.count(b"[look-alike-key]"), 5)

    def test_restart_is_no_matter_of_an_image_or_a_file(self):
        config = self.write("repository/config.toml", BROKEN.replace("True", "false").encode())
        for words in (["check", "--root", "node"], ["apply", "--root", "node"], ["check", config],
                      ["restore", "--root", "node"], ["apply", "--no-backup", config]):
            ran = self.katafix(*words)
            self.assertIn(ran.status, (0, 1))
            self.assertNotIn(b"restart", ran.out + ran.err)

    def test_a_missing_right_comes_first(self):
        if os.geteuid() != 0:
            self.skipTest("only root can take its rights away")
        self.dir.chmod(0o755)
        (self.dir / "many/etc/crio/crio.conf.d/4.conf").chmod(0o600)
        shown = self.on_terminal("check", "--root", "many", stream="stderr", columns=200, user=NOBODY)
        lines = terminal.uncolored(shown).decode().splitlines()
        self.assertEqual(lines[:2], ["many/etc/crio/crio.conf.d/4.conf: error: cannot read it: "
                                     "Permission denied [unreadable]", "  run katafix as root, with sudo"])

    def test_the_command_that_sets_the_flag_has_the_options_and_can_be_copied(self):
        os.rename(self.dir / "node", self.dir / "a node")
        out = self.katafix("check", "-v", "--skip=kata-clh", "--root", "a node", "--crio-version", "1.30",
                           "--exit-zero", "--color=never", "--offline", status=0).out.decode()
        command = "katafix apply --skip kata-clh --root 'a node' --crio-version 1.30 --offline"
        self.assertIn(f" To set it:\n    {command}\n", out)
        self.katafix(*shlex.split(command)[1:], status=0)
        self.katafix("check", "--skip", "kata-clh", "--root", "a node", status=0)

    def test_the_flag_is_called_by_its_name(self):
        self.assertIn(f"3 Kata handlers need {FLAG}".encode(), self.katafix("check", "--root", "node").out)


class EngineTest(Screen):

    def test_one_engine_is_told_of_alone(self):
        for engine, its_own, other in (("crio", "/etc/crio/crio.conf.d", "containerd/"),
                                       ("containerd", "/etc/containerd/config.toml", "crio")):
            said = self.katafix("check", "--root", "empty", "--engine", engine, status=0).err.decode()
            self.assertIn(its_own, said)
            self.assertNotIn(other, said)

    def test_restore_explains_its_own_options_alone(self):
        said = self.katafix("restore", "--help", status=0).out.decode()
        for other in ("--engine", "--handler", "--validate", "--keep", "--roots-from", "FILE"):
            self.assertNotIn(other, said)


if __name__ == "__main__":
    sys.argv = [word for word in sys.argv if word != "--update"]
    harness.main()
