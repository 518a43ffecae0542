#!/usr/bin/env python3
"""File names and texts with odd bytes: in reports, in JSON, in diffs, and through restore."""

import os
import shutil
import subprocess
import unittest

import harness
from harness import CRI, FIXED, KATA

NAMES = {
    "space": b"my config.toml",
    "space in front": b" config.toml",
    "space at the end": b"config ",
    "tab": b"con\tfig.toml",
    "newline": b"con\nfig.toml",
    "carriage return": b"con\rfig.toml",
    "escape": b"con\x1b[31mfig.toml",
    "bell and delete": b"con\x07\x7ffig.toml",
    "quotes": b"\"con'fig\".toml",
    "backslash": b"con\\nfig\\.toml",
    "accents": "k\u00f6nfig.toml".encode(),
    "latin 1": b"k\xf6nfig.toml",
    "broken UTF-8": b"\xff\xfe\xc3.toml",
    "C1 control": "con\u009bfig.toml".encode(),
    "percent": b"con%66ig%.toml",
    "dash": b"-config.toml",
    "dots": b"..config.toml",
    "nested": b"a b/c\td/\xff/config.toml",
}


def escaped(name):
    """A name as JSON has it."""
    return name.decode("utf-8", "backslashreplace")


class NamesTest(harness.Case):

    def for_each_name(self, test):
        """Calls a test with every odd name, in a fresh folder, which is what paths begin at."""
        for title, name in NAMES.items():
            with self.subTest(title):
                folder = self.dir / "work"
                shutil.rmtree(folder, ignore_errors=True)
                test(folder, name, self.write(b"work/" + name))

    def test_reports_are_printable(self):
        def test(folder, name, _):
            for words in (["check"], ["check", "-v"], ["apply", "-v", "--backup-dir", self.backups]):
                ran = self.katafix(*words, "--", name, cwd=folder)
                self.assert_plain(ran.out)
                self.assert_plain(ran.err)
                self.assertEqual(len([line for line in ran.out.splitlines() if b"HANDLER" in line]), 1)

        self.for_each_name(test)

    def test_errors_are_printable(self):
        def test(folder, name, path):
            path.write_bytes(KATA + harness.INVALID)
            ran = self.katafix("check", "-v", "--", name, cwd=folder, status=2)
            self.assert_plain(ran.err)
            os.unlink(path)
            self.assert_plain(self.katafix("check", "-v", "--", name, cwd=folder, status=2).err)

        self.for_each_name(test)

    def test_json(self):
        def test(folder, name, path):
            report = self.json("check", "--", name, cwd=folder, status=1)
            self.assertEqual(report["files"][0]["path"], escaped(name))
            self.assertEqual(report["handlers"][0]["file"], escaped(name))
            path.write_bytes(KATA + harness.INVALID)
            report = self.json("diff", "--", name, cwd=folder, status=2)
            self.assertEqual(report["findings"][0]["file"], escaped(name))

        self.for_each_name(test)

    def test_restore(self):
        def test(folder, name, path):
            self.apply("--", name, cwd=folder)
            self.assertEqual(path.read_bytes(), FIXED)
            self.assertEqual(os.listdir(os.fsencode(path.parent)), [os.path.basename(name)])
            self.assertEqual(self.restore_json("--list")["runs"][-1]["files"], [escaped(name)])
            self.assert_plain(self.restore("--list").out)
            ran = self.restore()
            self.assert_plain(ran.out)
            self.assertEqual(path.read_bytes(), KATA)

        self.for_each_name(test)

    def test_a_root_and_a_backup_directory_of_odd_names(self):
        def test(folder, name, path):
            root = b"root " + name
            self.write(b"work/" + root + b"/etc/containerd/config.toml")
            report = self.json("apply", b"--root=" + root, cwd=folder, status=0)
            self.assertEqual(report["root"], escaped(root))
            self.assertTrue(report["files"][0]["backup"].startswith(escaped(root)))
            self.json("restore", b"--root=" + root, cwd=folder, status=0)
            self.json("apply", b"--backup-dir=backup " + name, "--", name, cwd=folder, status=0)
            self.assertEqual(path.read_bytes(), FIXED)

        self.for_each_name(test)


class PatchTest(harness.Case):
    """Diffs are for patch and git."""

    def setUp(self):
        super().setUp()
        self.environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(self.dir.parent), "LC_ALL": "C"}

    def take(self, diff, folder, words):
        if not shutil.which(words[0]):
            raise unittest.SkipTest(f"{words[0]} is not installed")
        done = subprocess.run(words, cwd=folder, input=diff, capture_output=True, check=False,
                              env=self.environment, timeout=60)
        self.assertEqual(done.returncode, 0, (diff, done.stdout, done.stderr))

    def taken(self, words, names):
        for title, name in names.items():
            folder = self.dir / "work"
            for place in ("relative", "absolute", "root"):
                with self.subTest(name=title, place=place):
                    shutil.rmtree(folder, ignore_errors=True)
                    path = self.write(b"work/" + name)
                    if place == "relative":
                        diff = self.katafix("diff", "--", name, cwd=folder, status=1).out
                    elif place == "root":
                        diff = self.katafix("diff", "--root", folder, "--", b"/" + name, status=1).out
                    else:
                        diff = self.katafix("diff", "--", os.fsencode(path), status=1).out
                    self.take(diff, "/" if place == "absolute" else folder, words)
                    self.assertEqual(path.read_bytes(), FIXED)
                    self.assertEqual(os.listdir(os.fsencode(path.parent)), [os.path.basename(name)])

    @harness.needs_git
    def test_git_apply(self):
        self.taken(["git", "apply", "-"], NAMES)

    def test_patch(self):
        # It cuts a blank at the end, and has taken no newline since 2.8.
        names = {title: name for title, name in NAMES.items()
                 if not name.endswith(b" ") and b"\n" not in name}
        self.taken(["patch", "-p1", "-s", "--binary", "--fuzz=0"], names)

    def test_labels_are_clean(self):
        """With doubled slashes, dots and a way round through a parent."""
        path = self.write("etc/config.toml")
        (self.dir / "other").mkdir()
        for name, cwd, folder in (("./etc//config.toml", self.dir, self.dir),
                                  ("etc/../etc/./config.toml", self.dir, self.dir),
                                  ("../etc/config.toml", self.dir / "other", "/"),
                                  ("//" + str(path), self.dir, "/")):
            diff = self.katafix("diff", name, cwd=cwd, status=1).out
            self.assertNotIn(b"/.", diff.split(b"\n@@")[0])
            self.assertNotIn(b"//", diff.split(b"\n@@")[0])
            self.take(diff, folder, ["patch", "-p1", "-s", "--dry-run"])

    def test_texts(self):
        """Whatever lines the file has, and however they end."""
        many = b"".join(f'[{CRI}.h{i}]\nruntime_type = "io.containerd.kata.v2"\n\n\n\n\n\n\n\n'.encode()
                        for i in range(20))
        for data in (KATA[:-1], KATA.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + KATA, many,
                     KATA + b"# \xc3\xbc \t trailing  \n", harness.containerd(flag="false")[:-1],
                     f'{CRI}.kata={{runtime_type="io.containerd.kata.v2"}}'.encode()):
            path = self.write("config.toml", data)
            fixed = self.katafix("apply", "-", stdin=data, status=0).out
            diff = self.katafix("diff", "config.toml", status=1).out
            git = [["git", "apply", "-"]] if shutil.which("git") else []
            for words in (*git, ["patch", "-p1", "-s", "--binary", "--fuzz=0"]):
                path.write_bytes(data)
                self.take(diff, self.dir, words)
                self.assertEqual(path.read_bytes(), fixed)

    @harness.needs_git
    def test_two_files_in_one_diff(self):
        one, two = self.write("a b"), self.write("c\td", harness.CRIO)
        diff = self.katafix("diff", "a b", "c\td", status=1).out
        self.take(diff, self.dir, ["git", "apply", "-"])
        self.assertEqual((one.read_bytes(), two.read_bytes()), (FIXED, harness.CRIO_FIXED))


class TextTest(harness.Case):

    def test_handlers_with_odd_names(self):
        for key in (r'"\u001b[31mkata"', r'"kata\nx"', r'"\u009bkata"', '"k\u00e4ta"', '"a.b"', "'k\"ta'", '""'):
            data = f'version = 2\n[{CRI}.{key}]\n  runtime_type = "io.containerd.kata.v2"\n'.encode()
            ran = self.katafix("check", "-v", "-", stdin=data)
            self.assert_plain(ran.out)
            self.assert_plain(ran.err)
            self.assertEqual(len(self.json("check", "-", stdin=data)["handlers"]), 1)

    def test_excerpts_are_printable(self):
        for data in (b"a = \x1b[31m\n", b"\x9b = 1\n", b'a = "\x07', "\u00fc\u009b = =\n".encode()):
            ran = self.katafix("check", "-", stdin=data, status=2)
            self.assert_plain(ran.err)


if __name__ == "__main__":
    harness.main()
