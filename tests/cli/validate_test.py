#!/usr/bin/env python3
"""--validate: another program's word on what the engine would load, before anything is replaced."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import harness
from harness import CRIO, CRIO_FIXED, FIXED, KATA, KATAFIX, RUNC

CONTAINERD = shutil.which("containerd")
MAIN = "etc/containerd/config.toml"


class ValidateCase(harness.Case):

    def setUp(self):
        super().setUp()
        self.root = self.dir / "node"
        # Beside the test's folder, for it is touched.
        self.stages = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-stages-"))
        self.addCleanup(shutil.rmtree, self.stages, ignore_errors=True)

    def node(self, name, data=KATA):
        return self.write("node/" + name, data)

    def script(self, text):
        """A command with a script in it, which gets the path as $1."""
        return f"'{self.write('script', b'#!/bin/sh' + os.linesep.encode() + text.encode(), 0o755)}' %s"

    def validated(self, command, *args, text="", status=None, **more):
        ran = self.katafix(command, "--validate", self.script(text), *args, status=status,
                           env={"TMPDIR": str(self.stages)}, **more)
        self.assertEqual(list(self.stages.iterdir()), [])
        return ran

    def refused(self, *args, text, status=2, command="apply"):
        """The script refuses, and nothing changes. What is on standard error."""
        script = self.script(text)
        before = self.tree()
        ran = self.katafix(command, "--validate", script, *args, status=status,
                           env={"TMPDIR": str(self.stages)})
        self.assert_untouched(before)
        self.assertIn(b"[validation-failed]", ran.err)
        return ran.err


class StageTest(ValidateCase):

    def test_the_command_sees_what_the_engine_would_load(self):
        main = f'version = 2\nimports = ["/etc/containerd/conf.d/*.toml", "more.toml"]\n'.encode()
        self.node(MAIN, main)
        drop_in = self.node("etc/containerd/conf.d/kata.toml")
        self.node("etc/containerd/conf.d/runc.toml", RUNC)
        self.node("etc/containerd/more.toml", RUNC)
        self.node("etc/containerd/other.toml", RUNC)
        seen = self.dir / "seen"
        self.validated("apply", "--root", self.root, status=0, text=f"""
            set -e
            stage=${{1%/{MAIN}}}
            [ "$(stat -c %a "$stage")" = 700 ]
            cp -r "$stage" '{seen}'
            echo "$1" > '{self.dir}/path'
        """)
        stage = (self.dir / "path").read_text().strip().removesuffix("/" + MAIN)
        self.assertTrue(stage.startswith(str(self.stages)))
        found = {str(path.relative_to(seen)): path.read_bytes()
                 for path in seen.rglob("*") if path.is_file()}
        self.assertEqual(found, {
            MAIN: main.replace(b"/etc", stage.encode() + b"/etc", 1),
            "etc/containerd/conf.d/kata.toml": FIXED, "etc/containerd/conf.d/runc.toml": RUNC,
            "etc/containerd/more.toml": RUNC})
        self.assertEqual(drop_in.read_bytes(), FIXED)
        self.assertEqual((self.root / MAIN).read_bytes(), main)

    def test_of_crio_with_its_drop_ins_beside(self):
        self.node("etc/crio/crio.conf.d/sub/10-kata", CRIO)
        self.write("node/opt/20", b"[crio]\n")
        (self.root / "etc/crio/crio.conf.d/20").symlink_to("/opt/20")
        self.validated("apply", "--root", self.root, status=0, text=f"""
            set -e
            [ -f "$1" ] && [ ! -s "$1" ]
            grep -q crio "$1.d/20"
            cp "$1.d/sub/10-kata" '{self.dir}/seen'
        """)
        self.assertEqual((self.dir / "seen").read_bytes(), CRIO_FIXED)

    def test_of_a_file_that_is_named(self):
        path = self.write("a folder/kata.toml")
        self.validated("apply", "--backup-dir", "b", "a folder/kata.toml", status=0,
                       text=f"""cp "$1" '{self.dir}/seen'""")
        self.assertEqual((self.dir / "seen").read_bytes(), FIXED)
        self.assertEqual(path.read_bytes(), FIXED)

    def test_of_standard_input(self):
        ran = self.validated("apply", "-", stdin=KATA, status=0,
                             text=f"""cp "$1" '{self.dir}/seen'; [ "${{1##*/}}" = config.toml ]""")
        self.assertEqual(ran.out, FIXED)
        self.assertEqual((self.dir / "seen").read_bytes(), FIXED)
        ran = self.validated("apply", "-", stdin=KATA, status=2, text="echo no >&2; exit 1")
        self.assertEqual(ran.out, b"")
        self.assertIn(b"-: error: --validate: ", ran.err)

    def test_each_engine_that_is_to_change_is_asked_once(self):
        self.node(MAIN), self.node("etc/crio/crio.conf", CRIO)
        text = f"""echo "${{1##*/etc}}" >> '{self.dir}/asked'"""
        self.validated("apply", "--root", self.root, status=0, text=text)
        self.assertEqual((self.dir / "asked").read_text(),
                         "/containerd/config.toml\n/crio/crio.conf\n")

    def test_where_nothing_is_to_change_nothing_is_asked(self):
        self.node(MAIN, FIXED), self.node("etc/crio/crio.conf", CRIO)
        text = f"""echo "${{1##*/etc}}" >> '{self.dir}/asked'"""
        self.validated("diff", "--root", self.root, status=1, text=text)
        self.assertEqual((self.dir / "asked").read_text(), "/crio/crio.conf\n")

    def test_a_template_cannot_be_asked_about(self):
        folder = "var/lib/rancher/k3s/agent/etc/containerd/"
        template = self.node(folder + "config.toml.tmpl")
        self.node(folder + "config.toml", KATA)
        report = self.json("apply", "--root", self.root, "--validate", self.script("exit 1"), status=0)
        self.assertIn(("not-validated", "info", "/" + folder + "config.toml.tmpl"),
                      [(found["code"], found["severity"], found["file"])
                       for found in report["findings"]])
        self.assertEqual(template.read_bytes(), FIXED)

    def test_a_drop_in_is_shown_by_the_rendered_file(self):
        folder = "var/lib/rancher/k3s/agent/etc/containerd/"
        self.node(folder + "config.toml",
                  f'version = 3\nimports = ["/{folder}config-v3.toml.d/*.toml"]\n'.encode())
        self.node(folder + "config-v3.toml.d/kata.toml")
        err = self.refused("--root", self.root, text="""
            for file in "${1%/*}"/config-v3.toml.d/*; do grep -l host_devices "$file" >&2; done
            exit 1""")
        self.assertIn(f"| /{folder}config-v3.toml.d/kata.toml\n".encode(), err)


class RefusalTest(ValidateCase):

    def setUp(self):
        super().setUp()
        self.path = self.node(MAIN)

    def test_a_word_against_it_leaves_all_as_it_is(self):
        for words in (["diff"], ["apply"], ["apply", "--dry-run"]):
            err = self.refused(*words[1:], "--root", self.root, command=words[0],
                               text='echo "$1 is bad" >&2; echo fine; exit 3')
            self.assertIn(b"/etc/containerd/config.toml: error: --validate: ", err)
            self.assertIn(b"script exited with status 3 [validation-failed]\n"
                          b"  | /etc/containerd/config.toml is bad\n", err)
            self.assertNotIn(b"fine", err)

    def test_a_word_for_it_is_not_repeated(self):
        ran = self.validated("apply", "--root", self.root, status=0, text="echo a; echo b >&2")
        self.assertNotIn(b"validat", ran.err + ran.out)
        self.assertEqual(self.path.read_bytes(), FIXED)

    def test_against_a_drop_in_alone(self):
        self.node(MAIN, b'version = 2\nimports = ["conf.d/*"]\n')
        self.node("etc/containerd/conf.d/kata.toml")
        err = self.refused("--root", self.root,
                           text='! grep -rq host_devices "${1%/*}/conf.d" || exit 9')
        self.assertIn(b"/etc/containerd/conf.d/kata.toml: error: --validate: ", err)

    def test_one_engine_of_two_is_enough(self):
        self.node("etc/crio/crio.conf", CRIO)
        err = self.refused("--root", self.root, text='case $1 in *crio*) exit 1;; esac')
        self.assertIn(b"/etc/crio/crio.conf: error: ", err)
        self.assertNotIn(b"containerd/config.toml", err)

    def test_control_characters_are_escaped_and_the_end_is_shown(self):
        err = self.refused("--root", self.root, text="""
            seq 100 >&2; printf '\\033[31mred\\007 \\377\\n\\tx\\n\\n' >&2; exit 1""")
        self.assertIn(b"  | \\x1b[31mred\\x07 \\xff\n  | \\x09x\n", err)
        self.assertNotIn(b"\x1b", err)
        self.assertNotIn(b"| 82\n", err)
        self.assertIn(b"| 83\n", err)

    def test_in_json_it_is_a_finding(self):
        report = self.json("apply", "--root", self.root, status=2, *["--validate", self.script(
            r"""printf 'a\033\n"b" %s\n' "$1" >&2; exit 1""")])
        found, = (found for found in report["findings"] if found["severity"] == "error")
        self.assertEqual((found["code"], found["file"]),
                         ("validation-failed", "/etc/containerd/config.toml"))
        self.assertTrue(found["message"].endswith(
            'exited with status 1:\na\x1b\n"b" /etc/containerd/config.toml'), found["message"])
        self.assertEqual((report["changed"], report["run"]), (False, None))

    def test_a_program_that_is_killed_or_missing(self):
        self.assertIn(b"was killed by signal 9 (Killed)",
                      self.refused("--root", self.root, text="kill -9 $$"))
        ran = self.katafix("apply", "--root", self.root, "--validate", "./nowhere %s", status=2)
        self.assertIn(b"./nowhere cannot be started: No such file or directory", ran.err)
        self.assertEqual(self.path.read_bytes(), KATA)

    def test_without_a_place_for_the_copy(self):
        ran = self.katafix("apply", "--root", self.root, "--validate", "true %s", status=2,
                           env={"TMPDIR": "/nowhere"})
        self.assertIn(b"[write-failed]", ran.err)
        self.assertEqual(self.path.read_bytes(), KATA)

    def test_there_is_no_shell(self):
        script = self.script(f"""printf '%s|' "$@" > '{self.dir}/words'""")
        self.katafix("apply", "--root", self.root, status=0, *["--validate", script + " '$HOME' * >x ; %%"])
        words = (self.dir / "words").read_text().split("|")
        self.assertEqual(words[1:], ["$HOME", "*", ">x", ";", "%", ""])


class SignalTest(ValidateCase):

    def test_an_interrupt_leaves_no_copy_and_no_program(self):
        path = self.node(MAIN)
        script = self.script(f"echo $$ > '{self.dir}/pid.new'; mv '{self.dir}/pid.new' '{self.dir}/pid'"
                             "; exec sleep 1000")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with subprocess.Popen([KATAFIX, "apply", "--root", self.root, "--validate", script],
                                  env={**os.environ, "TMPDIR": str(self.stages)}) as katafix:
                pid = self.dir / "pid"
                while not pid.exists():
                    self.assertIsNone(katafix.poll())
                    time.sleep(0.01)
                katafix.send_signal(number)
                self.assertEqual(katafix.wait(20), -number)  # before the time limit
            with self.assertRaises(ProcessLookupError):
                os.kill(int(pid.read_text()), 0)
            pid.unlink()
            self.assertEqual(list(self.stages.iterdir()), [])
            self.assertEqual(path.read_bytes(), KATA)


class UsageTest(ValidateCase):

    def test_what_is_no_command(self):
        path = self.write("config.toml")
        for command in ("", " ", "'' %s", "true", "true %%s", "true '%s", 'true "%s', "true %s\\"):
            with self.subTest(command):
                self.bad_usage("apply", "--backup-dir", "b", "--validate", command, path)

    def test_it_goes_with_what_plans_a_change(self):
        path = self.write("config.toml")
        self.bad_usage("check", "--validate", "true %s", path)
        self.bad_usage("restore", "--backup-dir", "b", "--validate", "true %s")


@unittest.skipUnless(CONTAINERD, "containerd is not installed")
class ContainerdTest(ValidateCase):

    DUMP = "containerd --config %s config dump"

    def test_its_own_word_on_a_main_file_and_a_drop_in(self):
        self.node(MAIN, b'version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n')
        drop_in = self.node("etc/containerd/conf.d/kata.toml")
        before = self.tree()
        # The dump holds the flag only if the copy of the drop-in was read.
        ran = self.katafix("diff", "--root", self.root, "--validate",
                           f"""sh -c '{self.DUMP} | grep -A9 "runtimes.kata]" >&2; exit 1'""", status=2)
        self.assertIn(b"privileged_without_host_devices = true", ran.err)
        self.assert_untouched(before)
        self.katafix("apply", "--root", self.root, "--validate", self.DUMP, status=0)
        self.assertEqual(drop_in.read_bytes(), FIXED)

    def test_its_word_against_a_main_file(self):
        text = b'oom_score = "high"\n' + KATA  # which is none of katafix's business
        path = self.node(MAIN, text)
        ran = self.katafix("apply", "--root", self.root, MAIN, "--validate", self.DUMP, status=2)
        self.assertIn(b"containerd exited with status 1", ran.err)
        self.assertIn(b"  | containerd: failed to ", ran.err)
        self.assertEqual(path.read_bytes(), text)


if __name__ == "__main__":
    harness.main()
