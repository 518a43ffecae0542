#!/usr/bin/env python3
"""The modules of the Ansible collection as it ships, each by itself, on hosts behind real sshds."""

import json
import unittest

import ansible_case
from ansible_case import BROKEN, HERE, NEEDY, PLACE, RIGHT, FleetCase


def setUpModule():
    """Four hosts and a controller, which all tests share."""
    FleetCase.make(unittest.addModuleCleanup)


class ModuleTest(FleetCase):

    def test_it_returns_what_was_done(self):
        self.install()
        found = self.module("katafix", "containerd-2", "--diff")["containerd-2"]
        self.assertTrue(found["changed"])
        path = "/etc/containerd/conf.d/kata.toml"
        diff, = found["diff"]
        self.assertEqual((diff["before_header"], diff["after_header"]), (path, path))
        self.assertTrue(diff["prepared"].startswith(f"--- a{path}\n+++ b{path}\n"))
        self.assertEqual(found["backup_file"], f"/var/lib/katafix/runs/{found['run']}/0.orig")
        backup = self.hosts["containerd-2"].folder / found["backup_file"].lstrip("/")
        self.assertEqual(backup.read_bytes(),
                         (HERE / "hosts/containerd-2" / path.lstrip("/")).read_bytes())
        self.assertEqual([file["path"] for file in found["files"] if file["changed"]], [path])
        self.assertEqual(found["restart"], ["containerd"])
        self.assertEqual({handler["name"]: handler["action"] for handler in found["handlers"]},
                         {"runc": "none", "kata-qemu": "replace", "kata-clh": "insert"})
        self.assertEqual([one["version"] for one in found["effective"]], ["2.1.4"])

    def test_its_parameters_are_the_options_of_the_command(self):
        self.install()
        found = self.module("katafix", "containerd-2", "--check", skip=["kata-*"],
                            handler=["runc"], engine="containerd", containerd_version="2.0",
                            keep=3, backup_dir="/var/lib/elsewhere", validate="test -e %s",
                            root="/")["containerd-2"]
        self.assertEqual({handler["name"]: handler["action"] for handler in found["handlers"]},
                         {"runc": "insert", "kata-qemu": "skip", "kata-clh": "skip"}, found)
        self.assertEqual([one["version"] for one in found["effective"]], ["2.0"])
        found = self.module("katafix", "containerd-2", "--check", keep=0)["containerd-2"]
        self.assertIn("--keep takes a number from 1 on, not 0", found["msg"])
        found = self.module("katafix", "crio", files=["/etc/crio/crio.conf"],
                            require_kata=True)["crio"]
        self.assertIn("[no-kata]", found["msg"])
        found = self.module("katafix", "crio", "--check", files=["/etc/crio/crio.conf"])["crio"]
        self.assertEqual([file["path"] for file in found["files"]], ["/etc/crio/crio.conf"])
        found = self.module("katafix", "crio", "--check", strict=True, handler=["none"],
                            policy="none", in_place=True)["crio"]
        self.assertIn("--handler none names no handler", found["msg"])

    def test_a_validation_that_fails_shows_what_the_engine_said(self):
        self.install("containerd-1")
        found = self.module("katafix", "containerd-1",
                            validate="ls /no-such-file %s")["containerd-1"]
        self.assertTrue(found["failed"])
        self.assertFalse(found["changed"])
        self.assertIn("[validation-failed]", found["msg"])
        self.assertIn("/no-such-file", found["msg"])

    def test_info_tells_and_changes_nothing(self):
        self.install()
        before = self.files()
        found = self.module("katafix_info", "nodes")
        self.assertEqual(self.files(), before)
        self.assertEqual({name: found[name]["needs_fix"] for name in [*NEEDY, RIGHT]},
                         {"containerd-1": True, "containerd-2": True, "crio": False})
        self.assertFalse(any(one["changed"] for one in found.values()))
        self.assertEqual([one["file"] for one in found[RIGHT]["handlers"] if one["kata"]],
                         ["/etc/crio/crio.conf.d/50-kata.conf"])
        self.assertTrue(found[BROKEN]["failed"])
        self.assertIn(PLACE, found[BROKEN]["msg"])

    def test_info_warns_of_an_engine_that_was_not_restarted(self):
        self.install("crio")
        self.hosts["crio"].install("systemctl", "#!/bin/sh\necho ActiveState=active\n"
                                   "echo ExecMainStartTimestampMonotonic=1\n")
        found = self.module("katafix_info", "crio")["crio"]
        warning, = found["warnings"]
        self.assertRegex(warning, r"^/etc/crio/\S+: the unit crio runs since .*"
                                  r" \[restart-needed\]: systemctl restart crio makes it read")
        self.assertFalse(found["needs_fix"])
        self.assertTrue(found["needs_restart"])

    def test_a_command_that_does_not_do_is_named(self):
        self.hosts["containerd-2"].install("katafix", "#!/bin/sh\necho katafix 0.0.9\n")
        self.hosts["crio"].install("katafix", "#!/bin/sh\necho hello\n")
        self.hosts["broken"].install("katafix", "no program\n")
        for name in ("katafix", "katafix_info"):
            found = self.module(name, "nodes")
            self.assertTrue(all(one["failed"] for one in found.values()))
            self.assertEqual({host: one["msg"] for host, one in found.items()}, {
                "containerd-1": "katafix is not installed on this host: install katafix there, or "
                                "name it with executable",
                "containerd-2": "/usr/local/bin/katafix is katafix 0.0.9, which is too old: this "
                                "collection needs 0.1.0 or newer",
                "crio": "/usr/local/bin/katafix is not katafix: it does not print a version",
                "broken": "/usr/local/bin/katafix cannot be run on this host: Exec format error"})

    def test_standard_input_is_no_file(self):
        self.install("crio")
        for name in ("katafix", "katafix_info"):
            found = self.module(name, "crio", files=["/etc/crio/crio.conf", "-"])["crio"]
            self.assertTrue(found["failed"])
            self.assertEqual(found["msg"], "files: - would be standard input, which a task has not: "
                                           "name files of the host")

    def test_a_report_of_another_kind_is_named(self):
        says = '#!/bin/sh\n[ "$1" != --version ] || { echo katafix 9.0.0; exit; }\n%s\n'
        self.hosts["crio"].install("katafix", says % "echo '{\"schema\": 3}'")
        self.hosts["broken"].install("katafix", says % "{ echo 'katafix: no' >&2; exit 2; }")
        self.hosts["containerd-1"].install("katafix", says % "cat /var/lib/report; exit 3")
        report = {"schema": 2, "changed": True, "run": None, "restart": [], "files": [],
                  "handlers": [], "effective": [], "findings": [
                      {"code": "partly-written", "severity": "error", "file": "/etc/x",
                       "line": None, "column": None, "message": "cause", "advice": "advice"}]}
        (self.hosts["containerd-1"].folder / "var/lib/report").write_text(json.dumps(report),
                                                                          encoding="ascii")
        found = self.module("katafix", "crio:broken:containerd-1")
        self.assertEqual(found["crio"]["msg"], "katafix 9.0.0 prints reports of schema 3, and this "
                                               "collection reads schema 2: update the collection")
        self.assertEqual(found["broken"]["msg"], "katafix printed no report: katafix: no")
        self.assertEqual(found["containerd-1"]["msg"], "Files may have been changed: /etc/x: cause "
                                                       "[partly-written]: advice")
        self.assertTrue(found["containerd-1"]["changed"])


if __name__ == "__main__":
    ansible_case.run()
