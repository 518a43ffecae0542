#!/usr/bin/env python3
"""The command line itself: commands, options, and bad usage."""

import re

import harness
from harness import CRIO, FIXED, KATA

COMMANDS = ("check", "diff", "apply", "restore")


class OptionsTest(harness.Case):

    def test_the_help_fits_a_screen_and_names_every_option(self):
        helped = self.katafix("--help", status=0)
        self.assertEqual(helped.err, b"")
        lines = helped.out.decode().splitlines()
        self.assertLessEqual(len(lines), 24)
        self.assertLessEqual(max(map(len, lines)), 80)
        for command in COMMANDS:
            for line in self.katafix(command, "--help", status=0).out.decode().splitlines():
                self.assertLessEqual(len(line), 80, line)
                option = re.match(r" +(-\w)?,? ?(--[\w-]+)", line)
                if option:
                    self.assertIn(option[1] or option[2], helped.out.decode())
        self.assertEqual(self.katafix("-h", status=0), helped)
        self.assertEqual(self.katafix("help", status=0), helped)
        for command in COMMANDS:
            self.assertEqual(self.katafix("help", command, status=0),
                             self.katafix(command, "--help", status=0))
        self.assertIn(b"did you mean apply?", self.katafix("help", "aply", status=2).err)

    def test_the_help_of_a_command_has_the_options_that_it_knows(self):
        for command in COMMANDS:
            helped = self.katafix(command, "-h", status=0).out.decode()
            options = set(re.findall(r"^ +(?:-\w, )?(--[\w-]+)", helped, re.M))
            self.assertLessEqual({"--root", "--json", "--help"}, options)
            self.assertEqual("--list" in options, command == "restore")
            self.assertEqual("--metrics" in options, command == "check")
            self.assertEqual("--dry-run" in options, command in ("apply", "restore"))
            self.assertEqual("--no-backup" in options, command != "restore")

    def test_a_slip_is_told_with_what_was_meant(self):
        for words, meant in ((["check", "--jsno"], b"did you mean --json?"),
                             (["check", "--rot=/mnt"], b"did you mean --root?"),
                             (["apply", "--root", ".", "--inplace"], b"did you mean --in-place?"),
                             (["check", "-root", "."], b"there is no option -r; did you mean --root?"),
                             (["check", "-qx"], b"there is no option -x\n"),
                             (["check", "--x", "f"], b"there is no option --x\n"),
                             (["apply", "--root", "-x", "--keep"], b"--keep takes a value: --keep N\n"),
                             (["check", "--json=no"], b"--json takes no value\n"),
                             (["cehck"], b"did you mean check?")):
            self.assertIn(meant, self.bad_usage(*words).err)
        for words in (["check", "--foo"], ["xyzzy"]):
            self.assertNotIn(b"did you mean", self.bad_usage(*words).err)

    def test_version(self):
        ran = self.katafix("--version", status=0)
        self.assertRegex(ran.out, rb"^katafix \d+\.\d+\.\d+\n$")
        self.assertEqual(ran.err, b"")
        self.assertEqual(self.katafix("check", "--version", status=0), ran)

    def test_bad_commands(self):
        self.bad_usage()
        self.assertIn(b"frobnicate", self.bad_usage("frobnicate").err)
        self.bad_usage("Check")
        self.bad_usage("")
        self.bad_usage("--json")

    def test_unknown_options(self):
        for option in ("--frobnicate", "--frobnicate=1", "-x", "--jsonx"):
            self.assertIn(option.split("=")[0].lstrip("-").encode(),
                          self.bad_usage("check", option).err)

    def test_options_that_the_command_does_not_know(self):
        self.write("config.toml")
        for words in (["check", "--restart", "config.toml"], ["check", "--keep", "3"],
                      ["check", "--dry-run", "config.toml"], ["diff", "--diff", "config.toml"],
                      ["check", "--list"], ["apply", "--list", "--root", "."],
                      ["restore", "--root", ".", "--engine", "crio"],
                      ["restore", "--root", ".", "--handler", "x"],
                      ["restore", "--root", ".", "--no-backup"]):
            with self.subTest(words=words):
                self.bad_usage(*words)

    def test_values(self):
        self.write("config.toml")
        for words in (["--engine", "docker"], ["--engine", ""], ["--engine"], ["--engine="],
                      ["--color", "maybe"], ["--root", ""], ["--root="], ["--root"],
                      ["--engine", "crio", "--engine", "containerd"],
                      ["--color", "never", "--color", "never"]):
            with self.subTest(words=words):
                self.bad_usage("check", "config.toml", *words)
        for keep in ("0", "-1", "x", "1x", "", " 1", "99999999999999999999999"):
            with self.subTest(keep=keep):
                self.bad_usage("apply", "config.toml", "--backup-dir", "b", "--keep", keep)
        self.bad_usage("apply", "config.toml", "--backup-dir", "")
        self.bad_usage("check", "--json=true")

    def test_the_main_file_and_the_drop_ins_say_all_about_where_to_look(self):
        self.write("config.toml")
        config, config_dir = ["--config", "config.toml"], ["--config-dir", "crio.conf.d"]
        for words in ([*config, "config.toml"], [*config_dir, "config.toml"], [*config, "-"],
                      [*config, "--data-dir", "d"], [*config_dir, "--data-dir", "d"],
                      [*config_dir, "--engine", "containerd"], ["--config", ""], ["--config-dir="],
                      [*config, *config]):
            with self.subTest(words=words):
                self.bad_usage("check", *words)
        self.bad_usage("restore", "--root", ".", *config)
        self.assertIn(b"--engine containerd",
                      self.bad_usage("check", *config_dir, "--engine", "containerd").err)

    def test_a_release_that_no_engine_has_is_refused(self):
        self.write("config.toml")
        for version in ("9.9", "abc", "3.0", "1.2", "1.8", "", "2.x"):
            self.assertRegex(self.bad_usage("check", "config.toml", "--containerd-version", version).err,
                             b"--containerd-version (takes|is empty)")
        for version in ("9.9", "abc", "2.0", "1", "", "Main"):
            self.assertRegex(self.bad_usage("check", "config.toml", "--crio-version", version).err,
                             b"--crio-version (takes|is empty)")
        for version in ("1.3", "1.7.24", "v2.1", "2.99"):
            ran = self.katafix("check", "config.toml", "--containerd-version", version)
            self.assertNotIn(b"--containerd-version takes", ran.err)

    def test_bad_usage_prints_no_json(self):
        self.write("config.toml")
        self.bad_usage("check", "--json", "--frobnicate", "config.toml")
        self.bad_usage("check", "--json", "--engine", "docker", "config.toml")

    def test_restore_takes_one_run(self):
        self.bad_usage("restore", "--backup-dir", "b", "one", "two")
        self.bad_usage("restore", "--backup-dir", "b", "--list", "one")
        for option in ("--dry-run", "-n", "--diff"):
            self.bad_usage("restore", "--backup-dir", "b", "--list", option)

    def test_no_backup_is_for_files_alone(self):
        self.write("config.toml")
        for words in (["--root", "."], ["config.toml", "--keep", "3"], ["-"],
                      ["config.toml", "--backup-dir", "b"], ["config.toml", "--in-place"]):
            with self.subTest(words=words):
                self.bad_usage("apply", "--no-backup", *words)

    def test_an_empty_word_is_no_name(self):
        """As of a shell variable that is not set: restore must not take it for the newest run."""
        self.write("config.toml")
        self.katafix("apply", "--backup-dir", "b", "config.toml", status=0)
        self.bad_usage("check", "")
        self.bad_usage("check", "config.toml", "")
        self.bad_usage("restore", "--backup-dir", "b", "")

    def test_options_stand_anywhere_and_take_either_form(self):
        self.write("config.toml", CRIO)
        for words in (["--engine", "containerd", "check", "config.toml"],
                      ["check", "config.toml", "--engine", "containerd"],
                      ["check", "--engine=containerd", "config.toml"]):
            self.katafix(*words, status=0)

    def test_a_double_dash_ends_the_options(self):
        self.write("--json")
        ran = self.katafix("check", "--", "--json", status=1)
        self.assertIn(b"kata", ran.out)

    def test_messages_of_bad_usage_are_printable(self):
        self.assert_plain(self.bad_usage("\x1b[31mred").err)
        self.assert_plain(self.bad_usage("check", "--engine", "\x1b[31mred").err)
        self.assert_plain(self.bad_usage("check", b"--\xff\x1b").err)


class VerbosityTest(harness.Case):

    def test_quiet_leaves_the_errors(self):
        good, bad = self.write("good.toml"), self.write("bad.toml", b"x = \n")
        for words in (["check", "-q", good], ["check", "--quiet", good]):
            ran = self.katafix(*words, status=1)
            self.assertEqual((ran.out, ran.err), (b"", b""))
        ran = self.katafix("check", "-q", good, bad, status=2)
        self.assertEqual(ran.out, b"")
        self.assertRegex(ran.err, rb"bad\.toml:1:\d+: error: ")

    def test_quiet_hides_warnings(self):
        self.write("config.toml", CRIO)
        words = ["check", "--engine", "containerd", "config.toml"]
        self.assertIn(b"warning", self.katafix(*words, status=0).err)
        self.assertEqual(self.katafix(*words, "-q", status=0).err, b"")

    def test_quiet_apply_and_restore(self):
        path = self.write("config.toml")
        ran = self.apply("-q", path)
        self.assertEqual((ran.out, ran.err), (b"", b""))
        self.assertEqual(path.read_bytes(), FIXED)
        ran = self.restore("-q")
        self.assertEqual((ran.out, ran.err), (b"", b""))
        self.assertEqual(path.read_bytes(), KATA)

    def test_verbose_shows_all_handlers_and_what_is_read(self):
        self.write("config.toml", harness.RUNC)
        self.assertNotIn(b"runc", self.katafix("check", "config.toml", status=0).out)
        for option in ("-v", "--verbose"):
            ran = self.katafix("check", option, "config.toml", status=0)
            self.assertIn(b"runc", ran.out)
            self.assertIn(b"config.toml", ran.err)

    def test_streams(self):
        """Standard output has the report, the diff or the object; all else is on standard error."""
        self.write("good.toml")
        self.write("bad.toml", harness.INVALID)
        for words in (["check"], ["check", "-v"], ["diff", "-v"], ["apply", "--dry-run", "-v"]):
            ran = self.katafix(*words, "good.toml", "bad.toml", status=2)
            self.assertNotIn(b"error:", ran.out)
            self.assertRegex(ran.err, rb"bad\.toml:2:\d+: error: ")
        ran = self.katafix("check", "--json", "-v", "good.toml", "bad.toml", status=2)
        self.parse(ran.out)
        self.assertIn(b"bad.toml:2:", ran.err)


if __name__ == "__main__":
    harness.main()
