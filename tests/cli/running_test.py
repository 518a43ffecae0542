#!/usr/bin/env python3
"""What a running node adds: the release that is installed, and a unit older than its config.

The node is a mount namespace with an /etc of its own; containerd and systemctl are scripts."""

import os
import subprocess
import sys
import time

import harness
from harness import CRIO, CRIO_FIXED, FIXED, KATAFIX, NOBODY, RUNC

BOTH = FIXED + RUNC.removeprefix(b"version = 2\n")
# containerd 2 refuses a byte order mark.
DISPUTED = b"\xef\xbb\xbf" + BOTH

# Only what a test puts there is a node's: /etc, and where the distributions have their files.
NODE = """
for place in /etc /var/lib /var/snap; do
  [ -d $place ] || continue
  mount -t tmpfs none $place || exit 99
done
cp -r node/etc/. /etc/ || exit 99
"""
UNSHARE = ["unshare", "--map-root-user", "--mount", "sh", "-c"]


class RunningCase(harness.Case):

    def setUp(self):
        super().setUp()
        self.dir.joinpath("node/etc").mkdir(parents=True)

    def node(self, name, data):
        return self.write("node/" + name, data)

    def program(self, name, text):
        self.write("bin/" + name, b"#!/bin/sh\n" + text.encode() + b"\n", 0o755)

    def on_node(self, *args, status, then="true", env=None):
        """Runs katafix, and then a command, where the test's node is this machine."""
        words = " ".join(f"'{word}'" for word in (KATAFIX, *args))
        script = f"{NODE}{words}; status=$?; {then}; exit $status"
        done = subprocess.run([*UNSHARE, script], cwd=self.dir, capture_output=True, check=False, timeout=120,
                              env={"PATH": f"{self.dir}/bin:/usr/sbin:/usr/bin:/sbin:/bin", **(env or {})})
        self.assertEqual(done.returncode, status, done.stderr.decode(errors="replace"))
        return harness.Ran(done.returncode, done.stdout, done.stderr)

    def check(self, *args, status=0):
        return self.parse(self.on_node("check", "--json", *args, status=status).out)


class InstalledTest(RunningCase):

    def versions(self, *args):
        report = self.check(*args)
        return {(view["engine"], version) for view in report["effective"] for version in view["versions"]}

    def test_the_installed_release_is_the_one_that_is_asked_about(self):
        self.node("etc/containerd/config.toml", DISPUTED)
        self.node("etc/crio/crio.conf", CRIO_FIXED)
        self.program("containerd", '[ "$*" = --version ] && '
                                   "echo containerd github.com/containerd/containerd v1.7.23 abc")
        self.program("crio", '[ "$*" = --version ] && printf "crio version 1.24.0\\nVersion: 1.24.0\\n"')
        self.assertEqual(self.versions(), {("containerd", "1.7.23"), ("crio", "1.24.0")})
        self.assertEqual(self.versions("--containerd-version", "2.1"),
                         {("containerd", "2.1"), ("crio", "1.24.0")})

    def test_where_all_releases_serve_the_same_none_is_asked_about(self):
        self.node("etc/containerd/config.toml", BOTH)
        self.program("containerd", f"touch '{self.dir}/asked'; echo containerd 1.7.23")
        self.assertGreater(len(self.versions()), 3)
        self.assertFalse((self.dir / "asked").exists())
        self.node("etc/containerd/config.toml", DISPUTED)
        self.assertGreater(len(self.versions("--offline")), 3)
        self.assertFalse((self.dir / "asked").exists())
        self.assertEqual(self.versions(), {("containerd", "1.7.23")})

    def test_offline_goes_with_nothing_that_runs_programs(self):
        for more in ("--restart", "--validate=true %s"):
            self.assertIn(b"--offline: no program is run", self.on_node("apply", "--offline", more, status=2).err)

    def test_one_that_does_not_say_is_unknown(self):
        self.node("etc/containerd/config.toml", DISPUTED)
        for text in ("exit 1", "echo containerd 1.7.23; exit 1", "echo containerd", "kill -9 $$"):
            self.program("containerd", text)
            self.assertGreater(len(self.versions()), 3)


class TrustTest(RunningCase):
    """katafix runs as root: a program that others may change would, too."""

    def setUp(self):
        super().setUp()
        self.node("etc/containerd/config.toml", DISPUTED)
        self.ran = self.dir / "ran"
        self.bin = self.dir / "bin"
        self.version = f"touch '{self.ran}'; echo containerd 1.7.23"
        self.program("containerd", self.version)

    def was_run(self, *args):
        self.ran.unlink(missing_ok=True)
        self.note = self.on_node("check", "-v", *args, status=0).err
        return self.ran.exists()

    def assert_not_run(self, place):
        self.assertFalse(self.was_run())
        self.assertIn(f"containerd --version: is not run: others than root may change {place}\n".encode(),
                      self.note)
        self.assertGreater(sum(len(view["versions"]) for view in self.check()["effective"]), 1)

    def test_root_s_own_program_below_a_sticky_directory_is_run(self):
        self.assertTrue(self.was_run())
        self.bin.chmod(0o1777)
        self.assertTrue(self.was_run())

    def test_a_program_of_somebody_else_is_not(self):
        os.chown(self.bin / "containerd", NOBODY, NOBODY)
        self.assert_not_run(self.bin / "containerd")

    def test_a_program_that_others_may_write_is_not(self):
        for mode in (0o775, 0o757):
            (self.bin / "containerd").chmod(mode)
            self.assert_not_run(self.bin / "containerd")

    def test_nor_one_in_a_directory_that_others_may_write_or_own(self):
        for mode in (0o775, 0o757):
            self.bin.chmod(mode)
            self.assert_not_run(self.bin)
        self.bin.chmod(0o755)
        os.chown(self.bin, NOBODY, NOBODY)
        self.assert_not_run(self.bin)

    def test_nor_one_that_a_link_leads_to_through_such_a_directory(self):
        open_to_all = self.dir / "open"
        open_to_all.mkdir()
        (self.bin / "containerd").rename(self.bin / "real")
        (open_to_all / "middle").symlink_to("../bin/real")
        (self.bin / "containerd").symlink_to("../open/middle")
        self.assertTrue(self.was_run())
        open_to_all.chmod(0o777)
        self.assert_not_run(open_to_all)
        open_to_all.chmod(0o1777)
        os.lchown(open_to_all / "middle", NOBODY, NOBODY)
        self.assert_not_run(open_to_all / "middle")

    def test_links_in_a_ring_lead_nowhere(self):
        data = self.dir / "containerd"
        (self.bin / "containerd").unlink()
        (self.bin / "containerd").symlink_to(data)
        data.symlink_to(self.bin / "containerd")
        self.assertFalse(self.was_run())

    def test_a_relative_directory_in_path_does_not_count(self):
        (self.bin / "containerd").rename(self.dir / "containerd")
        done = subprocess.run([*UNSHARE, NODE + f"exec '{KATAFIX}' check"], cwd=self.dir, check=False,
                              env={"PATH": ":.:/usr/sbin:/usr/bin:/sbin:/bin"}, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(self.ran.exists())

    def test_none_of_another_root_or_data_directory(self):
        self.assertFalse(self.was_run("--root", "node"))
        data = self.dir / "data"
        self.write("data/agent/etc/containerd/config.toml.tmpl", FIXED)
        self.write("data/data/current/bin/containerd", f"#!/bin/sh\n{self.version}\n".encode(), 0o755)
        self.write("data/bin/containerd", f"#!/bin/sh\n{self.version}\n".encode(), 0o755)
        self.assertFalse(self.was_run("--data-dir", str(data)))

    def test_systemctl_neither(self):
        self.program("systemctl", f"touch '{self.ran}'")
        self.program("containerd", "exit 1")
        self.assertTrue(self.was_run())
        (self.bin / "systemctl").chmod(0o775)
        self.assertFalse(self.was_run())


class RestartNeededTest(RunningCase):

    def setUp(self):
        super().setUp()
        self.program("crio", "exit 1"), self.program("containerd", "exit 1")
        self.node("etc/crio/crio.conf", CRIO_FIXED)

    def started(self, seconds_ago, state="active"):
        began = int((time.clock_gettime(time.CLOCK_MONOTONIC) - seconds_ago) * 1e6)
        self.program("systemctl", f"""
            [ "$*" = "show crio --property=ActiveState,ExecMainStartTimestampMonotonic" ] || exit 1
            echo ExecMainStartTimestampMonotonic={max(began, 1)}
            echo ActiveState={state}""")

    def needed(self):
        return [found for found in self.check()["findings"] if found["code"] == "restart-needed"]

    def test_of_a_unit_that_is_older_than_its_config(self):
        self.started(seconds_ago=60)
        found, = self.needed()
        self.assertEqual((found["severity"], found["file"]), ("warning", "/etc/crio/crio.conf"))
        self.assertRegex(found["message"], r"the unit crio runs since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d "
                                           r"UTC, and this file changed at \d{4}-\d\d-\d\d ")
        self.assertIn("systemctl restart crio", found["advice"])

    def test_it_does_not_change_the_status(self):
        self.started(seconds_ago=60)
        ran = self.on_node("check", status=0)
        self.assertIn(b"/etc/crio/crio.conf: warning: the unit crio runs since", ran.err)
        self.node("etc/crio/crio.conf", CRIO)
        self.on_node("check", status=1)

    def test_not_of_one_that_was_started_since(self):
        self.started(seconds_ago=-60)
        self.assertEqual(self.needed(), [])

    def test_not_of_one_that_does_not_run(self):
        self.started(seconds_ago=60, state="inactive")
        self.assertEqual(self.needed(), [])

    def test_not_without_systemd(self):
        self.program("systemctl", "echo no bus >&2; exit 1")
        self.assertEqual(self.needed(), [])

    def test_not_of_another_tree(self):
        self.started(seconds_ago=60)
        self.program("systemctl", f"touch '{self.dir}/asked'; exit 1")
        self.katafix("check", "--root", "node", status=0)
        self.katafix("check", "node/etc/crio/crio.conf", status=0)
        self.on_node("diff", status=0)
        self.on_node("check", "--offline", status=0)
        self.assertFalse((self.dir / "asked").exists())


def can_unshare():
    # Where / is not root's in the namespace, no program is.
    tried = subprocess.run([*UNSHARE, "mount -t tmpfs none /etc && [ $(stat -c %u /) = 0 ]"], capture_output=True, check=False)
    return tried.returncode == 0


def main():
    try:
        usable = can_unshare()
    except FileNotFoundError:
        usable = False
    if not usable:
        print("no mount namespace can be made here", file=sys.stderr)
        harness.skip("it needs unshare(1) and the right to mount")
    harness.main()


if __name__ == "__main__":
    main()
