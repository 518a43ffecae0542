#!/usr/bin/env python3
"""The systemd units, judged by systemd itself and run on a node that boots."""

import os
import re
import struct
import subprocess
import sys
import time
import unittest

import booted_node

UNITS = ["katafix.service", "katafix-check.service", "katafix-check.timer"]
EXPOSURE = 17  # of 100, as systemd counts it
SKIPPED = 77

FLAG = "privileged_without_host_devices"
CRI = 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes'
KATA = f'[{CRI}.kata]\n  runtime_type = "io.containerd.kata.v2"\n'
RUNC = f'[{CRI}.runc]\n  runtime_type = "io.containerd.runc.v2"\n'
CONTAINERD = f'version = 2\n{RUNC}{KATA}'
CONTAINERD_RIGHT = f'{CONTAINERD}  {FLAG} = true\n'
CRIO = '[crio.runtime.runtimes.kata]\nruntime_path = "/usr/bin/containerd-shim-kata-v2"\n'
RANCHER = "/var/lib/rancher/{}/agent/etc/containerd/config.toml.tmpl"
CONFIG = "/etc/containerd/config.toml"
METRICS = "/var/lib/prometheus/node-exporter/katafix.prom"

# Each engine's unit, and a file that it reads at its start.
ENGINES = {
    "containerd": CONFIG,
    "crio": "/etc/crio/crio.conf.d/10-kata.conf",
    "k3s": RANCHER.format("k3s"),
    "k3s-agent": RANCHER.format("k3s"),
    "rke2-server": RANCHER.format("rke2"),
    "rke2-agent": RANCHER.format("rke2"),
    "k0sworker": "/etc/k0s/containerd.d/kata.toml",
    "k0scontroller": "/etc/k0s/containerd.d/kata.toml",
    "snap.microk8s.daemon-containerd": "/var/snap/microk8s/current/args/containerd-template.toml",
    "snap.k8s.containerd": "/var/snap/k8s/common/etc/containerd/config.toml",
}
# It keeps what it reads when it starts, and is up from then on.
ENGINE = """[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/cp {file} /test/seen/{unit}
[Install]
WantedBy=multi-user.target
"""

# An ACL as the kernel keeps it: the version, then tag, permissions and id of each entry.
ACL = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in (
    (0x01, 6, 0xFFFFFFFF), (0x02, 4, 4321), (0x04, 4, 0xFFFFFFFF), (0x10, 4, 0xFFFFFFFF),
    (0x20, 0, 0xFFFFFFFF)))

shown = []


def attributes(path):
    info = path.stat()
    return (info.st_mode, info.st_uid, info.st_gid,
            {name: os.getxattr(path, name) for name in os.listxattr(path)})


def tree(folder):
    """All that tells whether a file was touched."""
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")
            if path.is_file()}


def blocks_of_readme(language):
    text = (OPTIONS.packaging / "systemd/README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


class NodeTest(unittest.TestCase):
    """A node with the units, as the packages install them."""

    def setUp(self):
        self.node = booted_node.Node()
        self.addCleanup(self.node.close)
        self.node.install(OPTIONS.katafix, "usr/bin/katafix", 0o755)
        for unit in UNITS:
            self.node.install(OPTIONS.packaging / "systemd" / unit,
                              f"usr/lib/systemd/system/{unit}")
        self.node.path("test/seen").mkdir()

    def add_engine(self, unit, text, file=None):
        """An engine and its config; enabled, and katafix before it."""
        self.node.write(file or ENGINES[unit], text)
        self.node.write(f"usr/lib/systemd/system/{unit}.service",
                        ENGINE.format(unit=unit, file=ENGINES[unit]))
        self.node.systemctl("enable", f"{unit}.service", "katafix.service")

    def seen(self, unit):
        return self.node.read(f"test/seen/{unit}")

    def drop_in(self, unit, text):
        self.node.write(f"etc/systemd/system/{unit}.d/override.conf", text)

    def metrics(self, file=METRICS):
        return dict(line.split() for line in self.node.read(file).splitlines()
                    if not line.startswith("#"))


class UnitFilesTest(NodeTest):
    def test_systemd_finds_nothing_wrong_with_them(self):
        # The manual is not for the units to bring.
        said = booted_node.run("systemd-analyze", "verify", f"--root={self.node.root}", "--man=no",
                               *UNITS)
        self.assertEqual(said.stdout + said.stderr, "")
        shown.append(f"systemd-analyze verify {' '.join(UNITS)}: nothing wrong")

    def test_they_are_exposed_to_little(self):
        for unit in UNITS[:2]:
            ran = subprocess.run(
                ["systemd-analyze", "security", "--no-pager", "--offline=true",
                 f"--root={self.node.root}", f"--threshold={EXPOSURE}", unit],
                capture_output=True, text=True, check=False)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            shown.append("systemd-analyze security: " +
                         re.search(r"Overall exposure level for .*: [\d.]+", ran.stdout)[0])

    def test_they_stay_off_on_the_first_boot_of_an_image(self):
        self.node.install(OPTIONS.packaging / "systemd/katafix.preset",
                          "usr/lib/systemd/system-preset/90-katafix.preset")
        self.node.systemctl("preset-all")
        for unit in ("katafix.service", "katafix-check.timer"):
            found = subprocess.run(["systemctl", f"--root={self.node.root}", "is-enabled", unit],
                                   capture_output=True, text=True, check=False)
            self.assertEqual(found.stdout.strip(), "disabled")


class FixTest(NodeTest):
    def test_each_engine_starts_with_the_flag_and_the_second_boot_changes_nothing(self):
        files = [self.node.path(file) for file in ENGINES.values()]
        self.node.path("var/snap/microk8s/7").mkdir(parents=True)
        self.node.path("var/snap/microk8s/current").symlink_to("7")
        for unit in ENGINES:
            self.add_engine(unit, CRIO if unit == "crio" else CONTAINERD)
        for file in files:
            os.chown(file, 1234, 1235)
            os.setxattr(file, "system.posix_acl_access", ACL)
        before = [attributes(file) for file in files]
        self.node.boot('[ -z "$(systemctl --failed --quiet)" ]')
        wants = self.node.path("etc/systemd/system")
        for unit in ENGINES:
            self.assertTrue((wants / f"{unit}.service.wants/katafix.service").is_symlink(), unit)
            self.assertIn(f"{FLAG} = true", self.seen(unit), unit)
        self.assertEqual([attributes(file) for file in files], before)

        etc, var = tree(self.node.path("etc")), tree(self.node.path("var/lib/katafix"))
        self.assertNotEqual(var, {})
        log = self.node.boot("journalctl -o cat -u katafix.service")
        self.assertIn("Nothing to fix", log)
        self.assertEqual(tree(self.node.path("etc")), etc)
        self.assertEqual(tree(self.node.path("var/lib/katafix")), var)

    def test_a_restart_of_the_engine_finds_the_config_fixed_too(self):
        self.add_engine("containerd", CONTAINERD)
        log = self.node.boot(f"printf '%s' '{CONTAINERD}' > {CONFIG}\n"
                             "systemctl restart containerd\n"
                             "journalctl -o cat -u katafix.service")
        self.assertEqual(self.seen("containerd"), CONTAINERD_RIGHT)
        self.assertEqual(log.count("Set privileged_without_host_devices = true for 1 Kata handler"), 2)
        shown.append("journalctl -u katafix.service, one boot and one restart of containerd:\n" +
                     log[log.index("\nStarting"):].strip())

    def test_a_config_in_another_place_fails_the_unit_alone_until_the_place_is_named(self):
        self.add_engine("containerd", CONTAINERD, "/srv/containerd/config.toml")
        self.node.path(CONFIG).parent.mkdir(parents=True)
        self.node.path(CONFIG).symlink_to("/srv/containerd/config.toml")
        log = self.node.boot("systemctl is-active containerd\n"
                             "systemctl is-failed katafix.service\n"
                             "journalctl -o cat -u katafix.service")
        self.assertIn("Read-only file system", log)
        self.assertEqual(self.seen("containerd"), CONTAINERD)
        self.drop_in("katafix.service", blocks_of_readme("ini")[0])
        self.node.boot("fails systemctl is-failed katafix.service")
        self.assertEqual(self.seen("containerd"), CONTAINERD_RIGHT)


class OptionsTest(NodeTest):
    """What the units are told: the policy, and options beside it."""

    def test_the_policy_of_the_node_is_heeded(self):
        policy, = blocks_of_readme("toml")
        self.node.write("etc/katafix.toml", policy)
        dev = CONTAINERD + KATA.replace(".kata]", ".kata-dev]")
        self.add_engine("containerd", dev)
        self.node.boot("systemctl start katafix-check.service\n"
                       f"printf '%s' '{RUNC}' > {CONFIG}\n"
                       "fails systemctl start katafix.service\n"
                       "fails systemctl start katafix-check.service")
        self.assertEqual(self.seen("containerd"), CONTAINERD_RIGHT + dev[len(CONTAINERD):])
        self.assertEqual(self.metrics()["katafix_check_status"], "2")

    def test_other_options_come_from_a_file_of_their_own(self):
        self.node.write("etc/default/katafix", "KATAFIX_OPTIONS=--verbose\n"
                        "KATAFIX_APPLY_OPTIONS=\"--engine containerd --validate '/bin/false %s'\"\n"
                        f"METRICS={METRICS}.prom\n")
        self.add_engine("containerd", CONTAINERD)
        log = self.node.boot("systemctl is-failed katafix.service\n"
                             "fails systemctl start katafix-check.service\n"
                             "journalctl -o cat -u katafix.service -u katafix-check.service")
        self.assertEqual(self.seen("containerd"), CONTAINERD)
        self.assertIn("[validation-failed]", log)
        self.assertIn("AS SEEN BY", log)
        self.assertEqual(self.metrics(f"{METRICS}.prom")["katafix_check_status"], "1")
        self.assertFalse(self.node.path(METRICS).exists())

    def test_without_such_files_systemd_has_nothing_to_say(self):
        self.add_engine("containerd", CONTAINERD)
        log = self.node.boot("systemctl start katafix-check.service || true\n"
                             "journalctl -o cat -u katafix.service -u katafix-check.service")
        self.assertNotIn("environment variable", log)


class CheckTest(NodeTest):
    def test_drift_fails_the_unit_until_it_is_mended(self):
        self.add_engine("containerd", CONTAINERD_RIGHT)
        self.node.path(CONFIG).chmod(0o600)
        os.chown(self.node.path(CONFIG), 1234, 1235)
        log = self.node.boot(
            "systemctl start katafix-check.service\n"
            f"cp {METRICS} /test/right\n"
            f"printf '%s' '{CONTAINERD}' > {CONFIG}\n"
            "fails systemctl start katafix-check.service\n"
            "systemctl is-failed katafix-check.service\n"
            f"cp {METRICS} /test/drift\n"
            "journalctl -o cat -u katafix-check.service\n"
            "katafix apply -q\n"
            "systemctl start katafix-check.service\n"
            "fails systemctl is-failed katafix-check.service")
        self.assertEqual(self.metrics("test/right")["katafix_check_status"], "0")
        self.assertEqual(self.metrics("test/drift")["katafix_check_status"], "1")
        self.assertEqual(self.metrics("test/drift")['katafix_kata_handlers{state="lacking"}'], "1")
        self.assertEqual(self.metrics()["katafix_check_status"], "0")
        self.assertEqual(self.node.path(METRICS).stat().st_mode & 0o777, 0o644)
        self.assertIn("[restart-needed]", log)
        self.assertIn("1 Kata handler needs privileged_without_host_devices = true", log)
        shown.append(f"{METRICS} with drift:\n{self.node.read('test/drift').strip()}")

    def test_the_metrics_go_to_another_place(self):
        self.add_engine("containerd", CONTAINERD_RIGHT)
        self.node.path("var/lib/node_exporter").mkdir(parents=True)
        self.drop_in("katafix-check.service", blocks_of_readme("ini")[1])
        self.node.boot("systemctl start katafix-check.service")
        self.assertEqual(self.metrics("var/lib/node_exporter/katafix.prom")["katafix_check_status"],
                         "0")
        self.assertFalse(self.node.path(METRICS).exists())

    def test_the_place_of_the_metrics_stays_whose_it_is(self):
        self.add_engine("containerd", CONTAINERD_RIGHT)
        others = self.node.write(f"{METRICS}.others", "")
        os.chown(others, 1234, 1235)
        os.chown(others.parent, 1234, 1235)
        others.parent.chmod(0o2770)
        before = [attributes(path) for path in (others, others.parent)]
        self.node.boot("systemctl start katafix-check.service")
        self.assertEqual([attributes(path) for path in (others, others.parent)], before)

    def test_the_timer_makes_up_for_what_it_missed(self):
        self.add_engine("containerd", CONTAINERD_RIGHT)
        self.node.systemctl("enable", "katafix-check.timer")
        self.drop_in("katafix-check.timer",
                     "[Timer]\nOnCalendar=\nOnCalendar=yearly\nRandomizedDelaySec=0\n")
        self.drop_in("katafix-check.service",
                     "[Service]\nExecStopPost=+/bin/sh -c 'echo > /test/done'\n")
        stamp = self.node.write("var/lib/systemd/timers/stamp-katafix-check.timer", "")
        long_ago = time.time() - 400 * 24 * 60 * 60
        os.utime(stamp, (long_ago, long_ago))
        os.mkfifo(self.node.path("test/done"))
        log = self.node.boot("read -r line < /test/done\n"
                             "journalctl -o cat -u katafix-check.service")
        self.assertEqual(self.metrics()["katafix_check_status"], "0")
        self.assertIn("Nothing to fix: 1 Kata handler has privileged_without_host_devices = true.", log)


class ReadmeTest(NodeTest):
    def test_its_commands_work_as_printed(self):
        for unit in UNITS:
            self.node.path(f"usr/lib/systemd/system/{unit}").unlink()
            self.node.install(OPTIONS.packaging / "systemd" / unit, f"test/{unit}")
        self.node.install(OPTIONS.packaging / "systemd/katafix.preset", "test/katafix.preset")
        self.node.install(OPTIONS.katafix, "test/katafix", 0o755)
        self.add_engine_by_hand()
        self.node.path("etc/default").mkdir()
        install, enable, look, options, enable_check, look_for_drift = blocks_of_readme("sh")
        self.node.boot(f"cd /test\n{install}{enable}systemctl restart containerd\n"
                       f"fails {look}{options}{enable_check}systemctl start katafix-check.service\n"
                       f"{look_for_drift}systemctl is-active katafix-check.timer")
        self.assertEqual(self.seen("containerd"), CONTAINERD_RIGHT)
        self.assertEqual(self.metrics()["katafix_check_status"], "0")

    def add_engine_by_hand(self):
        self.node.write(CONFIG, CONTAINERD)
        self.node.write("etc/systemd/system/containerd.service",
                        ENGINE.format(unit="containerd", file=CONFIG))
        self.node.systemctl("enable", "containerd.service")


if __name__ == "__main__":
    OPTIONS, rest = booted_node.parse(__doc__)
    reason = booted_node.missing()
    if reason:
        print(f"skipped: no node can boot here: {reason}")
        sys.exit(SKIPPED)
    booted_node.enter_namespace()
    program = unittest.main(argv=[sys.argv[0], *rest], verbosity=2, catchbreak=True, exit=False)
    print("\n\n".join(["", *shown]))
    sys.exit(not program.result.wasSuccessful())
