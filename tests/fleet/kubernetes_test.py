#!/usr/bin/env python3
"""The image runs on a node as the DaemonSets of packaging/kubernetes say, and is reported."""

import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import api_server
import cluster
import containers

FLAG = "privileged_without_host_devices = true"
TABLE = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]\n'
HANDLER = f'{TABLE}  runtime_type = "io.containerd.kata.v2"\n'
CONTAINERD = f"version = 2\n{HANDLER}"
CRIO = '[crio.runtime.runtimes.kata]\nruntime_path = "/usr/bin/containerd-shim-kata-v2"\n'
TEMPLATE = f'{{{{ template "base" . }}}}\n{HANDLER}'
INVALID = "version = 2\n[plugins\n"
# Of each engine, a file that lacks the flag.
FILES = {"containerd": ("config.toml", CONTAINERD), "crio": ("crio.conf.d/50-kata", CRIO),
         "k3s": ("config.toml.tmpl", TEMPLATE), "rke2": ("config-v3.toml.tmpl", TEMPLATE)}
# The units of the test's nodes.
RESTART = {"containerd": "containerd", "crio": "crio", "k3s": "k3s-agent", "rke2": "rke2-agent"}
SOMEBODY = 1234

shown = []


def setUpModule():
    global work, buildah
    work = pathlib.Path(tempfile.mkdtemp(prefix="katafix-kubernetes-"))
    unittest.addModuleCleanup(shutil.rmtree, work)
    buildah = containers.Buildah(work)
    # The project as the README sees it, built.
    project = work / "project"
    (project / "build").mkdir(parents=True)
    (project / "packaging").symlink_to(OPTIONS.packaging.resolve())
    (project / "build/release").symlink_to(pathlib.Path(OPTIONS.katafix).resolve().parent)
    buildah.output(*shlex.split(packaged.command("buildah build")), cwd=project)


class ImageTest(unittest.TestCase):
    def test_the_image_holds_the_executable_alone(self):
        name = buildah.container("katafix")
        self.addCleanup(buildah.remove, name)
        self.assertEqual(buildah.files(name), ["katafix"])
        inside = buildah.root_of(name) / "katafix"
        self.assertEqual(inside.read_bytes(), pathlib.Path(OPTIONS.katafix).read_bytes())
        self.assertEqual(inside.stat().st_mode & 0o7777, 0o755)

    def test_the_image_says_what_it_is(self):
        config = buildah.config("katafix")
        self.assertEqual(config["Entrypoint"], ["/katafix"])
        self.assertEqual(config["Labels"]["org.opencontainers.image.title"], "katafix")
        self.assertEqual(config["Labels"]["org.opencontainers.image.licenses"], "Apache-2.0")


class NodeCase(unittest.TestCase):
    def setUp(self):
        self.node = pathlib.Path(tempfile.mkdtemp(prefix="node-", dir=work))
        self.put("/etc/systemd/system/k3s-agent.service", "[Service]\n")
        self.put("/etc/katafix.toml", "")
        for kind in ("server", "agent"):
            self.put(f"/usr/lib/systemd/system/rke2-{kind}.service", "[Service]\n")
        wants = self.node / "etc/systemd/system/multi-user.target.wants"
        wants.mkdir()
        (wants / "rke2-agent.service").symlink_to("/usr/lib/systemd/system/rke2-agent.service")

    def put(self, path, text):
        file = self.node / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def put_config(self, engine, text=None):
        name, lacking = FILES[engine]
        return self.put(f"{cluster.ENGINES[engine]}/{name}", text or lacking)

    def tree(self):
        """All that tells whether anything on the node was touched."""
        found = {}
        for path in self.node.rglob("*"):
            info = path.lstat()
            found[path] = (info.st_ino, info.st_mode, info.st_uid, info.st_mtime_ns,
                           path.read_bytes() if path.is_file() else None)
        return found

    def run_pod(self, engine, mode, status, pod=None):
        """Runs a pod's init container, which never fails; its summary must be that of the status."""
        ended = buildah.run_pod(pod or packaged.pod(engine, mode), self.node)
        self.assertEqual(ended.status, 0, ended.out + ended.err)
        self.assertLessEqual(len(ended.message), 4096)
        summary = json.loads(ended.message)
        self.assertEqual((summary["command"], summary["status"]), (mode, status))
        return ended, summary

    def is_ready(self, pod):
        """Does the waiting container's probe succeed?"""
        watch, = pod["containers"]
        return buildah.run_in(watch, pod, self.node,
                              watch["readinessProbe"]["exec"]["command"]).status == 0


class NodeTest(NodeCase):
    def test_check_tells_what_is_to_do_and_changes_nothing(self):
        for engine in cluster.ENGINES:
            with self.subTest(engine):
                self.put_config(engine)
                before = self.tree()
                ended, summary = self.run_pod(engine, "check", 1)
                self.assertFalse(self.is_ready(packaged.pod(engine, "check")))
                self.assertEqual(summary["handlers"]["lacking"], 1)
                self.assertEqual(summary["restart"], [RESTART[engine]])
                self.assertEqual(self.tree(), before)
                shown.append((f"{engine}/check", ended))

    def test_apply_fixes_once_with_a_backup_on_the_node(self):
        for engine in cluster.ENGINES:
            with self.subTest(engine):
                config = self.put_config(engine)
                original = config.read_text(encoding="utf-8")
                ended, summary = self.run_pod(engine, "apply", 0)
                shown.append((f"{engine}/apply", ended))
                self.assertTrue(summary["changed"])
                self.assertEqual(summary["restart"], [RESTART[engine]])
                self.assertIn(FLAG, config.read_text(encoding="utf-8"))
                backup = self.node / "var/lib/katafix/runs" / summary["run"] / "0.orig"
                self.assertEqual(backup.read_text(encoding="utf-8"), original)
                before = self.tree()
                _, summary = self.run_pod(engine, "apply", 0)
                self.assertEqual((summary["changed"], summary["restart"]), (False, []))
                self.assertEqual(self.tree(), before)
                self.run_pod(engine, "check", 0)
                self.assertTrue(self.is_ready(packaged.pod(engine, "apply")))

    def test_an_invalid_config_is_trouble_and_stays_as_it_is(self):
        config = self.put_config("containerd", INVALID)
        for mode in cluster.MODES:
            ended, summary = self.run_pod("containerd", mode, 2)
            self.assertEqual(summary["findings"][0]["file"], "/etc/containerd/config.toml")
            self.assertEqual(config.read_text(encoding="utf-8"), INVALID)
        shown.append(("containerd/apply, invalid", ended))

    def test_check_could_not_write_even_if_it_would(self):
        config = self.put_config("containerd")
        pod = packaged.pod("containerd", "apply")
        for mount in pod["initContainers"][0]["volumeMounts"]:
            mount["readOnly"] = mount["name"] != "backups"
        ended, _ = self.run_pod("containerd", "apply", 2, pod)
        self.assertIn("Read-only file system", ended.message)
        self.assertEqual(config.read_text(encoding="utf-8"), CONTAINERD)

    def test_somebody_elses_config_stays_theirs(self):
        config = self.put_config("containerd")
        os.chown(config, SOMEBODY, SOMEBODY)
        self.run_pod("containerd", "apply", 0)
        info = config.stat()
        self.assertEqual((info.st_uid, info.st_gid), (SOMEBODY, SOMEBODY))
        self.assertIn(FLAG, config.read_text(encoding="utf-8"))

    def test_no_capability_of_apply_could_be_left_out(self):
        for kept in (["CHOWN"], ["FOWNER"]):
            with self.subTest(kept):
                config = self.put_config("containerd")
                os.chown(config, SOMEBODY, SOMEBODY)
                pod = packaged.pod("containerd", "apply")
                pod["initContainers"][0]["securityContext"]["capabilities"]["add"] = kept
                ended, _ = self.run_pod("containerd", "apply", 2, pod)
                self.assertIn("Operation not permitted", ended.message)
                self.assertEqual(config.read_text(encoding="utf-8"), CONTAINERD)

    def test_a_config_that_its_owner_alone_may_read_is_trouble(self):
        config = self.put_config("containerd")
        os.chown(config, SOMEBODY, SOMEBODY)
        config.chmod(0o600)
        for mode in cluster.MODES:
            ended, _ = self.run_pod("containerd", mode, 2)
            self.assertIn("Permission denied", ended.message)

    def test_a_file_that_is_imported_from_elsewhere_is_missed_aloud(self):
        imported = "/opt/kata/containerd/config.d/kata-deploy.toml"
        self.put_config("containerd", f'version = 2\nimports = ["{imported}"]\n')
        self.put(imported, CONTAINERD)
        ended, _ = self.run_pod("containerd", "check", 2)
        self.assertIn(imported, ended.message)

    def test_the_policy_of_a_node_is_heeded(self):
        config = self.put_config("containerd")
        self.put("/etc/katafix.toml", 'skip = ["kata"]\n')
        for mode in cluster.MODES:
            _, summary = self.run_pod("containerd", mode, 0)
            self.assertEqual(summary["handlers"]["skipped"], 1)
        self.assertEqual(config.read_text(encoding="utf-8"), CONTAINERD)

    def test_bad_usage_fails_the_container(self):
        self.put_config("containerd")
        pod = packaged.pod("containerd", "check")
        pod["initContainers"][0]["args"].append("--nonsense")
        self.assertEqual(buildah.run_pod(pod, self.node).status, 2)

    def test_what_is_left_for_others_is_true_as_long_as_the_pod_waits(self):
        self.put_config("containerd")
        pod = packaged.pod("containerd", "check", "metrics", "kured")
        os.chown(self.put("/var/lib/prometheus/node-exporter/other.prom", "").parent, SOMEBODY, SOMEBODY)
        watch, = pod["containers"]
        # Once, for the next time is an hour later.
        once = [word for word in watch["args"] if word not in ("--every", "3600")]
        ended = buildah.run_in(watch, pod, self.node, ["/katafix", *once])
        self.assertEqual(ended.status, 1, ended.out + ended.err)
        metrics = self.node / "var/lib/prometheus/node-exporter/katafix.prom"
        self.assertIn("katafix_check_status 1\n", metrics.read_text(encoding="utf-8"))
        summary = json.loads((self.node / "run/katafix/summary.json").read_text(encoding="utf-8"))
        self.assertEqual((summary["status"], summary["restart"]), (1, ["containerd"]))

    def test_what_waits_ends_at_once_when_the_pod_is_to_end(self):
        watch, = packaged.pod("containerd", "check")["containers"]
        # As the first process of its own, which hears no signal that it does not listen to.
        with subprocess.Popen(["unshare", "--pid", "--fork", "--kill-child", OPTIONS.katafix,
                               *watch["args"], "--root", self.node]) as waiting:
            children = pathlib.Path(f"/proc/{waiting.pid}/task/{waiting.pid}/children")
            for _ in range(600):
                inside = children.read_text(encoding="ascii").split()
                if inside and self.listens(inside[0]):
                    break
                time.sleep(0.05)
            os.kill(int(inside[0]), signal.SIGTERM)
            self.assertEqual(waiting.wait(timeout=60), 0)

    @staticmethod
    def listens(process):
        """Does it hold SIGTERM, to wait for it?"""
        status = pathlib.Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        held = int(re.search(r"^SigBlk:\s*(\w+)$", status, re.M)[1], 16)
        return held & 1 << signal.SIGTERM - 1

    def test_a_node_without_a_policy_gets_one_that_decides_nothing(self):
        self.put_config("containerd")
        policy = self.node / "etc/katafix.toml"
        policy.unlink()
        self.run_pod("containerd", "check", 1)
        self.assertEqual(policy.read_bytes(), b"")

    def test_nothing_is_made_on_a_node_without_the_engine(self):
        before = self.tree()
        for engine in cluster.ENGINES:
            with self.subTest(engine), self.assertRaises(containers.FailedMount):
                buildah.run_pod(packaged.pod(engine, "check"), self.node)
        self.assertEqual(self.tree(), before)

    def test_the_readmes_undo_brings_the_config_back(self):
        config = self.put_config("containerd")
        self.run_pod("containerd", "apply", 0)
        _, command = packaged.command("kubectl debug").split(" -- ")
        # kubectl debug mounts the node's root at /host, in a container with the usual privileges.
        name = buildah.container("katafix")
        self.addCleanup(buildah.remove, name)
        buildah.output("buildah", "run", "--network", "none", "--volume", f"{self.node}:/host",
                       name, *shlex.split(command))
        self.assertEqual(config.read_text(encoding="utf-8"), CONTAINERD)


class ReportTest(NodeCase):
    """The message of a pod is what a container left that really ran."""

    def pod(self, node, statuses, phase="Pending"):
        return {"kind": "Pod", "apiVersion": "v1",
                "metadata": {"name": f"katafix-{node}", "namespace": "katafix"},
                "spec": {"nodeName": node},
                "status": {"phase": phase, "initContainerStatuses": statuses}}

    def terminated(self, ended):
        return {"terminated": {"exitCode": 0, "message": ended.message}}

    def report(self, pods):
        command = shlex.split(packaged.command("kubectl --namespace katafix get pods --output"))
        (work / "katafix").symlink_to(OPTIONS.packaging.resolve().parent)
        with api_server.ApiServer("katafix", pods) as server:
            done = subprocess.run(
                [OPTIONS.kubectl, "--server", server.url, *command[1:]], cwd=work, text=True,
                capture_output=True, timeout=120, check=False,
                env={**os.environ, "HOME": str(work), "KUBECONFIG": str(work / "none")})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_readmes_report_has_a_line_for_each_node(self):
        self.put_config("containerd")
        lacking, _ = self.run_pod("containerd", "check", 1)
        fixed, _ = self.run_pod("containerd", "apply", 0)
        self.put_config("containerd", INVALID)
        invalid, _ = self.run_pod("containerd", "check", 2)
        back_off = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}
        starting = {"waiting": {"reason": "PodInitializing"}}
        report = self.report([
            self.pod("node-1", [{"name": "katafix", "state": self.terminated(fixed),
                                 "lastState": self.terminated(lacking)}], "Running"),
            self.pod("node-2", [{"name": "katafix", "state": back_off,
                                 "lastState": self.terminated(lacking)}]),
            self.pod("node-3", [{"name": "katafix", "state": self.terminated(invalid),
                                 "lastState": {}}]),
            self.pod("node-4", [{"name": "katafix", "state": starting, "lastState": {}}]),
            self.pod("node-5", None)])
        self.assertEqual(report, f"node-1\t{fixed.message}node-2\t{lacking.message}"
                                 f"node-3\t{invalid.message}node-4\tPodInitializing\n"
                                 "node-5\tPending\n")
        shown.append(("the cluster's report", containers.Ended(0, report, "", "")))


def tearDownModule():
    for what, ended in shown:
        print(f"\n=== {what}: status {ended.status}\n{ended.out}{ended.err}{ended.message}", end="")
    sys.stdout.flush()


if __name__ == "__main__":
    OPTIONS = cluster.parse_arguments()
    cluster.need("buildah")
    cluster.need_kubectl(OPTIONS.kubectl)
    if reason := containers.cannot_run():
        print(f"skipped: no container can run here: {reason}")
        sys.exit(cluster.SKIPPED)
    packaged = cluster.Packaged(OPTIONS)
    unittest.main(verbosity=2, catchbreak=True)
