#!/usr/bin/env python3
"""--root: another node's tree, which nothing may lead out of; and what paths tell of a file."""

import os
import pathlib
import subprocess

import harness
from harness import CRIO, CRIO_FIXED, FIXED, INVALID, KATA

MAIN = "etc/containerd/config.toml"


class RootCase(harness.Case):

    def setUp(self):
        super().setUp()
        self.root = self.dir / "node"
        self.root.mkdir()

    def node(self, name, data=KATA):
        return self.write("node/" + name, data)

    def link(self, name, target):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
        return path


class RootTest(RootCase):

    def test_the_main_files(self):
        containerd, crio = self.node(MAIN), self.node("etc/crio/crio.conf", CRIO)
        for root in (self.root, "node", "./node/", "node//", "../" + self.dir.name + "/node"):
            report = self.json("check", "--root", root, status=1)
            self.assertEqual([(file["path"], file["role"]) for file in report["files"]],
                             [("/etc/containerd/config.toml", "main"), ("/etc/crio/crio.conf", "main")])
            self.assertEqual(report["restart"], ["containerd", "crio"])
        self.katafix("apply", "--root", "node", status=0)
        self.assertEqual((containerd.read_bytes(), crio.read_bytes()), (FIXED, CRIO_FIXED))
        self.katafix("check", "--root", "node", status=0)
        self.katafix("restore", "--root", "node", status=0)
        self.assertEqual((containerd.read_bytes(), crio.read_bytes()), (KATA, CRIO))

    def test_a_main_file_without_version(self):
        self.node(MAIN, FIXED.replace(b"version = 2\n", b""))
        for version, severity in ((), "warning"), (("--containerd-version", "2.3"), None):
            report = self.json("check", "--root", "node", *version, status=0)
            self.assertEqual([finding["severity"] for finding in report["findings"]
                              if finding["code"] == "missing-version"], [severity] * bool(severity))
        # A FILE is judged by itself: it may be one that the main file imports.
        report = self.json("check", "--root", "node", MAIN, status=0)
        self.assertNotIn("missing-version", self.codes(report))

    def test_the_root_in_the_report(self):
        self.node(MAIN)
        self.assertEqual(self.json("check", "--root", "node")["root"], "node")
        self.assertEqual(self.json("check", "--root", "/", self.root / MAIN, status=1)["root"], "/")

    def test_a_file_is_inside_the_root(self):
        path = self.node(MAIN)
        self.write(MAIN, INVALID)  # the same name outside, in the working directory
        for name in (MAIN, "/" + MAIN, "./" + MAIN, "/etc//containerd/../containerd/config.toml",
                     "../../" + MAIN, "/../" + MAIN):
            with self.subTest(name):
                self.katafix("check", "--root", "node", name, status=1)
                self.katafix("check", "--root", self.root, name, status=1)
        self.katafix("apply", "--root", "node", MAIN, status=0)
        self.assertEqual(path.read_bytes(), FIXED)
        self.katafix("check", "--root", self.root, self.root / MAIN, status=2)

    def test_links_inside_the_root(self):
        real = self.node("opt/real.toml")
        links = [self.link(MAIN, "/opt/real.toml"), self.link("etc/relative", "../opt/real.toml"),
                 self.link("etc/above", "../../../../../../opt/real.toml"),
                 self.link("etc/absolute-above", "/../../opt/real.toml"),
                 self.link("chain", "/etc/relative"), self.link("folder", "/opt")]
        # What the links name on this machine is another file.
        self.write("opt/real.toml", INVALID)
        for name in (MAIN, "etc/relative", "etc/above", "etc/absolute-above", "chain", "folder/real.toml",
                     "folder/../opt/real.toml"):
            with self.subTest(name):
                self.katafix("check", "--root", "node", name, status=1)
                self.katafix("apply", "--root", "node", name, status=0)
                self.assertEqual(real.read_bytes(), FIXED)
                self.katafix("restore", "--root", "node", status=0)
                self.assertEqual(real.read_bytes(), KATA)
        self.assertTrue(all(path.is_symlink() for path in links))

    def test_links_never_lead_out(self):
        outside = self.write("outside.toml", KATA)
        self.link("etc/absolute", outside)
        self.link("etc/relative", "../../outside.toml")
        self.link("etc/folder", self.dir)
        before = self.tree()
        for name in ("etc/absolute", "etc/relative", "etc/folder/outside.toml", "../outside.toml"):
            with self.subTest(name):
                self.katafix("check", "--root", "node", name, status=2)
                self.katafix("apply", "--root", "node", name, status=2)
        self.assert_untouched(before)

    def test_the_backup_directory_does_not_lead_out(self):
        outside = self.dir / "outside"
        outside.mkdir()
        path = self.node(MAIN)
        self.link("var", outside)
        ran = self.katafix("apply", "--root", "node")
        self.assertEqual(list(outside.iterdir()), [])
        self.assertEqual(path.read_bytes(), FIXED if ran.status == 0 else KATA)

    def test_links_that_lead_nowhere(self):
        self.link("loop", "loop"), self.link("dangling", "/no/such/file")
        for name in ("loop", "dangling", "loop/x", "no/such/file", MAIN + "/x"):
            report = self.json("check", "--root", "node", name, status=2)
            self.assertEqual(self.codes(report), ["unreadable"])
        self.link(MAIN, "/no/such/file")
        self.katafix("check", "--root", "node", "--require-kata", status=2)

    def test_diffs_apply_at_the_root(self):
        real = self.node("opt/real.toml")
        self.link(MAIN, "/opt/real.toml")
        other = self.node("etc/crio/crio.conf", CRIO)
        diff = self.katafix("diff", "--root", self.root, status=1).out
        self.assertIn(b"--- a/opt/real.toml\n+++ b/opt/real.toml\n", diff)
        self.assertIn(b"--- a/etc/crio/crio.conf\n", diff)
        subprocess.run(["patch", "-p1", "-s", "-d", self.root], input=diff, check=True)
        self.assertEqual((real.read_bytes(), other.read_bytes()), (FIXED, CRIO_FIXED))

    @harness.needs_git
    def test_diffs_through_a_linked_folder(self):
        """As microk8s has it: git refuses a path that goes through a link."""
        real = self.node("args/2345/template.toml")
        self.link("args/current", "2345")
        diff = self.katafix("diff", "--root", self.root, "args/current/template.toml", status=1).out
        subprocess.run(["git", "apply", "-"], cwd=self.root, input=diff, check=True,
                       env={**os.environ, "GIT_CEILING_DIRECTORIES": str(self.dir)})
        self.assertEqual(real.read_bytes(), FIXED)

    def test_backups_go_below_the_root(self):
        self.node(MAIN)
        report = self.json("apply", "--root", "node", status=0)
        backup = pathlib.Path(self.dir, report["files"][0]["backup"])
        self.assertEqual(backup.parent, self.root / "var/lib/katafix/runs" / report["run"])
        self.assertEqual(backup.read_bytes(), KATA)

    def test_restore_works_where_the_root_moved_to(self):
        self.node(MAIN)
        self.katafix("apply", "--root", "node", status=0)
        self.root.rename(self.dir / "moved")
        self.katafix("restore", "--root", "moved", status=0)
        self.assertEqual((self.dir / "moved" / MAIN).read_bytes(), KATA)

    def test_an_empty_root(self):
        for words in (["check"], ["diff"], ["apply"], ["apply", "--dry-run"]):
            report = self.json(*words, "--root", "node", status=0)
            self.assertEqual(self.codes(report), ["no-config"])
            report = self.json(*words, "--root", "node", "--require-kata", status=2)
            self.assertEqual(set(self.codes(report)), {"no-config", "no-kata"})
        self.assertEqual(list(self.root.iterdir()), [])

    def test_a_root_that_is_none(self):
        """A misspelt root must not pass for a node without anything to fix."""
        self.write("file")
        for root in ("missing", "file"):
            for command in ("check", "diff", "apply"):
                with self.subTest(root=root, command=command):
                    self.json(command, "--root", root, status=2)
            self.katafix("restore", "--root", root, status=2)
        self.assertFalse((self.dir / "missing").exists())


class RoleTest(RootCase):

    def role(self, name, data, status):
        self.node(name, data)
        report = self.json("check", "--root", "node", name, status=status)
        return report["files"][0]["role"], report["restart"]

    def test_paths_tell_the_role(self):
        rancher = "var/lib/rancher/k3s/agent/etc/containerd/"
        for name, data, role, units in (
                (MAIN, KATA, "main", ["containerd"]),
                ("etc/containerd/conf.d/kata.toml", KATA, "drop-in", ["containerd"]),
                ("etc/crio/crio.conf", CRIO, "main", ["crio"]),
                ("etc/crio/crio.conf.d/10-kata.conf", CRIO, "drop-in", ["crio"]),
                (rancher + "config.toml.tmpl", KATA, "template", ["k3s"]),
                (rancher + "config-v3.toml.d/kata.toml", KATA, "drop-in", ["k3s"]),
                ("etc/k0s/containerd.toml", KATA, "main", ["k0sworker"]),
                ("srv/config.toml", KATA, "file", ["containerd"])):
            with self.subTest(name):
                self.assertEqual(self.role(name, data, 1), (role, units))

    def test_what_an_edit_would_not_last_in_is_left_alone(self):
        for name, head, role, code in (
                ("var/lib/rancher/k3s/agent/etc/containerd/config.toml", b"", "generated", "generated-file"),
                ("var/lib/rancher/rke2/agent/etc/containerd/config.toml", b"", "generated", "generated-file"),
                ("var/snap/microk8s/current/args/containerd.toml", b"", "generated", "generated-file"),
                ("etc/k0s/containerd.toml", b"# k0s_managed=true\n", "managed", "managed-file"),
                ("etc/cri/conf.d/10-kata.part", b"", "read-only", "read-only-file")):
            with self.subTest(name):
                path = self.node(name, head + KATA)
                good = self.node(MAIN)
                for words in (["check"], ["diff"], ["apply"]):
                    report = self.json(*words, "--root", "node", name, MAIN, status=2)
                    self.assertEqual([file["role"] for file in report["files"]], [role, "main"])
                    self.assertEqual(self.codes(report), [code])
                    self.assertTrue(report["findings"][0]["advice"])
                self.assertEqual((path.read_bytes(), good.read_bytes()), (head + KATA, KATA))
                self.node(name, head + FIXED)
                self.katafix("check", "--root", "node", name, status=0)


if __name__ == "__main__":
    harness.main()
