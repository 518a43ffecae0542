#!/usr/bin/env python3
"""- as FILE: standard input, and for apply standard output."""

import subprocess

import harness
from harness import CRI, CRIO, CRIO_FIXED, FIXED, INVALID, KATA, REFUSED, RUNC


class StandardInputTest(harness.Case):

    def test_check(self):
        for data, status in ((KATA, 1), (FIXED, 0), (RUNC, 0), (b"", 0), (INVALID, 2), (REFUSED, 2)):
            self.katafix("check", "-", stdin=data, status=status)
            report = self.json("check", "-", stdin=data, status=status)
            self.assertEqual([file["path"] for file in report["files"]], ["-"])

    def test_diff(self):
        ran = self.katafix("diff", "-", stdin=KATA, status=1)
        self.assertTrue(ran.out.startswith(b"--- a/-\n+++ b/-\n@@ "), ran.out)
        self.assertEqual(self.katafix("apply", "--dry-run", "-", stdin=KATA, status=1), ran)
        self.assertEqual(self.katafix("diff", "-", stdin=FIXED, status=0).out, b"")

    def test_apply(self):
        for before, after in ((KATA, FIXED), (FIXED, FIXED), (CRIO, CRIO_FIXED), (RUNC, RUNC), (b"", b""),
                              (KATA[:-1], FIXED[:-1]),
                              (KATA.replace(b"\n", b"\r\n"), FIXED.replace(b"\n", b"\r\n")),
                              (b"\xef\xbb\xbf" + CRIO, b"\xef\xbb\xbf" + CRIO_FIXED)):
            ran = self.katafix("apply", "-", stdin=before, status=0)
            self.assertEqual((ran.out, ran.err), (after, b""))
        self.assertEqual(self.tree(), {})

    def test_trouble_leaves_standard_output_empty(self):
        for data in (INVALID, REFUSED, b"\xff\n", b"a\0b\n", RUNC):
            ran = self.katafix("apply", "--require-kata", "-", stdin=data, status=2)
            self.assertEqual(ran.out, b"")
            self.assertIn(b"error: ", ran.err)
        self.assertRegex(self.katafix("apply", "-", stdin=INVALID, status=2).err, rb"^-:2:\d+: error: ")

    def test_the_engine_is_told_by_the_contents(self):
        for data, engine in ((KATA, "containerd"), (CRIO, "crio"), (KATA + CRIO, None)):
            report = self.json("check", "-", stdin=data, status=1)
            self.assertEqual([file["engine"] for file in report["files"]], [engine])
        report = self.json("check", "-", "--engine", "crio", stdin=CRIO, status=1)
        self.assertEqual(report["files"][0]["engine"], "crio")
        report = self.json("check", "-", "--engine", "containerd", stdin=CRIO, status=0)
        self.assertEqual(self.codes(report), ["other-engine"])

    def test_both_engines_in_one_text(self):
        ran = self.katafix("apply", "-", stdin=KATA + CRIO, status=0)
        self.assertEqual(ran.out, FIXED + CRIO_FIXED)
        ran = self.katafix("apply", "--engine", "crio", "-", stdin=KATA + CRIO, status=0)
        self.assertEqual(ran.out, KATA + CRIO_FIXED)
        self.assertIn(b"warning", ran.err)

    def test_selection(self):
        wrapped = f'[{CRI}.odd]\nruntime_type = "x.y.v1"\n'.encode()
        ran = self.katafix("apply", "-", "--handler", "odd", stdin=wrapped, status=0)
        self.assertIn(harness.FLAG, ran.out)
        ran = self.katafix("apply", "-", "--skip", "kata", stdin=KATA, status=0)
        self.assertEqual(ran.out, KATA)

    def test_bad_usage(self):
        self.write("config.toml")
        for words in (["check", "-", "config.toml"], ["check", "config.toml", "-"], ["diff", "-", "-"],
                      ["apply", "-", "config.toml"], ["apply", "-", "--json"], ["apply", "-", "--diff"],
                      ["apply", "-", "--backup-dir", "b"]):
            with self.subTest(words=words):
                self.bad_usage(*words, stdin=KATA)

    def test_a_file_of_that_name(self):
        path = self.write("-")
        self.apply("./-", stdin=RUNC)
        self.assertEqual(path.read_bytes(), FIXED)

    def test_too_large(self):
        ran = self.katafix("apply", "-", stdin=b"#" * (16 * 2**20 + 1), status=2)
        self.assertEqual(ran.out, b"")
        self.assertIn(b"16 MiB", ran.err)

    def test_closed(self):
        """Without a standard input, - is trouble, and a FILE is not mistaken for it."""
        path = self.write("config.toml")
        for words, status in ((["check", "-"], 2), (["check", path], 1), (["apply", "-"], 2)):
            done = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", harness.KATAFIX, *words],
                                  capture_output=True, check=False, timeout=60)
            self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(path.read_bytes(), KATA)

    def test_a_slow_writer(self):
        """A pipe gives what it has in pieces."""
        text = KATA + b"# " + b"x" * 300000 + b"\n"
        with subprocess.Popen([harness.KATAFIX, "apply", "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            for begin in range(0, len(text), 70000):
                process.stdin.write(text[begin:begin + 70000])
                process.stdin.flush()
            out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(out, FIXED + text[len(KATA):])


if __name__ == "__main__":
    harness.main()
