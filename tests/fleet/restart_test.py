#!/usr/bin/env python3
"""apply --restart on a node that boots, with containerd as its engine: what comes up with the flag
stays, and what does not gets its files back."""

import json
import re
import shutil
import sys
import unittest

import booted_node

SKIPPED = 77
CONTAINERD = "/usr/bin/containerd"
CONFIG = "/etc/containerd/config.toml"
FLAG = "privileged_without_host_devices"
CRI = 'plugins."io.containerd.grpc.v1.cri"'
RUNTIMES = f"{CRI}.containerd.runtimes"
LACKING = f"""version = 2
[{CRI}.containerd]
snapshotter = "native"
[{RUNTIMES}.runc]
  runtime_type = "io.containerd.runc.v2"
[{RUNTIMES}.kata]
  runtime_type = "io.containerd.kata.v2"
"""
RIGHT = f"{LACKING}  {FLAG} = true\n"
# The two exclude each other: the engine comes up, and its CRI does not.
WITHOUT_CRI = f"""[{CRI}.registry]
config_path = "/etc/containerd/certs.d"
[{CRI}.registry.mirrors.example]
endpoint = ["https://example.org"]
"""
UNIT = """[Service]
Type=notify
{before}
ExecStart={command}
Delegate=yes
KillMode=process
[Install]
WantedBy=multi-user.target
"""

shown = []


class NodeTest(unittest.TestCase):

    def setUp(self):
        self.node = booted_node.Node()
        self.addCleanup(self.node.close)
        self.node.install(OPTIONS.katafix, "usr/bin/katafix", 0o755)
        self.node.write(CONFIG, LACKING)
        self.engine()

    def engine(self, command=CONTAINERD, before=""):
        self.node.write("usr/lib/systemd/system/containerd.service", UNIT.format(command=command, before=before))
        self.node.systemctl("enable", "containerd.service")

    def run_on_node(self, *commands, first=""):
        """What each command of katafix ends with, and what it says; `first` is a script before."""
        script = f"set +ex\n{first}\n"
        for command in commands:
            script += f"echo \"== $ katafix {command}\"; katafix {command}; echo \"== $?\"\n"
        log = self.node.boot(script)
        ran = re.findall(r"^== \$ katafix (.*)\n((?:.*\n)*?)== (\d+)$", log, re.MULTILINE)
        self.assertEqual(len(ran), len(commands), log)
        return [(int(status), said) for _, said, status in ran], log

    def show(self, title, log):
        shown.append(f"{title}:\n" + re.sub(r"^== (?=\$)", "", re.sub(r"^== (\d+)$", r"[\1]", log, flags=re.M),
                                            flags=re.M).strip())

    def runs(self):
        folder = self.node.path("var/lib/katafix/runs")
        return sorted(folder.iterdir()) if folder.exists() else []


class ConfirmedTest(NodeTest):

    def test_a_change_is_in_effect_once_it_is_said_to_be_done(self):
        ran, log = self.run_on_node("check", "apply --restart", "check")
        self.assertEqual([status for status, _ in ran], [1, 0, 0], log)
        self.assertIn("Set privileged_without_host_devices = true for 1 Kata handler. Restarted containerd.", ran[1][1])
        self.assertIn("1 Kata handler has privileged_without_host_devices = true, in the running engine, too.", ran[2][1])
        self.assertEqual(self.node.read(CONFIG), RIGHT)

    def test_a_daemon_that_is_stale_is_restarted_and_nothing_is_changed(self):
        ran, log = self.run_on_node("apply", "check", "apply --restart --json", "apply --restart", "check")
        self.assertEqual([status for status, _ in ran], [0, 1, 0, 0, 0], log)
        self.assertIn("[not-in-effect]", ran[1][1])
        report = json.loads(ran[2][1])
        self.assertEqual((report["changed"], report["run"], report["restart"], report["findings"]),
                         (False, None, ["containerd"], []))
        self.assertEqual(report["running"][0]["handlers"]["kata"], {FLAG: True})
        self.assertNotIn("Restarted", ran[3][1])  # it is right now
        self.assertEqual(len(self.runs()), 1)
        self.show("a forgotten restart", log)

    def test_a_unit_that_takes_20_seconds(self):
        self.engine(before="ExecStartPre=/bin/sh -c 'test ! -e /test/slow || sleep 20'")
        ran, log = self.run_on_node("apply --restart", "check", first="touch /test/slow")
        self.assertEqual([status for status, _ in ran], [0, 0], log)

    def test_an_engine_that_serves_late(self):
        """Its unit is up before its CRI is."""
        self.engine(command="/bin/sh -c 'test ! -e /test/slow || sleep 5; exec containerd'")
        unit = self.node.path("usr/lib/systemd/system/containerd.service")
        unit.write_text(unit.read_text().replace("Type=notify", "Type=exec"))
        ran, log = self.run_on_node("apply --restart", "check", first="""
            until ctr version; do sleep 0.1; done; touch /test/slow""")
        self.assertEqual([status for status, _ in ran], [0, 0], log)

    def test_the_unit_that_runs_before_each_start_does_not_stand_in_its_way(self):
        self.node.install(OPTIONS.packaging / "systemd/katafix.service", "usr/lib/systemd/system/katafix.service")
        self.node.systemctl("enable", "katafix.service")
        ran, log = self.run_on_node("apply --restart", "check", first=f"""
            grep -c {FLAG} {CONFIG}
            sed -i /{FLAG}/d {CONFIG}""")
        self.assertEqual([status for status, _ in ran], [0, 0], log)
        self.assertTrue(log.startswith("+ set +ex\n1\n"), log)
        log = self.node.boot(f"""
            sed -i /{FLAG}/d {CONFIG}
            katafix apply --restart
            systemctl show --property=Result katafix.service
            journalctl -o cat -u katafix.service""")
        self.assertIn("\nResult=success\n", log)
        self.assertNotIn("warning", log)

    def test_what_nobody_can_be_asked_about_is_said(self):
        ran, log = self.run_on_node(f"apply --restart {CONFIG}")
        self.assertEqual(ran[0][0], 0, log)
        self.assertIn("containerd is restarted, and nobody could be asked what it does now [not-asked]", ran[0][1])


class RolledBackTest(NodeTest):
    """The engine's own print takes the change; its daemon does not."""

    def rolled_back(self, *commands, title):
        ran, log = self.run_on_node(*commands, "check --json", "restore --list")
        self.assertEqual(ran[0][0], 3, log)
        self.assertEqual(self.node.read(CONFIG), LACKING)
        self.assertIn("[restart-failed]", ran[0][1])
        self.assertIn("the files are as they were before, and the engines were restarted with them [rolled-back]",
                      ran[0][1])
        self.assertIn("The files are as they were before.", ran[0][1])
        report = json.loads(ran[-2][1])
        self.assertTrue(report["running"][0]["answered"], log)
        self.assertEqual(report["running"][0]["handlers"]["kata"], {FLAG: False})
        self.assertIn(" undone ", ran[-1][1])
        self.show(title, log[:log.index("== $ katafix check")])
        return ran[0][1]

    def test_an_engine_that_does_not_come_up(self):
        self.engine(before=f"ExecStartPre=/bin/sh -c 'if grep -q {FLAG} {CONFIG}; then echo no flags here; exit 1; fi'")
        said = self.rolled_back("apply --restart", title="an engine that does not start with the change")
        self.assertRegex(said, r"systemctl restart containerd exited with status 1 \[restart-failed\]\n(  \|.*\n)*"
                               r"  \| no flags here\n")

    def test_an_engine_that_comes_up_without_cri(self):
        self.node.write("/etc/containerd/without-cri.toml", RIGHT + WITHOUT_CRI)
        self.engine(command=f"/bin/sh -c 'if grep -q {FLAG} {CONFIG}; then set -- --config /etc/containerd/without-cri.toml;"
                            f" fi; exec {CONTAINERD} \"$@\"'")
        said = self.rolled_back("apply --restart --restart-timeout 3", title="an engine that serves no pods with it")
        self.assertIn("containerd is restarted, and 3 s later it is up, and serves no pods: unknown service runtime",
                      said)
        self.assertRegex(said, r"\n  \| .*mirrors.*config_path")

    def test_an_engine_that_reads_another_config(self):
        self.node.write("/etc/containerd/other.toml", LACKING)
        self.engine(command=f"/bin/sh -c 'exec {CONTAINERD} --config $(echo /etc/containerd/other.toml)'")
        said = self.rolled_back("apply --restart --restart-timeout 3", title="an engine that has another config")
        self.assertIn(f"3 s later it serves pods without {FLAG} for kata", said)

    def test_where_the_old_files_do_not_help_either(self):
        self.node.write(CONFIG, LACKING + WITHOUT_CRI)
        ran, log = self.run_on_node("apply --restart --restart-timeout 2", "check")
        self.assertEqual([status for status, _ in ran], [3, 2], log)
        self.assertIn("the files are as they were before, and that did not help: containerd is restarted, and 2 s "
                      "later it is up, and serves no pods", ran[0][1])
        self.assertEqual(self.node.read(CONFIG), LACKING + WITHOUT_CRI)


if __name__ == "__main__":
    OPTIONS, rest = booted_node.parse(__doc__)
    reason = booted_node.missing() or ("" if shutil.which(CONTAINERD) else f"{CONTAINERD} is missing")
    if reason:
        print(f"skipped: no node can boot here: {reason}")
        sys.exit(SKIPPED)
    booted_node.enter_namespace()
    program = unittest.main(argv=[sys.argv[0], *rest], verbosity=2, catchbreak=True, exit=False)
    print("\n\n".join(["", *shown]))
    sys.exit(not program.result.wasSuccessful())
