#!/usr/bin/env python3
"""Places in which a file cannot be replaced, or not as it stands: full, read-only, mounted, marked."""

import json
import os
import re
import resource
import shutil
import struct
import subprocess

import fault
import harness
from harness import FIXED, KATA, NOBODY

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 1, 2, 4, 0x10, 0x20


def acl(*entries):
    """An ACL as the kernel takes it (linux/posix_acl_xattr.h): version 2, then tag, perm, id."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


FOR_NOBODY = acl((USER_OBJ, 7, -1), (USER, 7, NOBODY), (GROUP_OBJ, 5, -1), (MASK, 7, -1),
                 (OTHER, 5, -1))


class EnvironmentCase(fault.Node):

    def setUp(self):
        super().setUp()
        self.folder = self.dir / "etc"
        self.folder.mkdir()
        self.path = self.folder / "config.toml"

    def fill(self, data=KATA):
        self.path.write_bytes(data)
        self.path.chmod(0o640)

    def mount(self, *args):
        subprocess.run(["mount", *args], check=True, capture_output=True)
        self.addCleanup(subprocess.run, ["umount", "-l", args[-1]], check=False,
                        capture_output=True)

    def assert_foreseen(self, code, *args, as_what="error", word=None, **more):
        """Whatever writes nothing tells what apply refuses, in the same words."""
        self.assert_refused(code, *args, word=word, foreseen=as_what, **more)

    def foresee(self, refusal, as_what, *args, **more):
        before = self.tree()
        for command in (["check"], ["diff"], ["apply", "--dry-run"]):
            report = self.json(*command, "--backup-dir", self.backups, *args, self.path,
                               status=1 if as_what == "warning" else 2, **more)
            told, = report["findings"]
            self.assertEqual(told, {**refusal, "severity": as_what})
            self.assertTrue(report["changed"])
        self.assert_untouched(before)

    def assert_refused(self, code, *args, word=None, foreseen=None, **more):
        """Status 2 with one error of this code, and nothing touched."""
        before = self.tree(self.folder)
        report = self.apply_json(*args, self.path, status=2, **more)
        self.assertEqual(self.codes(report), [code])
        self.assertFalse(report["changed"])
        self.assert_untouched(before, self.folder)
        if word:
            finding = report["findings"][0]
            self.assertIn(word, finding["message"] + (finding["advice"] or ""))
        if foreseen:
            self.foresee(report["findings"][0], foreseen, *args, **more)


class FullTest(EnvironmentCase):

    def test_no_space(self):
        self.mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", self.folder)
        self.fill()
        with open(self.folder / "ballast", "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(b"x" * 4096)
            except OSError:
                pass
        self.assert_refused("write-failed", word="No space left")

    def test_no_inodes(self):
        self.mount("-t", "tmpfs", "-o", "nr_inodes=2", "tmpfs", self.folder)
        self.fill()
        self.assert_refused("write-failed", word="No space left")

    def test_no_space_for_the_backup(self):
        self.fill()
        self.backups.mkdir()
        self.mount("-t", "tmpfs", "-o", "size=4k", "tmpfs", self.backups)
        (self.backups / "ballast").write_bytes(b"x" * 4096)
        self.assert_refused("write-failed", word="No space left")
        self.assertEqual(list((self.backups / "runs").iterdir()), [])

    def test_a_file_size_limit(self):
        self.fill()
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
        self.assert_refused("write-failed", word="File too large", preexec_fn=limit)


class MemoryTest(EnvironmentCase):

    def test_too_little(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (24 << 20, 24 << 20))
        try:
            self.katafix("--version", status=0, preexec_fn=limit)
        except AssertionError:
            self.skipTest("a sanitizer takes more than that by itself")
        self.fill(KATA + b"a = [" + b"{ b = [1, 2, 3] }, " * 40000 + b"]\n")
        before = self.tree()
        for command in (["check"], ["apply", "--backup-dir", self.backups]):
            ran = self.katafix(*command, self.path, status=2, preexec_fn=limit)
            self.assertEqual(ran.out, b"")
            self.assertRegex(ran.err, rb"^katafix: out of memory; give it more")
            self.assert_untouched(before)


class MountTest(EnvironmentCase):

    def setUp(self):
        super().setUp()
        self.fill()
        self.host = self.write("host.toml", KATA, 0o640)

    def test_a_single_file_is_refused(self):
        self.mount("--bind", self.host, self.path)
        self.assert_foreseen("unsafe-target", word="--in-place")

    def test_a_single_file_is_overwritten_in_place(self):
        self.mount("--bind", self.host, self.path)
        inode = self.host.stat().st_ino
        self.apply("--in-place", self.path)
        self.assertEqual(self.host.read_bytes(), FIXED)
        self.assertEqual(self.host.stat().st_ino, inode)
        self.restore()
        self.assertEqual(self.host.read_bytes(), KATA)
        self.assertEqual(self.host.stat().st_ino, inode)
        self.assertEqual(os.listdir(self.folder), ["config.toml"])

    def test_a_single_read_only_file(self):
        self.mount("--bind", self.host, self.path)
        self.mount("-o", "remount,bind,ro", self.path)
        self.assert_foreseen("write-failed", "--in-place", word="Read-only", as_what="warning")
        self.assertEqual(self.host.read_bytes(), KATA)

    def test_a_read_only_folder(self):
        self.mount("--bind", self.folder, self.folder)
        self.mount("-o", "remount,bind,ro", self.folder)
        self.assert_foreseen("write-failed", word="Read-only", as_what="warning")

    def test_a_mounted_folder_that_is_loaded_whole(self):
        """The new file must be made outside, and cannot be moved in from another mount."""
        self.folder = self.dir / "etc/crio"
        loaded = self.folder / "crio.conf.d"
        self.write("etc/crio/crio.conf.d/10-kata", harness.CRIO)
        self.path = "/etc/crio/crio.conf.d/10-kata"
        self.mount("--bind", loaded, loaded)
        self.assert_foreseen("write-failed", "--root", self.dir, word="mount the directory above")

    def test_a_node_that_is_seen_read_only_is_told_of_once_of_each_kind(self):
        """A check from a sandbox is right to say that a fix is to be done."""
        self.write("node/etc/crio/crio.conf", harness.CRIO)
        for number in range(5):
            self.write(f"node/etc/crio/crio.conf.d/{number}", harness.CRIO)
        node = self.dir / "node"
        self.mount("--bind", node, node)
        self.mount("-o", "remount,bind,ro", node)
        told, *more = (finding for finding in self.json("check", "--root", node, status=1)["findings"]
                       if "Read-only" in finding["message"])
        self.assertEqual((told["code"], told["severity"]), ("bad-backup-dir", "warning"))
        self.assertEqual(self.codes({"findings": more}), ["write-failed"])
        refused = self.json("apply", "--root", node, status=2)["findings"][-1]
        self.assertEqual(told, {**refused, "severity": "warning"})


class MarkTest(EnvironmentCase):

    def mark(self, letter, path=None):
        self.fill()
        path = path or self.path
        done = subprocess.run(["chattr", f"+{letter}", path], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"no chattr here: {done.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["chattr", f"-{letter}", path], check=False)

    def test_immutable(self):
        self.mark("i")
        self.assert_foreseen("write-failed", word="chattr -i")

    def test_append_only(self):
        self.mark("a")
        self.assert_foreseen("write-failed", "--in-place", word="chattr -i -a")

    def test_a_folder(self):
        for letter in "ia":
            with self.subTest(letter):
                self.mark(letter, self.folder)
                self.assert_foreseen("write-failed", word=f"its directory {self.folder} is marked")
                subprocess.run(["chattr", f"-{letter}", self.folder], check=True)


class AccessTest(EnvironmentCase):

    def test_an_acl_of_the_folder_is_not_handed_down(self):
        self.fill()
        os.setxattr(self.folder, DEFAULT, FOR_NOBODY)
        self.apply(self.path)
        self.assertEqual(os.listxattr(self.path), [])
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o640)
        reads = subprocess.run(["cat", self.path], user=NOBODY, group=NOBODY, extra_groups=[],
                               capture_output=True, check=False)
        self.assertNotEqual(reads.returncode, 0)

    def test_an_acl_of_the_file_stays(self):
        self.fill()
        own = acl((USER_OBJ, 6, -1), (USER, 4, NOBODY), (GROUP_OBJ, 0, -1), (MASK, 4, -1),
                  (OTHER, 0, -1))
        os.setxattr(self.path, ACCESS, own)
        mode = self.path.stat().st_mode
        self.apply(self.path)
        self.assertEqual(self.path.read_bytes(), FIXED)
        self.assertEqual(os.getxattr(self.path, ACCESS), own)
        self.assertEqual(self.path.stat().st_mode, mode)
        self.restore()
        self.assertEqual(os.getxattr(self.path, ACCESS), own)

    def test_a_label_stays(self):
        self.fill()
        label = b"system_u:object_r:container_config_t:s0\0"
        os.setxattr(self.path, "security.selinux", label)
        self.apply(self.path)
        self.assertEqual(os.getxattr(self.path, "security.selinux"), label)

    def test_a_file_of_another_owner(self):
        """In one's own folder, one may replace the file of another, but not give it away."""
        self.fill()
        self.path.chmod(0o644)
        os.chown(self.folder, NOBODY, NOBODY)
        self.backups.mkdir()
        os.chown(self.backups, NOBODY, NOBODY)
        self.assert_foreseen("write-failed", word="keep its owner", as_what="warning", user=NOBODY,
                             group=NOBODY, extra_groups=[])

    def test_a_folder_that_everybody_may_write_to(self):
        self.fill()
        self.folder.chmod(0o777)
        self.assert_foreseen("unsafe-target", word="chmod go-w")
        self.folder.chmod(0o1777)
        self.apply(self.path)

    def test_a_folder_of_another_user(self):
        self.fill()
        os.chown(self.folder, NOBODY, NOBODY)
        self.assert_foreseen("unsafe-target", word="chown")

    def test_a_second_hard_link(self):
        self.fill()
        os.link(self.path, self.dir / "other.toml")
        self.assert_refused("unsafe-target", word="--in-place")
        for command in (["check"], ["diff"], ["apply", "--dry-run"]):
            report = self.json(*command, "--backup-dir", self.backups, self.path, status=2)
            self.assertEqual(self.codes(report), ["unsafe-target"])
            self.assertEqual(self.json(*command, "--backup-dir", self.backups, "--in-place", self.path,
                                       status=1)["findings"], [])

    def test_what_is_refused_is_foreseen_of_several_roots(self):
        for name in ("good", "bad"):
            self.write(f"{name}/etc/containerd/config.toml", KATA)
        (self.dir / "bad/etc/containerd").chmod(0o777)
        lines = self.katafix("check", "--root", "good", "--root", "bad", status=2).out.splitlines()
        good, bad = (json.loads(line) for line in lines)
        self.assertEqual((good["status"], bad["status"]), (1, 2))
        self.assertNotIn("unsafe-target", self.codes(good))
        self.assertIn("unsafe-target", self.codes(bad))


class BackupTest(EnvironmentCase):
    """Where the backups would lie is looked at, and not made."""

    def setUp(self):
        super().setUp()
        self.fill()

    def test_a_directory_that_others_may_write_to(self):
        (self.backups / "runs").mkdir(parents=True)
        (self.backups / "runs").chmod(0o777)
        self.assert_foreseen("bad-backup-dir", word="others may change")

    def test_a_file_in_the_way(self):
        self.backups.write_bytes(b"")
        self.assert_foreseen("bad-backup-dir", word="Not a directory")

    def test_a_read_only_place(self):
        for there in ("", "backups", "backups/runs"):
            with self.subTest(there):
                place = self.dir / "read-only"
                (place / there).mkdir(parents=True)
                self.backups = place / "backups"
                self.mount("--bind", place, place)
                self.mount("-o", "remount,bind,ro", place)
                self.assert_foreseen("bad-backup-dir", word="Read-only", as_what="warning")
                subprocess.run(["umount", place], check=True)
                shutil.rmtree(place)

    def test_none_is_missed_by_who_keeps_none(self):
        self.backups.write_bytes(b"")
        before = self.tree()
        report = self.json("check", "--no-backup", self.path, status=1)
        self.assertEqual(report["findings"], [])
        self.assert_untouched(before)


class CostTest(EnvironmentCase):

    def test_nothing_is_asked_where_nothing_is_to_be_done(self):
        fault.need_strace()
        trace = self.dir / "trace"
        asked = []
        for data in (KATA, FIXED):
            self.fill(data)
            subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=faccessat,faccessat2,statx",
                            harness.KATAFIX, "check", self.path], capture_output=True, check=False)
            asked.append(len(re.findall(r"faccessat2?\(|statx\(", trace.read_text(encoding="utf-8"))))
        self.assertGreater(asked[0], 0)
        self.assertEqual(asked[1], 0)


class TogetherTest(EnvironmentCase):

    def test_many_at_once(self):
        """Each katafix does all or refuses, and the file is whole at the end."""
        command = [harness.KATAFIX, "apply", "--backup-dir", self.backups, self.path]
        for _ in range(20):
            self.fill()
            together = [subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL) for _ in range(4)]
            self.assertLessEqual({one.wait() for one in together}, {0, 2})
            self.apply(self.path)
            self.assertEqual(self.path.read_bytes(), FIXED)
            self.assertEqual(os.listdir(self.folder), ["config.toml"])


if __name__ == "__main__":
    fault.need_private_mounts()
    harness.main()
