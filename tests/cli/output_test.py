#!/usr/bin/env python3
"""Where the words go: terminals and colours, and standard streams that are full or closed."""

import os
import subprocess

import harness
import terminal
from harness import FIXED, INVALID, KATA
from terminal import ESCAPE, uncolored

class ColorTest(terminal.Case):

    def setUp(self):
        super().setUp()
        self.write("config.toml"), self.write("bad.toml", INVALID)

    def test_none_without_a_terminal(self):
        for words in (["check"], ["diff"], ["check", "--color", "auto"], ["check", "--color", "never"]):
            ran = self.katafix(*words, "config.toml", "bad.toml", status=2)
            self.assertNotIn(ESCAPE, ran.out + ran.err)

    def test_always(self):
        plain = self.katafix("check", "config.toml", "bad.toml")
        for env in ({}, {"NO_COLOR": "1"}, {"TERM": "dumb"}):
            ran = self.katafix("check", "--color", "always", "config.toml", "bad.toml", env=env)
            self.assertIn(ESCAPE, ran.out)
            self.assertIn(ESCAPE, ran.err)
            self.assertEqual((uncolored(ran.out), uncolored(ran.err)), (plain.out, plain.err))

    def test_a_terminal(self):
        self.assertIn(ESCAPE, self.on_terminal("check", "config.toml"))
        self.assertIn(ESCAPE, self.on_terminal("diff", "config.toml"))
        self.assertIn(ESCAPE, self.on_terminal("check", "config.toml", "--color=auto", NO_COLOR=""))
        for words, env in (([], {"NO_COLOR": "1"}), ([], {"NO_COLOR": "0"}), ([], {"TERM": "dumb"}),
                           (["--color=auto"], {"NO_COLOR": "1"}), (["--color=never"], {})):
            for command in ("check", "diff"):
                shown = self.on_terminal(command, "config.toml", *words, **env)
                self.assertIn(b"privileged" if command == "diff" else b"kata", shown)
                self.assertNotIn(ESCAPE, shown, (words, env))
        self.assertIn(ESCAPE, self.on_terminal("check", "config.toml", "--color=always", NO_COLOR="1"))

    def test_without_a_terminal_where_it_is_forced(self):
        for value, forced in (("1", True), ("yes", True), ("0", False), ("", False)):
            ran = self.katafix("check", "config.toml", "bad.toml", env={"CLICOLOR_FORCE": value})
            self.assertEqual((ESCAPE in ran.out, ESCAPE in ran.err), (forced, forced), value)
        for words, env in (([], {"NO_COLOR": "1"}), (["--color=never"], {})):
            ran = self.katafix("check", *words, "config.toml", env={"CLICOLOR_FORCE": "1", **env})
            self.assertNotIn(ESCAPE, ran.out)

    def test_each_stream_has_its_own(self):
        self.assertIn(ESCAPE, self.on_terminal("check", "bad.toml", stream="stderr"))
        self.assertNotIn(ESCAPE, self.on_terminal("check", "bad.toml", stream="stderr", NO_COLOR="1"))

    def test_data_is_never_coloured(self):
        for words in (["check", "--json"], ["diff", "--json"]):
            ran = self.katafix(*words, "config.toml", "--color=always", status=1)
            self.assertNotIn(ESCAPE, ran.out)
            self.parse(ran.out)
        ran = self.katafix("apply", "-", "--color=always", stdin=KATA, status=0)
        self.assertEqual(ran.out, FIXED)

    def test_a_coloured_diff_says_the_same(self):
        for data in (KATA, KATA[:-1], KATA.replace(b"\n", b"\r\n")):
            self.write("config.toml", data)
            plain = self.katafix("diff", "config.toml", status=1).out
            colored = self.katafix("diff", "--color=always", "config.toml", status=1).out
            self.assertNotEqual(plain, colored)
            self.assertEqual(uncolored(colored), plain)


class BrokenOutputTest(harness.Case):

    def shell(self, redirection, *args):
        """Runs the command with a stream redirected by the shell."""
        return subprocess.run(["sh", "-c", f'exec "$@" {redirection}', "sh", harness.KATAFIX, *args],
                              cwd=self.dir, stdin=subprocess.DEVNULL, capture_output=True,
                              check=False, timeout=60)

    def test_what_cannot_be_printed_is_trouble(self):
        self.write("config.toml")
        for redirection in (">/dev/full", ">&-"):
            for words in (["check"], ["diff"], ["check", "--json"], ["apply", "--dry-run"]):
                with self.subTest(redirection=redirection, words=words):
                    done = self.shell(redirection, *words, "config.toml")
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertIn(b"standard output", done.stderr)
            for words in (["--help"], ["--version"]):
                self.assertEqual(self.shell(redirection, *words).returncode, 2)

    def test_apply_to_a_full_standard_output(self):
        for redirection in (">/dev/full", ">&-"):
            done = subprocess.run(["sh", "-c", f'exec "$1" apply - {redirection}', "sh", harness.KATAFIX],
                                  input=KATA, capture_output=True, check=False, timeout=60)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"standard output", done.stderr)

    def test_apply_never_says_2_once_it_has_written(self):
        """Status 2 promises that nothing was written."""
        for redirection in (">/dev/full", ">&-"):
            for words in ([], ["--json"], ["--diff"]):
                with self.subTest(redirection=redirection, words=words):
                    path = self.write("config.toml")
                    done = self.shell(redirection, "apply", "--backup-dir", "b", *words, "config.toml")
                    self.assertIn(done.returncode, (2, 3))
                    self.assertEqual(path.read_bytes(), KATA if done.returncode == 2 else FIXED)

    def test_restore_never_says_2_once_it_has_written(self):
        path = self.write("config.toml")
        self.apply("config.toml")
        done = self.shell(">/dev/full", "restore", "--backup-dir", self.backups)
        self.assertIn(done.returncode, (2, 3))
        self.assertEqual(path.read_bytes(), FIXED if done.returncode == 2 else KATA)

    def test_no_stream_at_all_spoils_no_file(self):
        """Files are opened where the streams should be; no word may end up in one."""
        for redirection in ("<&- >&-", "<&- 2>&-", "<&- >&- 2>&-", ">&- 2>&-", "2>&-"):
            with self.subTest(redirection):
                one, two = self.write("one.toml"), self.write("two.toml", harness.CRIO)
                bad = self.write("bad.toml", INVALID)
                self.shell(redirection, "apply", "-v", "--backup-dir", "b", "one.toml", "bad.toml")
                self.assertEqual((one.read_bytes(), bad.read_bytes()), (KATA, INVALID))
                self.shell(redirection, "apply", "-v", "--backup-dir", "b", "one.toml", "two.toml")
                self.assertIn((one.read_bytes(), two.read_bytes()),
                              ((KATA, harness.CRIO), (FIXED, harness.CRIO_FIXED)))
                for backup in (self.dir / "b").rglob("*.orig"):
                    self.assertIn(backup.read_bytes(), (KATA, harness.CRIO))

    def test_a_reader_that_has_seen_enough(self):
        """As head: no trouble, and no words about it."""
        self.write("config.toml")
        for words, status in ((["check"], 1), (["diff"], 1), (["check", "--json"], 1)):
            reader, writer = os.pipe()
            os.close(reader)
            done = subprocess.run([harness.KATAFIX, *words, "config.toml"], cwd=self.dir, stdout=writer,
                                  stderr=subprocess.PIPE, check=False, timeout=60)
            os.close(writer)
            self.assertEqual((done.returncode, done.stderr), (status, b""))

    def test_a_full_standard_error_changes_nothing(self):
        self.write("config.toml"), self.write("bad.toml", INVALID)
        self.assertEqual(self.shell("2>/dev/full", "check", "bad.toml").returncode, 2)
        self.assertEqual(self.shell("2>/dev/full", "check", "-v", "config.toml").returncode, 1)


class ProgressTest(terminal.Case):

    def many(self, count):
        self.write("etc/containerd/config.toml",
                   b'version = 3\nimports = ["/etc/containerd/conf.d/*.toml"]\n')
        for number in range(count):
            self.write(f"etc/containerd/conf.d/{number}.toml", b"")
        return ["check", "--root", ".", "--engine", "containerd"]

    def test_long_work_tells_how_far_it_has_come_and_takes_that_back(self):
        shown = self.on_terminal(*self.many(600), stream="stderr")
        self.assertTrue(shown.startswith(b"\rkatafix: 500 files read\r"), shown)
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)

    def test_few_files_a_dumb_terminal_and_a_pipe_show_none(self):
        words = self.many(600)
        self.assertEqual(self.on_terminal(*words, stream="stderr", TERM="dumb"), b"")
        self.assertEqual(self.katafix(*words, status=0).err, b"")
        self.assertEqual(self.on_terminal("check", "--root", "missing", stream="stderr").count(b"\r\x1b"), 0)


if __name__ == "__main__":
    harness.main()
