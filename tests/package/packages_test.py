#!/usr/bin/env python3
"""The Debian and RPM packages: linted, installed in fresh roots that have nothing but a package
manager, used there, upgraded, and removed without leftovers."""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from fresh_root import FreshRoot, run, skip_without
from main_job import NODE, PROJECT, configs, do_main_job

BACKUPS = "var/lib/katafix"
UNITS = ("katafix.service", "katafix-check.timer")
LEFT_BY_UNITS = ("var/lib/prometheus/node-exporter/katafix.prom",
                 "var/lib/systemd/timers/stamp-katafix-check.timer")
OLD_VERSION = "0.0.9"
TOOLS = ("cpack", "dpkg-deb", "lintian", "man", "mmdebstrap", "rpmbuild", "rpmlint", "systemctl")


def build(directory, *options):
    run("cpack", "--config", f"{BUILD}/CPackConfig.cmake", "-B", directory, *options)
    shutil.rmtree(directory / "_CPack_Packages")
    return directory


def setUpModule():
    global NEW, OLD
    directory = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-"))
    unittest.addModuleCleanup(shutil.rmtree, directory)
    NEW = build(directory / "new")
    OLD = build(directory / "old", "-D", f"CPACK_PACKAGE_VERSION={OLD_VERSION}")
    for package in sorted(NEW.iterdir()):
        print(f"built      {package.name}: {package.stat().st_size / 1024:.0f} KiB")


class LintTest(unittest.TestCase):

    def test_lintian_finds_nothing(self):
        self.assertEqual(run("lintian", "--fail-on", "error,warning", *NEW.glob("*.deb")), "")
        print("linted     lintian: no error, no warning")

    def test_rpmlint_finds_nothing(self):
        config = PROJECT / "packaging/rpm/rpmlint.toml"
        self.assertIn(" 0 errors, 0 warnings", run("rpmlint", "-c", config, *NEW.glob("*.rpm")))
        print("linted     rpmlint: no error, no warning")


class Packages:
    """What must be true of the packages of each kind."""

    def setUp(self):
        self.root = FreshRoot(self.IN_ROOT, self.MANAGERS_OWN)
        self.addCleanup(self.root.close)
        shutil.copytree(NODE, self.root.path / "etc", dirs_exist_ok=True)
        for path in LEFT_BY_UNITS:
            (self.root.path / path).parent.mkdir(parents=True, exist_ok=True)

    def say(self, what, text):
        print(f"{what:10} {self.MANAGER}: {text}")

    def katafix(self, *words):
        return self.root.run("katafix", *words)

    def systemctl(self, command):
        """What systemctl says of the root, from outside."""
        return subprocess.run(["systemctl", f"--root={self.root.path}", command, *UNITS],
                              capture_output=True, text=True, check=False).stdout.split()

    def other_than(self, before):
        after = self.root.files()
        return sorted(path for path in before.keys() | after.keys()
                      if before.get(path) != after.get(path))

    def test_installed_it_works_and_goes_without_leftovers(self):
        before = self.root.files()
        self.install(NEW)
        self.say("installed", f"version {self.version()}")
        self.assert_native()
        self.assert_units_are_off()
        self.assertEqual(self.version(), self.katafix("--version").split()[1])
        do_main_job(self, self.root.path, ["/usr/sbin/chroot", self.root.path, "/usr/bin/katafix"])
        self.say("used", "check, diff, apply, check, restore")
        self.remove()
        self.assertNotIn("usr/bin/katafix", self.root.files())
        self.assertTrue(self.root.files(BACKUPS))
        self.purge()
        self.assertEqual(self.other_than(before), [])
        self.say("removed", f"every file is as before; {self.BACKUPS_IN_THE_END}")

    def assert_native(self):
        share = self.root.path / "usr/share"
        for section, name in ((1, "katafix"), (5, "katafix"), (8, "katafix.service")):
            page = share / f"man/man{section}/{name}.{section}.gz"
            self.assertIn(f"{name.upper()}({section})", run("man", "-l", "-Tascii", page))
        completion = share / "bash-completion/completions/katafix"
        run("bash", "-c", f". {completion}; complete -p katafix")
        for name in (f"zsh/{self.ZSH}/_katafix", "fish/vendor_completions.d/katafix.fish",
                     "doc/katafix/copyright", "katafix/schema/report-2.json",
                     "ansible/collections/ansible_collections/katafix/katafix/galaxy.yml",
                     "man/man8/katafix-check.timer.8.gz", "doc/libkatafix-dev/API.md",
                     "pkgconfig/katafix.pc"):
            self.assertTrue(share.joinpath(name).is_file(), name)
        self.assertEqual(self.conffiles(), "")
        self.say("installed", "man pages, completions, copyright, the Ansible collection")

    def assert_units_are_off(self):
        self.assertEqual(self.systemctl("is-enabled"), ["disabled", "disabled"])
        # As on the first boot of an image.
        self.systemctl("preset")
        self.assertEqual(self.systemctl("is-enabled"), ["disabled", "disabled"])
        self.say("installed", f"{' and '.join(UNITS)}, which are off")

    def test_an_upgrade_touches_no_backup_and_no_unit_that_is_on(self):
        original = configs(self.root.path)
        told = self.root.listen()
        before = self.root.files()
        self.install(OLD)
        self.assertEqual(self.version(), OLD_VERSION)
        self.katafix("apply")
        self.systemctl("enable")
        for path in LEFT_BY_UNITS:
            (self.root.path / path).touch()
        backups = self.root.files(BACKUPS)
        self.assertTrue(backups)
        told()

        self.upgrade(NEW)
        self.assertNotEqual(self.version(), OLD_VERSION)
        self.assertEqual(told(), self.TOLD_ON_UPGRADE)
        self.assertEqual(self.root.files(BACKUPS), backups)
        self.assertEqual(self.systemctl("is-enabled"), ["enabled", "enabled"])
        self.katafix("restore")
        self.assertEqual(configs(self.root.path), original)
        self.say("upgraded", f"from {OLD_VERSION}: its backups are untouched and undo what it did")

        self.remove()
        self.assertEqual(told(), self.TOLD_ON_REMOVAL)
        self.purge()
        told()
        self.assertEqual(self.other_than(before), [])
        self.say("removed", "the units were stopped, and nothing is left of them")


class DebianTest(Packages, unittest.TestCase):
    MANAGER = "dpkg"
    IN_ROOT = ()
    MANAGERS_OWN = ("var/lib/dpkg", "var/log/dpkg.log")
    ZSH = "vendor-completions"
    BACKUPS_IN_THE_END = "the backups stayed when it was removed, and went when it was purged"
    TOLD_ON_UPGRADE = ["--system daemon-reload"]
    TOLD_ON_REMOVAL = ["stop katafix-check.timer", "--system daemon-reload"]

    def install(self, packages):
        self.root.run("dpkg", "-i", *self.root.take(packages.glob("*.deb")))

    upgrade = install

    def remove(self):
        self.root.run("dpkg", "-r", "katafix", "katafix-ansible", "libkatafix-dev")

    def purge(self):
        self.root.run("dpkg", "-P", "katafix")

    def version(self):
        return self.root.run("dpkg-query", "-W", "-f", "${Version}", "katafix")

    def conffiles(self):
        return self.root.run("dpkg-query", "-W", "-f", "${Conffiles}", "katafix", "katafix-ansible")


class RpmTest(Packages, unittest.TestCase):
    MANAGER = "rpm"
    IN_ROOT = ("rpm",)
    MANAGERS_OWN = ("root/.rpmdb", "var/lib/rpm")
    ZSH = "site-functions"
    BACKUPS_IN_THE_END = "the backups stayed, rpm knows no purge"
    TOLD_ON_UPGRADE = []
    TOLD_ON_REMOVAL = ["--quiet disable --now katafix.service katafix-check.timer"]

    def install(self, packages):
        self.root.run("rpm", "-i", *self.root.take(packages.glob("*.rpm")))

    def upgrade(self, packages):
        self.root.run("rpm", "-U", *self.root.take(packages.glob("*.rpm")))

    def remove(self):
        self.root.run("rpm", "-e", "katafix", "katafix-ansible", "katafix-devel")

    def purge(self):
        """What is left to be done by hand; and by systemctl, which only listened."""
        shutil.rmtree(self.root.path / BACKUPS)
        self.systemctl("disable")

    def version(self):
        return self.root.run("rpm", "-q", "--qf", "%{VERSION}", "katafix")

    def conffiles(self):
        return self.root.run("rpm", "-qc", "katafix", "katafix-ansible")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    options, rest = parser.parse_known_args()
    BUILD = options.build
    skip_without(TOOLS)
    unittest.main(argv=[sys.argv[0], "-v", *rest])
