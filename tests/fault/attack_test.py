#!/usr/bin/env python3
"""Whoever made an image, or owns a directory in it, leads katafix to nothing outside the root."""

import contextlib
import copy
import json
import os
import resource
import shutil
import threading

import fault
import harness
from harness import CRIO, FIXED, KATA

MAIN = "etc/containerd/config.toml"
RUNS = "var/lib/katafix/runs"


class ImageCase(harness.Case):
    """An image, and a host beside it that nobody may touch."""

    def setUp(self):
        super().setUp()
        self.image = self.dir / "image"
        self.host = self.dir / "host"
        self.config = self.write(f"image/{MAIN}", KATA)
        self.secret = self.write("host/etc/environment", b"SECRET=1\n", 0o600)
        self.write(f"host/{MAIN.removeprefix('etc/')}", KATA)
        self.before = self.tree(self.host)

    def assert_host_untouched(self):
        self.assert_untouched(self.before, self.host)

    def run_on_image(self, command, *args, **more):
        return self.katafix(command, "--root", self.image, *args, status=None, **more)


class ManifestTest(ImageCase):
    """A run that was cut off, as katafix left it, with one field after the other changed."""

    def setUp(self):
        super().setUp()
        self.run_on_image("apply")
        self.run = next((self.image / RUNS).iterdir())
        (self.run / "done").unlink()
        self.good = json.loads((self.run / "manifest.json").read_bytes())

    def hostile(self, change, original=KATA):
        manifest = copy.deepcopy(self.good)
        change(manifest["files"][0])
        (self.run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        (self.run / "0.orig").write_bytes(original)
        for mark in ("done", "undone"):
            (self.run / mark).unlink(missing_ok=True)
        self.config.write_bytes(FIXED)
        self.config.chmod(0o644)

    def assert_left_alone(self, change, original=KATA, config=FIXED):
        for command in ("apply", "restore"):
            with self.subTest(command):
                self.hostile(change, original)
                self.config.write_bytes(config)
                ran = self.run_on_image(command)
                self.assertIn(b"bad-backup", ran.err)
                self.assert_host_untouched()
                self.assertIn(self.config.read_bytes(), (config, FIXED))
                self.assertEqual(self.config.stat().st_mode & 0o7777, 0o644)
                self.assertEqual(self.config.stat().st_uid, os.geteuid())

    def test_the_run_as_it_is_can_be_undone(self):
        self.hostile(lambda file: None)
        self.assertEqual(self.run_on_image("restore").status, 0)
        self.assertEqual(self.config.read_bytes(), KATA)

    def test_targets_outside(self):
        (self.image / "x").symlink_to(self.host / "etc")
        for target in ("/../host/etc/environment", "/x/environment", f"/etc/../../{self.host.name}/a",
                       "//etc/containerd/config.toml", "/etc/containerd/./config.toml", "/"):
            with self.subTest(target):
                self.assert_left_alone(lambda file, to=target: file.update(target=to))

    def test_temporary_files_outside(self):
        (self.image / "x").symlink_to(self.host / "etc")
        name = self.good["files"][0]["temporary"].rpartition("/")[2]
        (self.host / "etc" / name).write_bytes(b"a foreign one")
        self.before = self.tree(self.host)
        for place in ("/x/", "/../host/etc/", "/var/"):
            with self.subTest(place):
                self.assert_left_alone(lambda file, to=place: file.update(temporary=to + name))

    def test_another_file_than_a_config(self):
        self.write("image/etc/passwd", b"root:x:0:0::/root:/bin/sh\n", 0o644)
        evil = b"root::0:0::/root:/bin/sh\n"

        def change(file):
            file.update(target="/etc/passwd", path="/etc/passwd")
            file["before"] = fingerprint(evil)
            file["after"] = fingerprint((self.image / "etc/passwd").read_bytes())

        self.assert_left_alone(change, evil)
        self.assertIn(b"root:x:", (self.image / "etc/passwd").read_bytes())

    def test_bytes_that_no_fix_makes(self):
        evil = KATA + b'[evil]\nrun = "me"\n'
        self.assert_left_alone(lambda file: file.update(before=fingerprint(evil)), evil)

    def test_metadata_that_the_file_does_not_have(self):
        for key, value in (("mode", 0o777), ("uid", 12345), ("gid", 12345),
                           ("attributes", {"user.evil": "1"})):
            with self.subTest(key):
                self.assert_left_alone(lambda file, k=key, v=value: file["metadata"].update({k: v}))

    def test_backups_that_do_not_fit(self):
        for key, value in (("size", 1), ("checksum", 1)):
            with self.subTest(key):
                self.hostile(lambda file, k=key, v=value: file["before"].update({k: v}))
                self.run_on_image("restore")
                self.assertEqual(self.config.read_bytes(), FIXED)
                self.assert_host_untouched()

    def test_a_backup_that_is_a_link_to_the_host(self):
        self.hostile(lambda file: file.update(before=fingerprint(self.secret.read_bytes())))
        (self.run / "0.orig").unlink()
        (self.run / "0.orig").symlink_to(self.secret)
        self.run_on_image("restore")
        self.assertEqual(self.config.read_bytes(), FIXED)
        self.assert_host_untouched()

    def test_a_directory_of_runs_that_leads_to_the_host(self):
        shutil.rmtree(self.image / "var/lib/katafix")
        self.config.write_bytes(KATA)
        (self.image / "var/lib/katafix").symlink_to(self.host)
        self.run_on_image("apply")
        self.assert_host_untouched()


def fingerprint(data):
    """FNV-1a of 64 bits, as a manifest has it."""
    checksum = 0xCBF29CE484222325
    for byte in data:
        checksum = (checksum ^ byte) * 0x100000001B3 % 2**64
    return {"size": len(data), "checksum": checksum}


class MovedDirectoryTest(ImageCase):
    """Somebody exchanges a directory above the config while katafix is at work."""

    ROUNDS = 30

    def attack(self, turn_aside, turn_back):
        for _ in range(self.ROUNDS):
            shutil.rmtree(self.image / "var", ignore_errors=True)
            self.config.write_bytes(KATA)
            over = threading.Event()

            def attacker(stop=over):
                while not stop.is_set() and not (self.image / RUNS).exists():
                    pass
                turn_aside()

            thread = threading.Thread(target=attacker)
            thread.start()
            self.run_on_image("apply")
            over.set()
            thread.join()
            turn_back()
            self.assert_host_untouched()
            self.assertIn(self.config.read_bytes(), (KATA, FIXED))

    def test_a_link_to_the_host(self):
        etc, real = self.image / "etc", self.image / "real"

        def turn_aside():
            etc.rename(real)
            etc.symlink_to(self.host)

        def turn_back():
            etc.unlink()
            real.rename(etc)

        self.attack(turn_aside, turn_back)

    def test_the_root_itself(self):
        moved = self.dir / "moved"
        self.write(f"host/{MAIN}", KATA)
        self.before = self.tree(self.host)

        def turn_aside():
            self.image.rename(moved)
            self.image.symlink_to(self.host)

        def turn_back():
            self.image.unlink()
            moved.rename(self.image)

        self.attack(turn_aside, turn_back)


class WaitingTest(harness.Case):

    def test_a_file_that_becomes_a_fifo_holds_nobody_up(self):
        shared = self.dir / "shared"
        shared.mkdir()
        shared.chmod(0o1777)
        path, fifo = shared / "a.toml", shared / "fifo"
        over = threading.Event()

        def exchange():
            while not over.is_set():
                for make in (lambda: os.mkfifo(fifo), lambda: fifo.write_bytes(KATA)):
                    with contextlib.suppress(FileNotFoundError):
                        fifo.unlink()
                    make()
                    fifo.rename(path)

        path.write_bytes(KATA)
        thread = threading.Thread(target=exchange)
        thread.start()
        try:
            for _ in range(60):
                self.apply(path, status=None, timeout=20)
        finally:
            over.set()
            thread.join()

    def test_a_device_is_not_opened(self):
        if os.geteuid() != 0:
            self.skipTest("only root makes devices")
        os.mknod(self.dir / "device", 0o20600, os.makedev(1, 5))
        report = self.json("check", self.dir / "device", status=2)
        self.assertEqual(self.codes(report), ["not-a-file"])


class SharedStoreTest(harness.Case):

    def test_one_tree_does_not_remove_what_another_needs(self):
        for name in ("a", "b"):
            self.write(f"{name}/{MAIN}", KATA)
        run = self.json("apply", "--root", "a", "--backup-dir", "store", status=0)["run"]
        (self.dir / "store/runs" / run / "done").unlink()
        for _ in range(3):
            (self.dir / "b" / MAIN).write_bytes(KATA)
            self.json("apply", "--root", "b", "--backup-dir", "store", "--keep", "1", status=0)
        self.assertTrue((self.dir / "store/runs" / run / "0.orig").exists())
        self.json("restore", "--root", "a", "--backup-dir", "store", status=0)
        self.assertEqual((self.dir / "a" / MAIN).read_bytes(), KATA)


class MuchOfLittleTest(ImageCase):
    """Links and holes make a small image a large one."""

    def assert_refused(self):
        def little_memory():
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

        ran = self.run_on_image("check", preexec_fn=little_memory, timeout=100)
        self.assertEqual(ran.status, 2)
        self.assertIn(b"too-large", ran.err)
        self.assertNotIn(b"out of memory", ran.err)

    def drop_ins(self):
        folder = self.image / "etc/crio/crio.conf.d"
        folder.mkdir(parents=True)
        return [folder / f"{number:03}" for number in range(100)]

    def test_files_of_holes(self):
        for path in self.drop_ins():
            path.touch()
            os.truncate(path, 16 << 20)
        self.assert_refused()

    def test_links_to_one_large_file(self):
        self.write("image/large", b"#" * (16 << 20))
        for path in self.drop_ins():
            path.symlink_to("/large")
        self.assert_refused()

    def test_links_to_one_large_directory(self):
        for number in range(400):
            self.write(f"image/large/{number}.toml", b"version = 2\n")
        (self.image / "links").mkdir()
        for number in range(300):
            (self.image / f"links/{number}").symlink_to("/large")
        self.config.write_bytes(b'imports = ["/links/*/*.toml"]\n' + KATA)
        self.assert_refused()

    def test_environment_files_through_links(self):
        for number in range(100):
            self.write(f"image/large/{number}", b"")
        self.write("image/etc/systemd/system/containerd.service",
                   b"[Service]\nEnvironmentFile=/large/*\nExecStart=containerd\n")
        self.assertIn(b"too-large", self.run_on_image("check").err)


class ManyFilesTest(harness.Case):

    COUNT = 10_000

    def test_a_transaction_of_ten_thousand_drop_ins_with_the_usual_limit_of_open_files(self):
        folder = self.dir / "image/etc/crio/crio.conf.d"
        folder.mkdir(parents=True)
        for number in range(self.COUNT):
            (folder / f"{number:05}").write_bytes(CRIO.replace(b"kata", b"kata-%d" % number))

        def usual_limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))

        ran = self.katafix("apply", "-q", "--root", "image", status=0, timeout=600,
                           preexec_fn=usual_limit)
        self.assertEqual(ran.err, b"")
        lacking = [path for path in folder.iterdir() if b"devices = true" not in path.read_bytes()]
        self.assertEqual(lacking, [])
        self.assertEqual(len(list(folder.parent.iterdir())), 1)


if __name__ == "__main__":
    fault.main()
