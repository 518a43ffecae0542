#!/usr/bin/env python3
"""What a FILE may be: a file, a link to one, the same one twice; and what is trouble."""

import os
import shutil
import socket
import unittest

import harness
from harness import CRIO, CRIO_FIXED, FIXED, KATA, NOBODY


class TroubleTest(harness.Case):

    def trouble(self, name, code, *words):
        """Status 2 from every command, nothing written, and the name on standard error."""
        good = self.write("good.toml")
        for command in (["check"], ["diff"], ["apply", "--backup-dir", self.backups]):
            with self.subTest(name=name, command=command[0]):
                report = self.json(*command, name, "good.toml", status=2)
                self.assertEqual(self.codes(report), [code])
                self.assertEqual(report["findings"][0]["file"], str(name))
                ran = self.katafix(*command, name, status=2)
                self.assertTrue(ran.err.startswith(f"{name}: error: ".encode()), ran.err)
                for word in words:
                    self.assertIn(word.encode(), ran.err)
        self.assertEqual(good.read_bytes(), KATA)
        self.assertFalse(self.backups.exists())

    def test_missing(self):
        self.trouble("missing.toml", "unreadable", "no such file")
        self.trouble("no/such/folder/config.toml", "unreadable", "no such file")
        self.trouble("good.toml/config.toml", "unreadable")

    def test_no_regular_file(self):
        os.mkfifo(self.dir / "fifo")
        self.trouble("fifo", "not-a-file")  # and it does not wait for a writer
        self.trouble("/dev/null", "not-a-file")
        self.trouble("/dev/zero", "not-a-file")

    def test_a_socket(self):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(self.dir / "socket"))
            report = self.json("check", "socket", status=2)
        self.assertIn(self.codes(report)[0], ("not-a-file", "unreadable"))

    def test_links_that_lead_nowhere(self):
        (self.dir / "dangling").symlink_to("missing")
        (self.dir / "loop").symlink_to("loop")
        self.trouble("dangling", "unreadable")
        self.trouble("loop", "unreadable")

    def test_too_large(self):
        limit = 16 * 2**20
        line = b"# " + b"x" * 1021 + b"\n"
        self.write("large.toml", line * (limit // len(line)))
        self.katafix("check", "large.toml", status=0)
        self.write("too-large.toml", line * (limit // len(line)) + b"#")
        self.trouble("too-large.toml", "too-large", "16 MiB")
        # A check tells of it as well, though it makes no new bytes.
        handler = b"[crio.runtime.runtimes.kata]\nruntime_type = 'vm'\n"
        padding = line * (limit // len(line) - 1)
        self.write("full.toml", padding + handler + b"#" * (limit - len(padding) - len(handler)))
        self.trouble("full.toml", "too-large", "with the flags")

    def test_empty(self):
        for data in (b"", b"\n", b"\xef\xbb\xbf", b"# only words", b"\r\n"):
            path = self.write("empty.toml", data)
            self.katafix("check", "empty.toml", status=0)
            self.apply("empty.toml")
            self.assertEqual(path.read_bytes(), data)


class OrdinaryUserTest(harness.Case):
    """As a user who may not do everything."""

    def setUp(self):
        super().setUp()
        self.command = shutil.copy(harness.KATAFIX, self.dir / "katafix")
        os.chmod(self.command, 0o755)

    def katafix(self, *args, **more):
        if os.geteuid() == 0:
            more = {"user": NOBODY, "group": NOBODY, "extra_groups": [], **more}
        old, harness.KATAFIX = harness.KATAFIX, self.command
        try:
            return super().katafix(*args, **more)
        except PermissionError as error:
            raise unittest.SkipTest(f"cannot become another user: {error}") from error
        finally:
            harness.KATAFIX = old

    def test_a_file_that_must_not_be_read(self):
        path = self.write("secret.toml", mode=0)
        for words in (["check"], ["diff"], ["apply", "--backup-dir", self.dir / "b"]):
            report = self.json(*words, "secret.toml", status=2)
            self.assertEqual(self.codes(report), ["unreadable"])
            self.assertIn("ermission denied", report["findings"][0]["message"])
        path.chmod(0o644)
        self.assertEqual(path.read_bytes(), KATA)

    def test_a_file_that_must_not_be_written(self):
        self.write("etc/config.toml")
        (self.dir / "etc").chmod(0o555)
        self.backups.mkdir()
        self.backups.chmod(0o777)
        before = self.tree(self.dir / "etc")
        report = self.apply_json("etc/config.toml", status=2)
        self.assertEqual(self.codes(report), ["write-failed"])
        self.assertIs(report["changed"], False)
        self.assertIn("as root", report["findings"][0]["advice"])
        self.assert_warned(report, self.backups, "etc/config.toml")
        self.assert_untouched(before, self.dir / "etc")
        self.assertEqual(self.runs(), [])

    def test_a_backup_directory_that_must_not_be_made(self):
        self.write("config.toml")
        (self.dir / "closed").mkdir(mode=0o555)
        report = self.json("apply", "--backup-dir", "closed/b", "config.toml", status=2)
        self.assertEqual(self.codes(report), ["bad-backup-dir"])
        self.assert_warned(report, "closed/b", "config.toml")

    def assert_warned(self, refused, backups, path):
        """Who has the right may run apply: for who checks a fix is to be done, and no more."""
        for command in ("check", "diff"):
            told = self.json(command, "--backup-dir", backups, path, status=1)["findings"]
            self.assertEqual(told[0], {**refused["findings"][0], "severity": "warning"})
            # One of a kind: the next would be met once this is mended.
            self.assertEqual(len({finding["code"] for finding in told}), len(told))


class NoBackupTest(OrdinaryUserTest):
    """Of files that are under version control no backup is kept, and none is needed to write."""

    def setUp(self):
        super().setUp()
        self.repository = self.write("repository/config.toml").parent
        self.write("repository/crio.conf", CRIO)
        self.temporary = self.dir / "tmp"
        self.temporary.mkdir()
        if os.geteuid() == 0:
            for path in (self.repository, *self.repository.iterdir(), self.temporary):
                os.chown(path, NOBODY, NOBODY)

    def katafix(self, *args, **more):
        return super().katafix(*args, env={"TMPDIR": str(self.temporary)}, **more)

    def test_nothing_is_left(self):
        report = self.json("apply", "--no-backup", "repository/config.toml", "repository/crio.conf",
                           status=0)
        self.assertEqual((report["changed"], report["run"], report["findings"]), (True, None, []))
        self.assertEqual([(file["changed"], file["backup"]) for file in report["files"]],
                         [(True, None)] * 2)
        texts = {path.name: path.read_bytes() for path in self.repository.iterdir()}
        self.assertEqual(texts, {"config.toml": FIXED, "crio.conf": CRIO_FIXED})
        self.assertEqual(list(self.temporary.iterdir()), [])
        again = self.json("apply", "--no-backup", "repository/config.toml", status=0)
        self.assertFalse(again["changed"])

    def test_no_place_for_its_journal(self):
        self.temporary.rmdir()
        refused = self.json("apply", "--no-backup", "repository/config.toml", status=2)
        foreseen = self.json("check", "--no-backup", "repository/config.toml", status=2)
        self.assertEqual(self.codes(foreseen), ["write-failed"])
        self.assertEqual(foreseen["findings"], refused["findings"])

    def test_the_text_names_no_backup(self):
        ran = self.katafix("apply", "--no-backup", "repository/config.toml", status=0)
        self.assertIn(b"Set privileged_without_host_devices = true for 1 Kata handler.", ran.out)
        self.assertNotIn(b"ackup", ran.out)

    def test_all_or_nothing(self):
        """The second file cannot be replaced: the first is as it was."""
        closed = self.write("closed/crio.conf", CRIO)
        closed.parent.chmod(0o555)
        before = self.tree(self.repository)
        report = self.json("apply", "--no-backup", "repository/config.toml", closed, status=2)
        self.assertEqual(self.codes(report), ["write-failed"])
        self.assert_untouched(before, self.repository)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_without_it_a_user_is_warned_and_told_of_it(self):
        told, = self.json("check", "repository/config.toml", status=1)["findings"]
        self.assertEqual((told["code"], told["severity"]), ("bad-backup-dir", "warning"))
        self.assertIn("--no-backup", told["advice"])
        self.assertEqual(self.json("check", "--no-backup", "repository/config.toml",
                                   status=1)["findings"], [])


class LinkTest(harness.Case):

    def test_a_linked_file(self):
        """The real file is replaced and the link stays; restore does the same."""
        real = self.write("real/config.toml")
        (self.dir / "link").symlink_to("real/config.toml")
        (self.dir / "chain").symlink_to(self.dir / "link")
        for name in ("link", "chain"):
            self.apply(name)
            self.assertEqual(real.read_bytes(), FIXED)
            self.assertTrue((self.dir / name).is_symlink())
            self.restore()
            self.assertEqual(real.read_bytes(), KATA)
            self.assertTrue((self.dir / name).is_symlink())
        self.assertEqual(sorted(os.listdir(self.dir)), ["backups", "chain", "link", "real"])
        self.assertEqual(os.listdir(self.dir / "real"), ["config.toml"])

    def test_one_file_twice_is_one(self):
        path = self.write("config.toml")
        (self.dir / "link").symlink_to("config.toml")
        (self.dir / "folder").symlink_to(".")
        for second in ("config.toml", "./config.toml", path, "link", "folder/config.toml"):
            for words in (["config.toml", second], [second, "config.toml"]):
                with self.subTest(words=words):
                    report = self.json("check", *words, status=1)
                    self.assertEqual((len(report["files"]), len(report["handlers"])), (1, 1))
                    self.assertEqual(self.katafix("diff", *words, status=1).out.count(b"--- a/"), 1)
                    self.apply(*words)
                    self.assertEqual(path.read_bytes(), FIXED)
                    self.restore()

    def test_a_hard_link_is_refused(self):
        path = self.write("config.toml")
        os.link(path, self.dir / "other.toml")
        report = self.json("check", "config.toml", "other.toml", status=2)
        self.assertEqual((len(report["files"]), len(report["handlers"])), (1, 1))
        self.assertEqual(self.codes(report), ["unsafe-target"])
        self.assertIs(report["files"][0]["changed"], False)
        self.assertEqual(self.katafix("diff", "config.toml", status=2).out, b"")
        self.write("good.toml", CRIO)
        before = self.tree()
        for words in (["config.toml"], ["other.toml"], ["good.toml", "config.toml"]):
            report = self.apply_json(*words, status=2)
            self.assertEqual(self.codes(report), ["unsafe-target"])
            self.assertIs(report["changed"], False)
            self.assertEqual(self.runs(), [])
        shutil.rmtree(self.backups, ignore_errors=True)
        after = self.tree()
        self.assertEqual(after, before)


class MetadataTest(harness.Case):

    def test_mode_and_owner_stay(self):
        for mode in (0o600, 0o640, 0o644, 0o666, 0o444, 0o755):
            path = self.write("config.toml", mode=mode)
            if os.geteuid() == 0:
                os.chown(path, 12, 34)
            before = path.stat()
            self.apply("config.toml", umask=0o077)
            after = path.stat()
            self.assertEqual((after.st_mode, after.st_uid, after.st_gid),
                             (before.st_mode, before.st_uid, before.st_gid))

    def test_extended_attributes_stay(self):
        path = self.write("config.toml")
        try:
            os.setxattr(path, "user.katafix.test", b"\0kept")
        except OSError as error:
            raise unittest.SkipTest(f"no extended attributes here: {error}") from error
        self.apply("config.toml")
        self.assertEqual(path.read_bytes(), FIXED)
        self.assertEqual(os.getxattr(path, "user.katafix.test"), b"\0kept")

    @unittest.skipUnless(os.geteuid() == 0, "only root may give files away")
    def test_a_checkout_of_another_user(self):
        """Its owner may run apply; root is told before that it will not."""
        path = self.write("root/etc/containerd/config.toml")
        os.chown(path.parent, 12, 34)
        refused = self.apply_json(path, status=2)["findings"]
        self.assertEqual([finding["code"] for finding in refused], ["unsafe-target"])
        self.assertEqual(self.json("check", path, status=2)["findings"], refused)
        foreseen = self.json("check", "--root", "root", status=2)["findings"]
        self.assertEqual(foreseen[-1]["code"], "unsafe-target")

    def test_special_bits_are_refused(self):
        for bit in (0o4000, 0o2000, 0o1000):
            path = self.write("config.toml", mode=0o755 | bit)
            if path.stat().st_mode & bit == 0:
                continue  # an ordinary user may not set this one
            self.assertEqual(self.codes(self.apply_json("config.toml", status=2)), ["unsafe-target"])
            self.assertEqual((path.read_bytes(), path.stat().st_mode & 0o7777), (KATA, 0o755 | bit))


class LeftoversTest(harness.Case):

    def test_nothing_stays_beside_the_files(self):
        names = ("etc/containerd/config.toml", "etc/containerd/conf.d/kata.toml",
                 "etc/crio/crio.conf.d/10-kata.conf", "etc/crio/crio.conf.d/sub/20.conf")
        for name in names:
            self.write(name, CRIO if "crio" in name else KATA)

        def listing():
            return sorted(path.relative_to(self.dir / "etc") for path in (self.dir / "etc").rglob("*"))

        before = listing()
        self.write("bad.toml", harness.INVALID)
        self.apply(*names, "bad.toml", status=2)
        self.assertEqual(listing(), before)
        self.apply(*names)
        self.assertEqual(listing(), before)
        self.restore()
        self.assertEqual(listing(), before)


if __name__ == "__main__":
    harness.main()
