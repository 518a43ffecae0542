#!/usr/bin/env python3
"""Places in which a file cannot be replaced, or not as it stands: full, read-only, mounted, marked."""

import os
import resource
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

    def assert_refused(self, code, *args, word=None, **more):
        """Status 2 with one error of this code, and nothing touched."""
        before = self.tree(self.folder)
        report = self.apply_json(*args, self.path, status=2, **more)
        self.assertEqual(self.codes(report), [code])
        self.assertFalse(report["changed"])
        self.assert_untouched(before, self.folder)
        if word:
            finding = report["findings"][0]
            self.assertIn(word, finding["message"] + (finding["advice"] or ""))


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
        self.assert_refused("unsafe-target", word="--in-place")

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
        self.assert_refused("write-failed", "--in-place", word="Read-only")
        self.assertEqual(self.host.read_bytes(), KATA)

    def test_a_read_only_folder(self):
        self.mount("--bind", self.folder, self.folder)
        self.mount("-o", "remount,bind,ro", self.folder)
        self.assert_refused("write-failed", word="Read-only")

    def test_a_mounted_folder_that_is_loaded_whole(self):
        """The new file must be made outside, and cannot be moved in from another mount."""
        self.folder = self.dir / "etc/crio"
        loaded = self.folder / "crio.conf.d"
        self.write("etc/crio/crio.conf.d/10-kata", harness.CRIO)
        self.path = "/etc/crio/crio.conf.d/10-kata"
        self.mount("--bind", loaded, loaded)
        self.assert_refused("write-failed", "--root", self.dir, word="mount the directory above")


class MarkTest(EnvironmentCase):

    def mark(self, letter):
        self.fill()
        done = subprocess.run(["chattr", f"+{letter}", self.path], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"no chattr here: {done.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["chattr", f"-{letter}", self.path], check=False)

    def test_immutable(self):
        self.mark("i")
        self.assert_refused("write-failed", word="chattr -i")

    def test_append_only(self):
        self.mark("a")
        self.assert_refused("write-failed", "--in-place", word="chattr -i -a")


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
        self.assert_refused("write-failed", word="keep its owner", user=NOBODY, group=NOBODY,
                            extra_groups=[])

    def test_a_folder_that_everybody_may_write_to(self):
        self.fill()
        self.folder.chmod(0o777)
        self.assert_refused("unsafe-target", word="chmod go-w")
        self.folder.chmod(0o1777)
        self.apply(self.path)

    def test_a_folder_of_another_user(self):
        self.fill()
        os.chown(self.folder, NOBODY, NOBODY)
        self.assert_refused("unsafe-target", word="chown")


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
