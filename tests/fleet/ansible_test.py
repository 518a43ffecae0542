#!/usr/bin/env python3
"""The role of the Ansible collection as it ships, run by Debian's ansible-core on hosts behind real sshds."""

import json
import os
import re
import shutil
import unittest

import ansible_case
import debian_repository
from ansible_case import OPTIONS, PLACE, FleetCase

PYTHON_APT = "/usr/lib/python3/dist-packages/apt/__init__.py"


def setUpModule():
    """Four hosts and a controller, which all tests share."""
    FleetCase.make(unittest.addModuleCleanup)


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
        # The host's containerd is a script that prints no config: that warning would be trouble, too.
        ran = self.site("--limit", "containerd-2", "--diff", "-e", f"katafix_policy={own}",
                        "-e", "katafix_validate=none")
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

    def test_a_confirmed_restart_is_none_in_check_mode(self):
        """What it is else needs a daemon that answers: fleet.restart has one."""
        self.install()
        ran = self.site("--check", "--limit", "nodes:!broken", "-e", "katafix_restart=confirmed")
        self.assertEqual(ran.status, 0, ran.out)
        self.assertEqual(self.restarted(), {})

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


if __name__ == "__main__":
    ansible_case.run()
