#!/usr/bin/env python3
"""A pod with the component `restart` sets the flag and lets the node's own systemd restart the engine: on a
node that boots, in a root that is put together of the node's directories as the pod's manifest says."""

import json
import os
import re
import shlex
import sys
import unittest

import booted_node
import cluster

CONTAINERD = "/usr/bin/containerd"
CRI = 'plugins."io.containerd.grpc.v1.cri"'
FLAG = "  privileged_without_host_devices = true\n"
CONFIG = f"""version = 2
[{CRI}.containerd]
snapshotter = "native"
[{CRI}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[{CRI}.containerd.runtimes.kata]
  runtime_type = "io.containerd.kata.v2"
"""
ENGINE = f"""[Service]
Type=notify
ExecStart={CONTAINERD}
Delegate=yes
KillMode=process
"""
# What the engine itself says is in effect.
CHECK = "/test/katafix check --json >/test/checked || true\n"


def in_pod(pod):
    """Shell commands that run the pod's init container, with nothing that its manifest does not give it."""
    container, = pod["initContainers"]
    paths = {volume["name"]: volume["hostPath"] for volume in pod["volumes"]}
    lines = ["mkdir /pod", "mount -t tmpfs tmpfs /pod", "mkdir /pod/proc /pod/dev",
             "touch /pod/summary /pod/dev/null", "mount --bind /dev/null /pod/dev/null",
             "cp /test/katafix /pod/katafix"]
    # As a runtime does: what is above others first.
    for mount in sorted(container["volumeMounts"], key=lambda mount: mount["mountPath"].split("/")):
        source, target = paths[mount["name"]], f"/pod{mount['mountPath']}"
        if source["type"] == "FileOrCreate":
            lines += [f"touch {source['path']}", f"mkdir -p $(dirname {target})", f"touch {target}"]
        elif source["type"] == "DirectoryOrCreate":
            lines += [f"mkdir -p {source['path']} {target}"]
        else:
            lines += [f"test -d {source['path']}", f"test -d {target} || mkdir -p {target}"]
        lines.append(f"mount --bind {source['path']} {target}")
        if mount.get("readOnly"):
            lines.append(f"mount -o remount,bind,ro {target}")
    added = container["securityContext"]["capabilities"]["add"]
    bounding = ",".join(["-all", *(f"+{name.lower()}" for name in added)])
    assert pod["hostPID"], "this is a pod that sees the node's processes"
    lines.append("mount --rbind /proc /pod/proc")
    run = ["env", "--ignore-environment", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *(f"{each['name']}={each['value']}"
                                            for each in container["env"]), "chroot", "/pod",
           "/usr/bin/setpriv", "--no-new-privs", f"--bounding-set={bounding}", "/katafix",
           *container["args"]]
    return "\n".join([*lines, shlex.join(run), "cat /pod/summary", ""])


class RestartTest(unittest.TestCase):
    def setUp(self):
        self.node = booted_node.Node()
        self.addCleanup(self.node.close)
        self.node.install(OPTIONS.katafix, "test/katafix", 0o755)
        self.node.write("usr/lib/systemd/system/containerd.service", ENGINE)
        self.node.write("etc/containerd/config.toml", CONFIG)
        self.node.path("etc/systemd/system").mkdir(parents=True, exist_ok=True)

    def flags(self):
        """Those that the running engine says it has."""
        running, = json.loads(self.node.read("test/checked"))["running"]
        return {name: handler["privileged_without_host_devices"]
                for name, handler in running["handlers"].items()}

    def test_the_engine_is_restarted_with_the_flag_and_not_again(self):
        pod = packaged.pod("containerd", "apply", "socket", "restart")
        since = "systemctl show --value --property=ExecMainStartTimestampMonotonic containerd"
        log = self.node.boot(f"systemctl start containerd\n{in_pod(pod)}{CHECK}{since} >/test/one\n"
                             f"umount --recursive /pod\nrmdir /pod\n{in_pod(pod)}{since} >/test/two\n")
        print(log[log.index("+ env --ignore"):].rstrip())
        self.assertEqual(self.flags(), {"kata": True, "runc": False})
        self.assertEqual(self.node.read("etc/containerd/config.toml"), CONFIG + FLAG)
        self.assertIn('"changed":true', log)
        self.assertNotIn("not-validated", log)
        self.assertEqual(self.node.read("test/one"), self.node.read("test/two"))
        self.assertTrue(list(self.node.path("var/lib/katafix/runs").iterdir()))

    def test_without_it_the_engine_runs_on_with_what_it_read_and_kureds_sentinel_says_so(self):
        pod = packaged.pod("containerd", "apply", "socket", "restart")
        container, = pod["initContainers"]
        container["args"].remove("--restart")
        sentinel, = re.findall(r"--reboot-sentinel-command=(.*)", packaged.readme)
        self.node.boot(f"systemctl start containerd\n{in_pod(pod)}{CHECK}mkdir /run/katafix\n"
                       "fails /test/katafix check --quiet --summary /run/katafix/summary.json\n"
                       f"{sentinel}\nsystemctl restart containerd\n"
                       "/test/katafix check --quiet --summary /run/katafix/summary.json\n"
                       f"fails {sentinel}\n")
        self.assertEqual(self.node.read("etc/containerd/config.toml"), CONFIG + FLAG)
        self.assertEqual(self.flags(), {"kata": False, "runc": False})


if __name__ == "__main__":
    ARGUMENTS = list(sys.argv)
    OPTIONS = cluster.parse_arguments()
    cluster.need_kubectl(OPTIONS.kubectl)
    if reason := booted_node.missing() or (
            "" if os.access(CONTAINERD, os.X_OK) else "containerd is not installed"):
        print(f"skipped: no node can boot here: {reason}")
        sys.exit(cluster.SKIPPED)
    sys.argv[:] = ARGUMENTS
    booted_node.enter_namespace()
    OPTIONS = cluster.parse_arguments()
    packaged = cluster.Packaged(OPTIONS)
    unittest.main(verbosity=2, catchbreak=True)
