#!/usr/bin/env python3
"""The Ansible collection as it ships, run by Debian's ansible-core on hosts behind real sshds."""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import ansible_collection
import debian_repository
import ssh_host

HERE = pathlib.Path(__file__).resolve().parent
ENGINES = {"containerd-1": ("containerd", "containerd github.com/containerd/containerd v1.7.24"),
           "containerd-2": ("containerd", "containerd github.com/containerd/containerd/v2 v2.1.4"),
           "crio": ("crio", "crio version 1.30.2"),
           "broken": ("containerd", "containerd github.com/containerd/containerd v1.6.20")}
PYTHON_APT = "/usr/lib/python3/dist-packages/apt/__init__.py"
NEEDY, RIGHT, BROKEN = ["containerd-1", "containerd-2"], "crio", "broken"
PLACE = "/etc/containerd/config.toml:3:62: a header that is not closed"
RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.M)


@dataclasses.dataclass
class Ran:
    status: int
    out: str

    def recap(self):
        """Of each host, what changed and what failed; an unreachable host has failed."""
        return {name: (int(changed), int(failed) + int(unreachable))
                for name, _, changed, unreachable, failed in RECAP.findall(self.out)}


def setUpModule():
    """Four hosts and a controller, which all tests share."""
    FleetCase.make(unittest.addModuleCleanup)


class FleetCase(unittest.TestCase):
    """The hosts are as new before each test."""

    maxDiff = None

    @classmethod
    def make(cls, add_cleanup):
        cls.dir = ansible_collection.make_folder(add_cleanup)
        cls.env = ansible_collection.environment(cls.dir)
        ansible_collection.install(cls.dir, OPTIONS.packaging, cls.env)
        cls.hosts, ssh_config = ssh_host.start_hosts(
            cls.dir, {name: (HERE / "hosts" / name, {engine: f"#!/bin/sh\necho '{version}'\n"})
                      for name, (engine, version) in ENGINES.items()})
        for host in cls.hosts.values():
            add_cleanup(host.stop)
        lines = [f"{name} ansible_host=127.0.0.1 ansible_port={host.port} ansible_user=root\n"
                 for name, host in cls.hosts.items()]
        (cls.dir / "inventory").write_text(
            "[nodes]\n" + "".join(lines) + "[nodes:vars]\n"
            "ansible_python_interpreter=/usr/bin/python3\n", encoding="utf-8")
        cls.env.update(ANSIBLE_INVENTORY=str(cls.dir / "inventory"), ANSIBLE_PIPELINING="1",
                       ANSIBLE_SSH_ARGS=f"-F {ssh_config}", ANSIBLE_GATHERING="explicit")

    def setUp(self):
        for host in self.hosts.values():
            host.reset()

    def install(self, *names):
        for name in names or self.hosts:
            shutil.copy2(OPTIONS.katafix, self.hosts[name].folder / "usr/local/bin/katafix")

    def files(self):
        return {name: host.files() for name, host in self.hosts.items()}

    def changed_configs(self, before):
        """The engines' files that are other than before, host by host."""
        return {name: [path for path, (_, _, data) in files.items()
                       if path.startswith("etc/") and data != before[name][path][2]]
                for name, files in self.files().items()}

    def restarted(self):
        return {name: host.restarted() for name, host in self.hosts.items() if host.restarted()}

    def call(self, *command, **variables):
        done = subprocess.run(command, env={**self.env, **variables}, cwd=self.dir, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=300, check=False)
        return Ran(done.returncode, done.stdout)

    def play(self, name, *args, **variables):
        """Runs a playbook that the collection's README shows."""
        path = self.dir / name
        path.write_text(ansible_collection.playbooks(OPTIONS.packaging)[name], encoding="utf-8")
        return self.call("ansible-playbook", name, *args, **variables)

    def site(self, *args):
        return self.play("site.yml", "-e", f"katafix_binary={OPTIONS.katafix}", *args)

    def module(self, name, hosts, *args, **params):
        """Runs a module by itself: what it returned, host by host."""
        results = pathlib.Path(tempfile.mkdtemp(dir=self.dir))
        keep = {"content": "{{ found | to_json }}",
                "dest": f"{results}/{{{{ inventory_hostname }}}}"}
        tasks = [{f"katafix.katafix.{name}": params, "register": "found", "ignore_errors": True},
                 {"ansible.builtin.copy": keep, "delegate_to": "localhost", "check_mode": False}]
        play = self.dir / "module.yml"
        play.write_text(json.dumps([{"hosts": hosts, "tasks": tasks}]), encoding="utf-8")
        ran = self.call("ansible-playbook", play, *args)
        found = {path.name: json.loads(path.read_text("utf-8")) for path in results.iterdir()}
        self.assertTrue(found, ran.out)
        return found


class RoleTest(FleetCase):

    def test_check_mode_shows_the_diff_and_changes_nothing(self):
        self.install()
        before = self.files()
        ran = self.site("--check", "--diff")
        self.assertEqual(self.files(), before)
        self.assertEqual(self.restarted(), {})
        self.assertIn("+    privileged_without_host_devices = true\n", ran.out)
        self.assertIn("--- a/etc/containerd/conf.d/kata.toml\n"
                      "+++ b/etc/containerd/conf.d/kata.toml\n", ran.out)
        self.assertIn("-  privileged_without_host_devices = false\n"
                      "+  privileged_without_host_devices = true\n", ran.out)
        # The change and the handler.
        self.assertEqual(ran.recap(), {"containerd-1": (2, 0), "containerd-2": (2, 0),
                                       "crio": (0, 0), "broken": (0, 1)}, ran.out)

    def test_the_first_check_mode_shows_the_diff_and_leaves_nothing(self):
        before = self.files()
        ran = self.site("--check", "--diff", "-e", '{"katafix_policy": {"skip": ["kata-clh"]}}')
        print("\n" + ran.out.rstrip())
        after = self.files()
        for name in self.hosts:
            # What was there for a while leaves its time on the directory.
            mode, _, data = before[name]["usr/local/bin"]
            before[name]["usr/local/bin"] = (mode, after[name]["usr/local/bin"][1], data)
        self.assertEqual(after, before)
        self.assertEqual(self.restarted(), {})
        self.assertIn("+    privileged_without_host_devices = true\n", ran.out)
        self.assertIn("-  privileged_without_host_devices = false\n"
                      "+  privileged_without_host_devices = true\n", ran.out)
        # The policy that is not there yet leaves one alone.
        self.assertEqual(ran.out.count("+  privileged_without_host_devices = true\n"), 1)
        # The executable, the policy, the change and the handler.
        self.assertEqual(ran.recap(), {"containerd-1": (4, 0), "containerd-2": (4, 0),
                                       "crio": (2, 0), "broken": (2, 1)}, ran.out)

    def test_a_failure_is_what_is_wrong_in_a_few_lines(self):
        ran = self.site("--limit", "broken")
        failure = ran.out[ran.out.index("fatal: "):ran.out.index("TASK [katafix.katafix.katafix : Remove")]
        self.assertLess(len(failure), 600)
        ran = self.call("ansible-playbook", "site.yml", "--limit", "broken", "-e",
                        f"katafix_binary={OPTIONS.katafix}", ANSIBLE_CALLBACK_RESULT_FORMAT="yaml")
        failure = ran.out[ran.out.index("fatal: "):ran.out.index("TASK [katafix.katafix.katafix : Remove")]
        print("\n" + failure.rstrip())
        self.assertLess(len(failure.splitlines()), 12, failure)

    def test_the_policy_of_the_play_becomes_that_of_the_node(self):
        policy = {"skip": ["kata-clh", 'odd "name"'], "require_kata": True, "keep": 3}
        for changed in (4, 0):
            ran = self.site("--limit", "containerd-2", "-e", json.dumps({"katafix_policy": policy}))
            self.assertEqual(ran.recap(), {"containerd-2": (changed, 0)}, ran.out)
        self.assertEqual((self.hosts["containerd-2"].folder / "etc/katafix.toml").read_text("utf-8"),
                         'skip = ["kata-clh", "odd \\"name\\""]\nrequire-kata = true\nkeep = 3\n')
        own = self.dir / "own.toml"
        own.write_text("# ours\nstrict = true\n", encoding="utf-8")
        ran = self.site("--limit", "containerd-2", "--diff", "-e", f"katafix_policy={own}")
        # The policy, the handler that it left alone, and the restart.
        self.assertEqual(ran.recap(), {"containerd-2": (3, 0)}, ran.out)
        self.assertEqual((self.hosts["containerd-2"].folder / "etc/katafix.toml").read_text("utf-8"),
                         own.read_text("utf-8"))

    def test_what_was_there_before_comes_back(self):
        self.install()
        before = self.files()
        for skip in (["kata-clh"], []):
            self.site("--limit", "nodes:!broken", "-e", json.dumps({"katafix_skip": skip}))
        self.assertEqual(len(self.runs("containerd-2")), 2)
        words = ("--limit", "nodes:!broken", "-e", "katafix_state=restored", "--diff")
        checked = self.site("--check", *words)
        self.assertIn("-    privileged_without_host_devices = true\n", checked.out)
        for changed in (2, 0):
            ran = self.site(*words)
            self.assertEqual(ran.recap(), {"containerd-1": (changed, 0), "containerd-2": (changed, 0),
                                           "crio": (0, 0)}, ran.out)
            self.assertEqual({name for name, paths in self.changed_configs(before).items() if paths},
                             set())

    def runs(self, host):
        return sorted((self.hosts[host].folder / "var/lib/katafix/runs").iterdir())

    def test_a_file_that_was_changed_since_is_not_restored(self):
        self.install()
        self.site("--limit", "containerd-1")
        config = self.hosts["containerd-1"].folder / "etc/containerd/config.toml"
        config.write_text(config.read_text("utf-8") + "# mine\n", encoding="utf-8")
        ran = self.site("--limit", "containerd-1", "-e", "katafix_state=restored")
        self.assertEqual(ran.recap(), {"containerd-1": (0, 1)}, ran.out)
        self.assertIn("[conflict]", ran.out)
        self.assertIn("# mine", config.read_text("utf-8"))

    def test_a_confirmed_restart_is_katafixs_own(self):
        self.install()
        words = ("--limit", "nodes:!broken", "-e", "katafix_restart=confirmed")
        self.assertEqual(self.site("--check", *words).status, 0)
        self.assertEqual(self.restarted(), {})
        for changed in (1, 0):
            ran = self.site(*words)
            self.assertEqual(ran.recap(), {"containerd-1": (changed, 0), "containerd-2": (changed, 0),
                                           "crio": (0, 0)}, ran.out)
            self.assertEqual(self.restarted(), {"containerd-1": ["containerd"],
                                                "containerd-2": ["containerd"]})

    def test_a_confirmed_restart_that_fails_fails_the_node(self):
        self.install("containerd-1")
        self.hosts["containerd-1"].install("systemctl", "#!/bin/sh\n[ \"$1\" != restart ]\n")
        ran = self.site("--limit", "containerd-1", "-e", "katafix_restart=confirmed")
        self.assertEqual(ran.recap(), {"containerd-1": (0, 1)}, ran.out)
        self.assertIn("Files may have been changed: ", ran.out)
        self.assertIn("[restart-failed]", ran.out)

    def test_a_run_changes_what_needs_it_and_the_next_run_nothing(self):
        before = self.files()
        first = self.site("--diff")
        print("\n" + first.out[first.out.index("PLAY RECAP"):].rstrip())
        # The executable, the file and the handler.
        self.assertEqual(first.recap(), {"containerd-1": (3, 0), "containerd-2": (3, 0),
                                         "crio": (1, 0), "broken": (1, 1)}, first.out)
        self.assertEqual(first.out.count("fatal: "), 1)
        self.assertRegex(first.out, re.escape(f'"msg": "Nothing was written: {PLACE} [invalid-toml]'
                                              ': close it with ]"'))
        self.assertEqual(self.changed_configs(before),
                         {"containerd-1": ["etc/containerd/config.toml"],
                          "containerd-2": ["etc/containerd/conf.d/kata.toml"],
                          "crio": [], "broken": []})
        restarted = {"containerd-1": ["containerd"], "containerd-2": ["containerd"]}
        self.assertEqual(self.restarted(), restarted)

        after = self.files()
        second = self.site("--diff")
        print(second.out[second.out.index("PLAY RECAP"):].rstrip())
        self.assertEqual(second.recap(), {"containerd-1": (0, 0), "containerd-2": (0, 0),
                                          "crio": (0, 0), "broken": (0, 1)}, second.out)
        self.assertEqual(self.files(), after)
        self.assertEqual(self.restarted(), restarted)

    @unittest.skipUnless(shutil.which("dpkg-deb") and os.path.exists(PYTHON_APT),
                         "no dpkg-deb or no python3-apt, which Ansible would install")
    def test_the_package_is_installed_where_it_is_not(self):
        debian_repository.give(self.hosts["containerd-1"], "katafix", OPTIONS.katafix)
        update = self.call("ansible", "containerd-1", "-m", "apt", "-a", "update_cache=true")
        self.assertEqual(update.status, 0, update.out)
        checked = self.play("site.yml", "--limit", "containerd-1", "--check")
        self.assertIn("the package is not installed yet", checked.out)
        # The package, the file and the handler.
        for changed in (3, 0):
            ran = self.play("site.yml", "--limit", "containerd-1")
            self.assertEqual(ran.recap(), {"containerd-1": (changed, 0)}, ran.out)
        self.assertEqual(self.restarted(), {"containerd-1": ["containerd"]})

    def test_a_handler_of_the_play_can_do_the_restart_after_two_runs_of_the_role(self):
        self.install()
        (self.dir / "own.yml").write_text(
            "- hosts: nodes\n"
            "  vars: {katafix_package: '', katafix_restart: false}\n"
            "  roles: [katafix.katafix.katafix]\n"
            "  tasks: [include_role: {name: katafix.katafix.katafix}]\n"
            "  handlers:\n"
            "    - listen: Restart the container engines\n"
            "      command: echo restarting {{ katafix_units_to_restart | join(' ') }}\n",
            encoding="utf-8")
        ran = self.call("ansible-playbook", "own.yml", "-v")
        self.assertEqual(ran.out.count('"stdout": "restarting containerd"'), 2, ran.out)
        self.assertEqual(self.restarted(), {})

    def test_nodes_are_drained_one_by_one_and_only_where_a_fix_is_needed(self):
        stubs = self.dir / "stubs"
        stubs.mkdir()
        log = self.dir / "kubectl.log"
        (stubs / "kubectl").write_text(f'#!/bin/sh\necho "$1 $2" >>{log}\n', encoding="utf-8")
        (stubs / "kubectl").chmod(0o755)
        ran = self.play("rolling.yml", "-e", f"katafix_binary={OPTIONS.katafix}",
                        PATH=f"{stubs}:{self.env['PATH']}")
        self.assertEqual(log.read_text("ascii").splitlines(),
                         ["drain containerd-1", "uncordon containerd-1",
                          "drain containerd-2", "uncordon containerd-2"], ran.out)
        self.assertEqual(self.restarted(), {"containerd-1": ["containerd"],
                                            "containerd-2": ["containerd"]})


class CommandTest(FleetCase):

    def test_the_command_alone_fits_check_mode_and_a_run(self):
        self.install()
        before = self.files()
        checked = self.play("command.yml", "--check")
        self.assertEqual(checked.recap(), {"containerd-1": (1, 0), "containerd-2": (1, 0),
                                           "crio": (0, 0), "broken": (0, 1)}, checked.out)
        self.assertIn(PLACE.replace(": a", ": error: a"), checked.out)
        self.assertEqual(self.files(), before)
        ran = self.play("command.yml")
        self.assertEqual(ran.recap(), {"containerd-1": (2, 0), "containerd-2": (2, 0),
                                       "crio": (0, 0), "broken": (0, 1)}, ran.out)
        self.assertEqual(self.restarted(), {"containerd-1": ["containerd"],
                                            "containerd-2": ["containerd"]})
        again = self.play("command.yml")
        self.assertEqual({changed for changed, _ in again.recap().values()}, {0}, again.out)


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
    OPTIONS = ansible_collection.options(__doc__)
    ansible_collection.run("ansible-playbook", "ansible-galaxy", options=OPTIONS,
                           trouble=ssh_host.cannot_run())
