#!/usr/bin/env python3
"""The cloud-init examples, judged by cloud-init's own schema and run by its real stages."""

import re
import sys
import unittest

import booted_node
import cloud_node

SKIPPED = 77
CANNOT_BOOT = booted_node.missing()

FLAG = "privileged_without_host_devices"
CRI = 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes'
KATA = '  runtime_type = "io.containerd.kata.v2"  # a VM for each pod\n'
CONFIG = f"version = 2\n[{CRI}.runc]\n  {FLAG} = false\n[{CRI}.kata]\n{KATA}"
FIXED = f"{CONFIG}  {FLAG} = true\n"
INVALID = "version = 2\n[plugins\n"
INVALID_AT = "/etc/containerd/config.toml:2:9: error: a header that is not closed"
CONTAINERD = "/etc/containerd/config.toml"

TEMPLATE = ('{{ template "base" . }}\n'
            "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.kata]\n" + KATA)
TEMPLATE_FIXED = f"{TEMPLATE}  {FLAG} = true\n"
RANCHER = "/var/lib/rancher/{}/agent/etc/containerd/config-v3.toml.tmpl"

# Stands for what a node calls: it keeps the call, and which files have the flag by then.
SOCKET = "/run/containerd/containerd.sock"
# What is restarted answers as a containerd that has the flag.
STUB = f"""#!/bin/sh
right=$(cd / && grep -rls '{FLAG} = true' etc/containerd var/lib/rancher)
echo "$INSTALL_K3S_SKIP_START$INSTALL_RKE2_TYPE ${{0##*/}} $* | $right" >>/var/log/calls
if [ "${{0##*/}} $1" = "systemctl restart" ]; then
  mkdir -p /run/containerd
  rm -f {SOCKET}
  setsid timeout 20 python3 /test/fake_engine.py {SOCKET} right >/dev/null 2>&1 &
  timeout 10 sh -c 'until [ -S {SOCKET} ]; do sleep 0.1; done'
fi
"""

# It keeps what it reads at each start, and answers from then on.
ENGINE = f"""[Service]
RuntimeDirectory=containerd
ExecStartPre=/bin/sh -c 'cp {CONTAINERD} /test/seen-$(date +%%s%%N)'
ExecStart=/usr/bin/python3 /test/fake_engine.py {SOCKET} right
[Install]
WantedBy=multi-user.target
"""

shown = []


class NodeTest(unittest.TestCase):
    """A test with a node of its own."""

    maxDiff = None

    def shortDescription(self):
        return None

    def setUp(self):
        self.node = cloud_node.Node(IMAGE)
        self.addCleanup(self.node.close)
        self.node.install(OPTIONS.katafix, "usr/bin/katafix", 0o755)
        self.node.install(booted_node.FAKE_ENGINE, "test/fake_engine.py")


class StagesTest(NodeTest):
    """cloud-init's stages alone, with something that stands for the programs they start."""

    def setUp(self):
        super().setUp()
        for program in ("/usr/bin/systemctl", "/usr/bin/kubeadm", "/opt/k3s/install.sh",
                        "/opt/rke2/install.sh"):
            self.node.write(program, STUB, 0o755)

    def calls(self):
        calls = self.node.path("var/log/calls")
        return [call.strip() for call in calls.read_text().splitlines()] if calls.exists() else []

    def boot(self):
        """One boot, with nothing that cloud-init complains of."""
        boot = self.node.run_stages()
        self.assertEqual(boot.status, 0, boot.said + boot.output)
        self.assertIn("status: done", boot.said)
        return boot

    def boot_that_fails(self):
        boot = self.node.run_stages()
        self.assertEqual(boot.status, 1, boot.said + boot.output)
        self.assertIn("status: error", boot.said)
        return boot

    def boot_that_changes_nothing(self):
        before, calls = self.node.tree(), self.calls()
        boot = self.boot()
        after = self.node.tree()
        self.assertEqual([], [name for name in sorted(before.keys() | after.keys())
                              if before.get(name) != after.get(name)])
        self.assertEqual(self.calls(), calls)
        return boot


def example(name):
    return (OPTIONS.packaging / "cloud-init" / name).read_text(encoding="utf-8")


def blocks_of_readme(language):
    return re.findall(f"^```{language}\n(.*?)^```$", example("README.md"), re.M | re.S)


class SchemaTest(StagesTest):
    def schema(self, user_data):
        self.node.write("user-data.yaml", user_data)
        return self.node.run("cloud-init schema --config-file /user-data.yaml")

    def test_each_example_is_valid(self):
        names = [path.name for path in (OPTIONS.packaging / "cloud-init").glob("*.yaml")]
        self.assertGreaterEqual(len(names), 6)
        for name, text in [(name, example(name)) for name in sorted(names)] + [
                ("README.md", block) for block in blocks_of_readme("yaml")]:
            with self.subTest(name):
                ran = self.schema(text)
                self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
                self.assertIn("Valid cloud-config", ran.stdout)
                shown.append(f"{name}: {ran.stdout.strip()}")

    def test_the_schema_sees_a_mistake(self):
        ran = self.schema(example("runcmd.yaml").replace("  - katafix", "  katafix"))
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("runcmd", ran.stdout + ran.stderr)


class RuncmdTest(StagesTest):
    def setUp(self):
        super().setUp()
        self.node.seed(example("runcmd.yaml"))

    def test_the_first_boot_fixes_the_config_and_the_second_changes_nothing(self):
        self.node.write(CONTAINERD, CONFIG)
        first = self.boot()
        self.assertEqual(self.node.read(CONTAINERD), FIXED)
        self.assertEqual(self.calls(), [f"systemctl restart containerd | {CONTAINERD[1:]}"])
        self.assertIn("Set privileged_without_host_devices = true for 1 Kata handler.", first.output)
        second = self.boot_that_changes_nothing()
        shown.append(f"First boot:\n{first.said}{report(first)}\nSecond boot:\n{second.said}")

    def test_a_failure_shows_in_the_status_and_in_the_log_whatever_follows(self):
        self.node.write(CONTAINERD, INVALID)
        self.node.seed(example("runcmd.yaml") + "  - kubeadm join\n")
        boot = self.boot_that_fails()
        self.assertIn("runcmd", boot.said)
        self.assertIn(INVALID_AT, boot.output)
        self.assertEqual(self.node.read(CONTAINERD), INVALID)
        self.assertEqual(self.calls(), [])
        shown.append(f"A config that is not TOML:\n{boot.said}{report(boot)}")

    def test_without_the_exit_what_follows_would_hide_it(self):
        self.node.write(CONTAINERD, INVALID)
        self.node.seed(example("runcmd.yaml").replace(" || exit 1", "") + "  - kubeadm join\n")
        self.assertIn(INVALID_AT, self.boot().output)
        self.assertEqual(self.calls(), ["kubeadm join |"])


class EachBootTest(StagesTest):
    """What runs at each boot."""

    def fixes_at_each_boot(self, user_data):
        self.node.seed(user_data)
        for _ in "first", "second":
            self.node.write(CONTAINERD, CONFIG)
            self.boot()
            self.assertEqual(self.node.read(CONTAINERD), FIXED)

    def test_bootcmd_fixes_what_changed_meanwhile_and_otherwise_changes_nothing(self):
        self.fixes_at_each_boot(example("bootcmd.yaml"))
        self.boot_that_changes_nothing()

    def test_so_does_the_boothook(self):
        self.fixes_at_each_boot(example("boothook"))

    def test_a_failure_of_bootcmd_shows_in_the_status_and_in_the_log(self):
        self.node.seed(example("bootcmd.yaml") + "  - kubeadm join\n")
        self.node.write(CONTAINERD, INVALID)
        boot = self.boot_that_fails()
        self.assertIn("bootcmd", boot.said)
        self.assertIn(INVALID_AT, boot.output)
        self.assertEqual(self.calls(), [])

    def test_once_for_each_instance_as_the_readme_has_it(self):
        self.node.seed(blocks_of_readme("yaml")[0])
        self.node.write(CONTAINERD, CONFIG)
        self.boot()
        self.assertEqual(self.node.read(CONTAINERD), FIXED)
        self.node.write(CONTAINERD, CONFIG)
        self.boot_that_changes_nothing()


class OrderTest(StagesTest):
    """katafix between an installer and the start of what it installed."""

    def fixes_before(self, name, file, before, after, calls):
        self.node.seed(example(name))
        self.node.write(file, before)
        self.boot()
        self.assertEqual(self.node.read(file), after)
        self.assertEqual(self.calls(), calls)
        self.boot_that_changes_nothing()

    def test_kubeadm_joins_when_the_config_is_right(self):
        install = f"{STUB}mkdir -p /etc/containerd\ncp /opt/kata/config.toml {CONTAINERD}\n"
        self.node.write("/opt/kata/install.sh", install, 0o755)
        right = CONTAINERD[1:]
        self.fixes_before("kubeadm.yaml", "/opt/kata/config.toml", CONFIG, CONFIG, [
            "install.sh  |", f"systemctl restart containerd | {right}",
            f"kubeadm join --config /etc/kubernetes/join.yaml | {right}"])
        self.assertEqual(self.node.read(CONTAINERD), FIXED)

    def test_k3s_starts_when_its_template_is_right(self):
        template = RANCHER.format("k3s")
        self.fixes_before("k3s.yaml", template, TEMPLATE, TEMPLATE_FIXED, [
            "true install.sh  |", f"systemctl start k3s | {template[1:]}"])

    def test_rke2_starts_when_its_template_is_right(self):
        template = RANCHER.format("rke2")
        self.fixes_before("rke2.yaml", template, TEMPLATE, TEMPLATE_FIXED, [
            "agent install.sh  |", f"systemctl enable --now rke2-agent | {template[1:]}"])

    def test_nothing_starts_after_a_failure(self):
        self.node.write("/opt/kata/install.sh", STUB, 0o755)
        self.node.write(CONTAINERD, INVALID)
        self.node.seed(example("kubeadm.yaml"))
        boot = self.boot_that_fails()
        self.assertIn(INVALID_AT, boot.output)
        self.assertEqual(self.calls(), ["install.sh  |"])

    def test_nothing_starts_when_the_config_is_not_there_yet(self):
        self.node.seed(example("k3s.yaml"))
        boot = self.boot_that_fails()
        self.assertIn("no Kata handler was found", boot.output)
        self.assertEqual(self.calls(), ["true install.sh  |"])


@unittest.skipIf(CANNOT_BOOT, f"no node can boot here: {CANNOT_BOOT}")
class BootTest(NodeTest):
    """systemd runs cloud-init and the engine, in the order of their units."""

    def setUp(self):
        super().setUp()
        self.node.write(CONTAINERD, CONFIG)
        self.node.write("/etc/systemd/system/containerd.service", ENGINE)
        self.node.systemctl("enable", "containerd.service")

    def boot(self, user_data, script=""):
        """The configs that the engine saw at each of its starts."""
        self.node.seed(user_data)
        self.node.boot(f"cloud-init status --wait\n{script}")
        starts = sorted(self.node.path("test").glob("seen-*"))
        seen = [path.read_text(encoding="utf-8") for path in starts]
        for path in starts:
            path.unlink()
        return seen

    def test_runcmd_restarts_the_engine_only_where_the_config_changed(self):
        self.assertEqual(self.boot(example("runcmd.yaml")), [CONFIG, FIXED])
        self.assertEqual(self.boot(example("runcmd.yaml")), [FIXED])

    def test_bootcmd_comes_before_the_engine(self):
        self.assertEqual(self.boot(example("bootcmd.yaml")), [FIXED])

    def test_a_bootstrap_may_write_the_config_later(self):
        self.node.install(OPTIONS.packaging / "systemd/katafix.service",
                          "usr/lib/systemd/system/katafix.service")
        self.node.write("/test/config.toml", CONFIG)
        bootstrap = f"cp /test/config.toml {CONTAINERD}\nsystemctl restart containerd\n"
        self.assertEqual(self.boot(example("bootstrap.yaml"), bootstrap), [CONFIG, FIXED])


class ReadmeTest(StagesTest):
    def test_its_commands_work_as_printed(self):
        for path in (OPTIONS.packaging / "cloud-init").iterdir():
            self.node.install(path, f"/examples/{path.name}")
        self.node.write(CONTAINERD, INVALID)
        _, prepare = blocks_of_readme("sh")
        ran = self.node.run(f"set -e; cd /examples; cp runcmd.yaml user-data.yaml; {prepare}")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.node.seed(self.node.read("/examples/user-data"))
        boot = self.boot_that_fails()
        self.assertRegex(boot.log, r"WARNING\]: Boothooks script \S+ execution error")
        self.assertIn(INVALID_AT, boot.log)
        self.assertIn(INVALID_AT, boot.output)
        looked = self.node.run(blocks_of_readme("sh")[0].split("\n")[1])
        self.assertIn(INVALID_AT, looked.stdout)
        self.assertIn("close it with ]", looked.stdout)


def report(boot):
    """What katafix said of all that is in the log."""
    after = boot.output.partition("running 'modules:final'")[2].partition("\n")[2]
    return after.partition("Cloud-init v.")[0]


def skip(reason):
    print(f"skipped: no node can be made here: {reason}")
    sys.exit(SKIPPED)


if __name__ == "__main__":
    OPTIONS, rest = booted_node.parse(__doc__)
    if lacking := cloud_node.missing():
        skip(lacking)
    booted_node.enter_namespace()
    try:
        IMAGE = cloud_node.Image()
    except RuntimeError as error:
        skip(error)
    try:
        program = unittest.main(argv=[sys.argv[0], *rest], verbosity=2, catchbreak=True, exit=False)
    finally:
        IMAGE.close()
    print("\n\n".join(["", *shown]))
    sys.exit(not program.result.wasSuccessful())
