#!/usr/bin/env python3
"""--restart: the engine reads the new file only when it starts. systemctl is a script here."""

import harness
from harness import CRIO, CRIO_FIXED, FIXED, KATA, REFUSED, containerd

FLAG = "privileged_without_host_devices = true"


class RestartCase(harness.Case):

    def setUp(self):
        super().setUp()
        self.asked = self.dir / "asked"
        self.systemctl("exit 0")

    def systemctl(self, text):
        self.write("bin/systemctl", f"#!/bin/sh\necho \"$*\" >> '{self.asked}'\n{text}\n".encode(),
                   0o755)
        self.path = f"{self.dir}/bin:/usr/bin:/bin"

    def restart(self, *args, apply=None, **more):
        return (apply or self.apply)("--restart", *args, env={"PATH": self.path}, **more)

    def calls(self):
        return self.asked.read_text().splitlines() if self.asked.exists() else []


class RestartTest(RestartCase):

    def test_after_a_change(self):
        self.write("a.toml"), self.write("b.conf", CRIO), self.write("c.toml", containerd("kata-2"))
        ran = self.restart("a.toml", "b.conf", "c.toml")
        self.assertEqual(self.calls(), ["restart containerd", "restart crio"])
        self.assertIn(f"Set {FLAG} for 3 Kata handlers. Restarted containerd. Restarted crio.\n".encode(), ran.out)
        self.assertIn(b"warning: crio is restarted, and nobody could be asked what it does now [not-asked]", ran.err)
        self.assertNotIn(b"into effect", ran.out)

    def test_in_json_the_units_stay(self):
        self.write("a.toml")
        report = self.restart("a.toml", apply=self.apply_json)
        self.assertEqual(report["restart"], ["containerd"])
        self.assertEqual(self.codes(report), ["not-asked"])

    def test_not_without_a_change(self):
        self.write("a.toml", FIXED)
        ran = self.restart("a.toml")
        self.assertIn(b"Nothing to fix", ran.out)
        self.write("b.toml", REFUSED), self.write("c.toml")
        self.restart("b.toml", "c.toml", status=2)
        self.assertEqual(self.calls(), [])

    def test_not_unless_asked_and_a_file_that_no_engine_loads_asks_for_none(self):
        self.write("a.toml")
        ran = self.apply("a.toml", env={"PATH": self.path})
        self.assertEqual(self.calls(), [])
        self.assertNotIn(b"restart", ran.out)

    def test_not_after_a_word_against_it(self):
        self.write("a.toml")
        self.restart("--validate", "false %s", "a.toml", status=2)
        self.assertEqual(self.calls(), [])


class FailureTest(RestartCase):

    def test_puts_the_files_back_and_restarts_with_them(self):
        self.systemctl("""
            [ $2 = crio ] || ! grep -q host_devices a.toml || { printf 'Job failed.\\033\\nSee status.\\n' >&2; exit 1; }""")
        path, other = self.write("a.toml"), self.write("b.conf", CRIO)
        ran = self.restart("a.toml", "b.conf", status=3)
        self.assertEqual(self.calls(), 2 * ["restart containerd", "restart crio"])
        self.assertEqual((path.read_bytes(), other.read_bytes()), (KATA, CRIO))
        self.assertIn(b"error: systemctl restart containerd exited with status 1 [restart-failed]\n"
                      b"  | Job failed.\\x1b\n  | See status.\n", ran.err)
        self.assertIn(b"error: the files are as they were before, and the engines were restarted with them "
                      b"[rolled-back]\n", ran.err)
        self.assertIn(b"The files are as they were before.\n", ran.out)
        self.assertNotIn(b"Backup: ", ran.out)
        self.assertIn(b" undone ", self.restore("--list").out)
        self.assertIn(b"Nothing to undo", self.restore().out)

    def test_in_json_and_twice(self):
        self.systemctl("kill -9 $$")
        self.write("a.toml")
        report = self.restart("a.toml", apply=self.apply_json, status=3)
        self.assertEqual(self.codes(report), ["restart-failed", "rolled-back"])
        self.assertIn("that did not help: systemctl restart containerd was killed by signal 9",
                      report["findings"][1]["message"])
        self.assertEqual((report["changed"], report["run"], report["restart"]), (False, None, []))
        self.assertEqual([file["changed"] for file in report["files"]], [False])

    def test_does_not_overwrite_what_somebody_else_wrote_meanwhile(self):
        self.systemctl("echo '# mine' >> a.toml; exit 1")
        path = self.write("a.toml")
        report = self.restart("a.toml", apply=self.apply_json, status=3)
        self.assertEqual(self.codes(report), ["restart-failed", "conflict"])
        self.assertEqual(path.read_bytes(), FIXED + b"# mine\n")
        self.assertTrue(report["changed"])
        self.assertIsNotNone(report["run"])
        self.assertEqual(self.calls(), ["restart containerd"])

    def test_of_a_systemctl_that_others_may_change(self):
        (self.dir / "bin").chmod(0o775)
        path = self.write("a.toml")
        ran = self.restart("a.toml", status=3)
        self.assertEqual(self.calls(), [])
        self.assertIn(f"systemctl restart containerd is not run: others than root may change {self.dir}/bin "
                      .encode(), ran.err)
        self.assertIn(b" for 1 Kata handler, but not every engine runs with it.", ran.out)
        self.assertEqual(path.read_bytes(), FIXED)

    def test_without_systemctl(self):
        self.path = f"{self.dir}/nowhere"
        path = self.write("a.toml")
        ran = self.restart("a.toml", status=3)
        self.assertIn(b"cannot be started: No such file or directory", ran.err)
        self.assertEqual(path.read_bytes(), FIXED)


class UsageTest(RestartCase):

    def test_it_goes_with_a_change_of_this_machine(self):
        path = self.write("a.toml")
        for words in (["check"], ["diff"], ["restore", "--backup-dir", "b"],
                      ["apply", "--dry-run"], ["apply", "--root", self.dir]):
            self.bad_usage(*words, "--restart", *([] if words[0] == "restore" else [path]))
        self.bad_usage("apply", "-", "--restart", stdin=KATA)
        self.bad_usage("apply", "--restart", "--no-backup", path)
        self.bad_usage("apply", "--backup-dir", "b", "--restart", "--offline", path)
        self.bad_usage("apply", "--backup-dir", "b", "--restart-timeout", "5", path)
        for limit in ("0", "-1", "1s", ""):
            self.bad_usage("apply", "--backup-dir", "b", "--restart", "--restart-timeout", limit, path)
        self.restart("--root", "/", path)
        self.assertEqual(self.calls(), ["restart containerd"])


if __name__ == "__main__":
    harness.main()
