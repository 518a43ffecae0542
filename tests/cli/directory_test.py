#!/usr/bin/env python3
"""A directory as FILE is all configs below it, and all files with a config inside."""

import os
import subprocess

import harness
from harness import FIXED, FLAG, INVALID, KATA, RUNC

YAML = b"data:\n  config.toml: |\n" + b"".join(b"    " + line + b"\n" for line in KATA.splitlines())


class DirectoryTest(harness.Case):

    def files(self, *args, status=1, **more):
        report = self.json("check", *args, status=status, **more)
        return [handler["file"] for handler in report["handlers"]]

    def test_configs_and_blocks_are_found_in_byte_order(self):
        for name in ("b/c.toml", "b-a/x.conf", "z.toml", "B.toml"):
            self.write(name)
        self.write("b/deep/er/config.yaml", YAML)
        names = ["B.toml", "b-a/x.conf", "b/c.toml", "b/deep/er/config.yaml", "z.toml"]
        self.assertEqual(self.files("."), names)
        self.assertEqual(self.files("./b"), names[2:4])
        self.assertEqual(self.files(self.dir / "b"), [f"{self.dir}/{name}" for name in names[2:4]])
        self.assertEqual(self.files("b-a/", "b/c.toml", "b"), [names[1], names[2], names[3]])

    def test_files_without_a_handler_go_unsaid_and_are_counted(self):
        self.write("kata.toml"), self.write("README.md", b"# The runtime of Kata\n")
        self.write("Cargo.toml", b'[package]\nname = "runtime"\n'), self.write("a.c", b"int runtime;\n")
        ran = self.katafix("check", ".", status=1)
        self.assertEqual(ran.err, b"")
        self.assertTrue(ran.out.endswith(b"\n    katafix apply .\nNo handler is in 3 other files.\n"), ran.out)
        for name in ("README", "Cargo", "a.c"):
            self.assertNotIn(name.encode(), ran.out)
        ran = self.katafix("check", ".", "-q", status=1)
        self.assertEqual(ran.out + ran.err, b"")

    def test_nothing_at_all_is_fine(self):
        (self.dir / "empty").mkdir()
        self.assertEqual(self.katafix("check", "empty", status=0).out,
                         b"Nothing to fix: there is no config.\n")
        self.katafix("check", "--require-kata", "empty", status=2)

    def test_what_is_not_looked_at(self):
        self.write(".git/config.toml"), self.write("deep/.git", KATA)
        self.write("binary.toml", KATA + b"\0"), self.write("large.toml", KATA + b"#" * (1 << 20))
        self.write("outside/kata.toml"), self.write("in/runc.toml", RUNC)
        (self.dir / "in/directory").symlink_to("../outside")
        (self.dir / "in/file.toml").symlink_to("../outside/kata.toml")
        (self.dir / "in/circle").symlink_to(".")
        os.mkfifo(self.dir / "in/fifo.toml")
        self.assertEqual(self.files("in", "deep", status=0), ["in/runc.toml"])
        self.assertEqual(self.files(".", status=1), ["in/runc.toml", "outside/kata.toml"])
        # By its own name a link is what it leads to.
        self.assertEqual(self.files("in/directory"), ["in/directory/kata.toml"])

    def test_a_nul_byte_behind_8_kib_makes_no_file_binary(self):
        self.write("late.toml", KATA + b"#" * 8192 + b"\0\n")
        self.assertIn(b"late.toml", self.katafix("check", ".", status=2).err)

    def test_a_broken_file_counts_where_it_has_to_do_with_kata(self):
        self.write("other/invalid.toml", b'runtime = "x"\n[plugins\n')
        self.write("other/latin.toml", b'runtime = "\xff"\n')
        self.assertEqual(self.katafix("check", "other", status=0).err, b"")
        self.write("other/kata.toml", KATA + INVALID)
        ran = self.katafix("check", "other", status=2)
        self.assertIn(b"other/kata.toml:5:9: error", ran.err)
        self.assertNotIn(b"latin", ran.err)
        # Who names it means it.
        self.katafix("check", "other/invalid.toml", status=2)

    def test_what_cannot_be_read_is_trouble(self):
        self.write("closed/kata.toml"), self.write("kata.toml", KATA, mode=0)
        (self.dir / "closed").chmod(0)
        self.addCleanup((self.dir / "closed").chmod, 0o755)
        ran = self.katafix("check", ".", status=2, user=harness.NOBODY, group=harness.NOBODY)
        self.assertIn(b"closed: error: cannot read it", ran.err)
        self.assertIn(b"kata.toml: error: cannot read it", ran.err)

    def test_apply_and_restore(self):
        self.write("a.toml"), self.write("b/c.yaml", YAML), self.write("d.toml", FIXED)
        before = self.tree(self.dir / "b")
        self.assertIn(b"for 2 Kata handlers.", self.apply(".").out)
        self.assertEqual((self.dir / "a.toml").read_bytes(), FIXED)
        self.assertIn(b"      " + FLAG + b" = true\n", (self.dir / "b/c.yaml").read_bytes())
        self.katafix("check", "a.toml", "b", "d.toml", status=0)
        self.restore()
        self.assertEqual([entry[-1] for entry in self.tree(self.dir / "b").values()],
                         [entry[-1] for entry in before.values()])

    def test_below_a_root_it_is_inside(self):
        self.write("root/repo/kata.toml"), self.write("repo/other.toml")
        self.assertEqual(self.files("--root", "root", "repo"), ["repo/kata.toml"])
        self.assertEqual(self.files("--root", "root", "/repo"), ["/repo/kata.toml"])

    def test_thousands_of_files(self):
        for number in range(3000):
            self.write(f"{number % 50}/{number}.yaml", YAML if number % 1000 == 0 else b"runtime: kata\n")
        self.assertEqual(self.files("."), ["0/0.yaml", "0/1000.yaml", "0/2000.yaml"])

    @harness.needs_git
    def test_the_diff_is_taken_by_git(self):
        self.write("a.toml"), self.write("b/c d.yaml", YAML)
        diff = self.katafix("diff", ".", status=1).out
        self.assertIn(b"--- a/b/c d.yaml", diff)
        subprocess.run(["git", "init", "--quiet"], cwd=self.dir, check=True)
        subprocess.run(["git", "apply"], cwd=self.dir, input=diff, check=True)
        self.katafix("check", ".", status=0)

    def test_no_restart_is_advised_in_a_repository(self):
        self.write("a.toml")
        self.assertNotIn(b"estart", self.katafix("apply", "--no-backup", "--dry-run", "a.toml").out)
        (self.dir / ".git").mkdir()
        self.assertNotIn(b"estart", self.katafix("check", "a.toml", status=1).out)
        # Nor for an image, whatever it is called there.
        self.write("etc/containerd/config.toml")
        ran = self.katafix("check", "--root", self.dir, "etc/containerd/config.toml", status=1)
        self.assertNotIn(b"estart", ran.out)


if __name__ == "__main__":
    harness.main()
