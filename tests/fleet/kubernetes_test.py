"""packaging/kubernetes: the image runs as the DaemonSets say, and the report shows all nodes."""

import argparse
import copy
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77

try:
    import manifests
except ImportError as missing:
    print(f"skipped: {missing}: python3-kubernetes is needed")
    sys.exit(SKIPPED)
import api_server
import containers

ENGINES = {"containerd": "/etc/containerd",
           "crio": "/etc/crio",
           "k3s": "/var/lib/rancher/k3s/agent/etc/containerd",
           "rke2": "/var/lib/rancher/rke2/agent/etc/containerd"}
MODES = ("check", "apply")
FLAG = "privileged_without_host_devices = true"
TABLE = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]\n'
CONTAINERD = f'version = 2\n{TABLE}  runtime_type = "io.containerd.kata.v2"\n'
CRIO = '[crio.runtime.runtimes.kata]\nruntime_path = "/usr/bin/containerd-shim-kata-v2"\n'
TEMPLATE = '{{ template "base" . }}\n' + CONTAINERD.partition("\n")[2]
FILES = {"containerd": ("config.toml", CONTAINERD), "crio": ("crio.conf.d/50-kata", CRIO),
         "k3s": ("config.toml.tmpl", TEMPLATE), "rke2": ("config-v3.toml.tmpl", TEMPLATE)}
UNITS = {"containerd": "containerd", "crio": "crio", "k3s": "k3s-agent", "rke2": "rke2-agent"}
INVALID = "version = 2\n[plugins\n"
SOMEBODY = 1234

shown = []


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--katafix", required=True, help="the static executable")
    parser.add_argument("--packaging", required=True, type=pathlib.Path)
    parser.add_argument("--kubectl", default="kubectl")
    options, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    return options


def setUpModule():
    global work, project, buildah
    work = pathlib.Path(tempfile.mkdtemp(prefix="katafix-kubernetes-"))
    unittest.addModuleCleanup(shutil.rmtree, work)
    # The names that the README uses: the project is in the folder `katafix`.
    project = work / "katafix"
    project.symlink_to(OPTIONS.packaging.parent.resolve())
    buildah = containers.Buildah(work)
    context = work / "context"
    (context / "build").mkdir(parents=True)
    (context / "packaging").symlink_to(project / "packaging")
    (context / "build/release").symlink_to(pathlib.Path(OPTIONS.katafix).resolve().parent)
    buildah.output(*shlex.split(readme_line("buildah build")), cwd=context)


def readme_line(start):
    """A command of the README, as it is printed there."""
    text = (project / "packaging/kubernetes/README.md").read_text(encoding="utf-8")
    line, = re.findall(rf"^{start} .*$", text, re.MULTILINE)
    return line


def readme_kustomization():
    text = (project / "packaging/kubernetes/README.md").read_text(encoding="utf-8")
    block, = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return block


def render(engine, mode):
    return manifests.render(OPTIONS.packaging / "kubernetes" / engine / mode, OPTIONS.kubectl)


def daemon_set(engine, mode):
    found, = [item for item in render(engine, mode) if item["kind"] == "DaemonSet"]
    return found


def pod_of(engine, mode):
    return daemon_set(engine, mode)["spec"]["template"]["spec"]


def is_old_kubectl():
    """Before 1.21, kubectl's kustomize takes directories only as `bases`."""
    version = subprocess.run([OPTIONS.kubectl, "version", "--client", "--output=json"],
                             capture_output=True, check=True)
    return int(re.match(r"\d+", json.loads(version.stdout)["clientVersion"]["minor"])[0]) < 21


class ImageTest(unittest.TestCase):
    def test_the_image_holds_the_executable_alone(self):
        name = buildah.output("buildah", "from", "--pull-never", "katafix")
        self.addCleanup(buildah.output, "buildah", "rm", name)
        self.assertEqual(buildah.files(name), ["katafix"])
        inside = pathlib.Path(buildah.output("buildah", "mount", name)) / "katafix"
        self.assertEqual(inside.read_bytes(), pathlib.Path(OPTIONS.katafix).read_bytes())
        self.assertEqual(inside.stat().st_mode & 0o7777, 0o755)

    def test_the_image_says_what_it_is(self):
        config = buildah.config("katafix")["config"]
        self.assertEqual(config["Entrypoint"], ["/katafix"])
        self.assertEqual(config["Labels"]["org.opencontainers.image.title"], "katafix")
        self.assertEqual(config["Labels"]["org.opencontainers.image.licenses"], "Apache-2.0")


class ManifestTest(unittest.TestCase):
    def each(self):
        for engine in ENGINES:
            for mode in MODES:
                with self.subTest(engine=engine, mode=mode):
                    yield engine, mode

    def test_every_object_is_of_its_type_in_the_api(self):
        for engine, mode in self.each():
            objects = render(engine, mode)
            self.assertEqual([item["kind"] for item in objects], ["Namespace", "DaemonSet"])
            for item in objects:
                manifests.to_typed(item)

    def test_a_manifest_that_is_not_of_its_type_is_caught(self):
        def broken(change):
            item = copy.deepcopy(good)
            change(item["spec"]["template"]["spec"]["initContainers"][0], item)
            return item

        good = daemon_set("containerd", "apply")
        for what, change in {
                "has no readOnlyFilesystem": lambda container, _:
                    container["securityContext"].update(readOnlyFilesystem=True),
                "'yes' has the wrong type": lambda container, _:
                    container["volumeMounts"][0].update(readOnly="yes"),
                "100 has the wrong type": lambda container, _:
                    container["resources"]["limits"].update(cpu=100),
                "'ALL' has the wrong type": lambda container, _:
                    container["securityContext"]["capabilities"].update(drop="ALL"),
                "`name`": lambda container, _: container.pop("name"),
                "`selector`": lambda _, item: item["spec"].pop("selector")}.items():
            with self.subTest(what), self.assertRaisesRegex(ValueError, what):
                manifests.to_typed(broken(change))

    def test_the_pods_of_a_daemon_set_are_those_that_it_selects(self):
        for engine, mode in self.each():
            spec = daemon_set(engine, mode)["spec"]
            self.assertEqual(spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"])

    def test_no_pod_has_more_of_the_node_than_it_needs(self):
        for engine, mode in self.each():
            pod = pod_of(engine, mode)
            self.assertFalse(pod.keys() & {"hostPID", "hostIPC", "hostNetwork", "serviceAccountName"})
            self.assertIs(pod["automountServiceAccountToken"], False)
            self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
            for container in pod["initContainers"] + pod["containers"]:
                context = container["securityContext"]
                self.assertNotIn("privileged", context)
                self.assertIs(context["allowPrivilegeEscalation"], False)
                self.assertIs(context["readOnlyRootFilesystem"], True)
                self.assertEqual(context["capabilities"]["drop"], ["ALL"])
                self.assertEqual(container["resources"].keys(), {"requests", "limits"})
            katafix, = pod["initContainers"]
            self.assertEqual(katafix["securityContext"]["capabilities"].get("add", []),
                             ["CHOWN", "FOWNER"] if mode == "apply" else [])
            self.assertEqual(
                {mount["mountPath"] for mount in katafix["volumeMounts"] if "readOnly" not in mount},
                {f"/host{ENGINES[engine]}", "/host/var/lib/katafix"} if mode == "apply" else set())

    def test_every_directory_is_below_host_where_it_is_on_the_node(self):
        for engine, mode in self.each():
            pod = pod_of(engine, mode)
            paths = {volume["name"]: volume["hostPath"]["path"] for volume in pod["volumes"]}
            mounts = pod["initContainers"][0]["volumeMounts"]
            self.assertEqual(sorted(mount["name"] for mount in mounts), sorted(paths))
            self.assertIn(ENGINES[engine], paths.values())
            for mount in mounts:
                self.assertEqual(mount["mountPath"], f"/host{paths[mount['name']]}")

    def test_the_readmes_kustomization_names_the_images(self):
        text = readme_kustomization()
        if is_old_kubectl():
            text = text.replace("resources:", "bases:")
        (work / "kustomization.yaml").write_text(text, encoding="utf-8")
        found, = [item for item in manifests.render(work, OPTIONS.kubectl)
                  if item["kind"] == "DaemonSet"]
        pod = found["spec"]["template"]["spec"]
        self.assertEqual([container["image"] for container in pod["initContainers"]],
                         ["registry.example/katafix:1"])
        self.assertEqual([container["image"] for container in pod["containers"]],
                         ["registry.example/pause:3.9"])


class NodeCase(unittest.TestCase):
    def setUp(self):
        self.node = pathlib.Path(tempfile.mkdtemp(prefix="node-", dir=work))
        self.put("/etc/systemd/system/k3s-agent.service", "[Service]\n")
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
        name, usual = FILES[engine]
        return self.put(f"{ENGINES[engine]}/{name}", text or usual)

    def tree(self):
        return {path: (path.lstat(), path.is_file() and path.read_bytes())
                for path in sorted(self.node.rglob("*"))}

    def run_pod(self, engine, mode, status, pod=None):
        ended = buildah.run_pod(pod or pod_of(engine, mode), self.node)
        self.assertEqual(ended.status, status, ended.out + ended.err)
        self.assertLessEqual(len(ended.message), 4096)
        summary = json.loads(ended.message)
        self.assertEqual((summary["command"], summary["status"]), (mode, status))
        return ended, summary


class NodeTest(NodeCase):
    def test_check_tells_what_is_to_do_and_changes_nothing(self):
        for engine in ENGINES:
            with self.subTest(engine):
                self.put_config(engine)
                before = {path: (info.st_ino, info.st_mtime_ns, info.st_mode, data)
                          for path, (info, data) in self.tree().items()}
                ended, summary = self.run_pod(engine, "check", 1)
                self.assertEqual(summary["handlers"]["lacking"], 1)
                self.assertEqual(summary["restart"], [UNITS[engine]])
                self.assertEqual({path: (info.st_ino, info.st_mtime_ns, info.st_mode, data)
                                  for path, (info, data) in self.tree().items()}, before)
                shown.append((engine, "check", ended))

    def test_apply_fixes_once_with_a_backup_on_the_node(self):
        for engine in ENGINES:
            with self.subTest(engine):
                config = self.put_config(engine)
                original = config.read_text(encoding="utf-8")
                ended, summary = self.run_pod(engine, "apply", 0)
                shown.append((engine, "apply", ended))
                self.assertEqual((summary["changed"], summary["restart"]), (True, [UNITS[engine]]))
                self.assertIn(FLAG, config.read_text(encoding="utf-8"))
                backup = self.node / "var/lib/katafix/runs" / summary["run"] / "0.orig"
                self.assertEqual(backup.read_text(encoding="utf-8"), original)
                before = {path: info.st_mtime_ns for path, (info, _) in self.tree().items()}
                _, summary = self.run_pod(engine, "apply", 0)
                self.assertEqual((summary["changed"], summary["restart"]), (False, []))
                self.assertEqual({path: info.st_mtime_ns for path, (info, _) in self.tree().items()},
                                 before)
                self.run_pod(engine, "check", 0)

    def test_an_invalid_config_is_trouble_and_stays_as_it_is(self):
        config = self.put_config("containerd", INVALID)
        for mode in MODES:
            ended, summary = self.run_pod("containerd", mode, 2)
            self.assertEqual(summary["findings"][0]["file"], "/etc/containerd/config.toml")
            self.assertEqual(config.read_text(encoding="utf-8"), INVALID)
        shown.append(("containerd", "apply", ended))

    def test_check_cannot_write_even_if_it_would(self):
        self.put_config("containerd")
        pod = pod_of("containerd", "check")
        pod["initContainers"][0]["args"][0] = "apply"
        ended, _ = self.run_pod("containerd", "apply", 2, pod)
        self.assertIn("Read-only file system", ended.err)

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
                pod = pod_of("containerd", "apply")
                pod["initContainers"][0]["securityContext"]["capabilities"]["add"] = kept
                ended, _ = self.run_pod("containerd", "apply", 2, pod)
                self.assertIn("Operation not permitted", ended.err)
                self.assertEqual(config.read_text(encoding="utf-8"), CONTAINERD)

    def test_a_config_that_root_may_not_read_is_trouble(self):
        config = self.put_config("containerd")
        os.chown(config, SOMEBODY, SOMEBODY)
        config.chmod(0o600)
        ended, _ = self.run_pod("containerd", "check", 2)
        self.assertIn("Permission denied", ended.err)

    def test_a_file_that_is_imported_from_elsewhere_is_missed_aloud(self):
        imported = "/opt/kata/containerd/config.d/kata-deploy.toml"
        self.put_config("containerd", f'version = 2\nimports = ["{imported}"]\n')
        self.put(imported, CONTAINERD)
        _, summary = self.run_pod("containerd", "check", 2)
        self.assertIn(imported, summary["findings"][0]["message"])

    def test_nothing_is_made_on_a_node_without_the_engine(self):
        before = self.tree().keys()
        for engine in ENGINES:
            with self.assertRaises(containers.FailedMount):
                buildah.run_pod(pod_of(engine, "check"), self.node)
        self.assertEqual(self.tree().keys(), before)

    def test_the_readmes_undo_brings_the_config_back(self):
        config = self.put_config("containerd")
        self.run_pod("containerd", "apply", 0)
        _, command = readme_line("kubectl debug").split(" -- ")
        # kubectl debug mounts the node's root at /host, in a container with the usual privileges.
        name = buildah.output("buildah", "from", "--pull-never", "katafix")
        self.addCleanup(buildah.output, "buildah", "rm", name)
        buildah.output("buildah", "run", "--network", "none", "--volume", f"{self.node}:/host", name,
                       *shlex.split(command))
        self.assertEqual(config.read_text(encoding="utf-8"), CONTAINERD)


class ReportTest(NodeCase):
    """The status of a pod is what the kubelet makes of a container that really ran."""

    def pod(self, name, statuses, phase="Pending"):
        return {"kind": "Pod", "apiVersion": "v1",
                "metadata": {"name": f"katafix-{name}", "namespace": "katafix"},
                "spec": {"nodeName": name},
                "status": {"phase": phase, "initContainerStatuses": statuses}}

    def terminated(self, ended):
        return {"terminated": {"exitCode": ended.status, "message": ended.message}}

    def report(self, pods):
        command = shlex.split(readme_line("kubectl --namespace katafix get pods --output go-template"))
        with api_server.ApiServer("katafix", pods) as server:
            done = subprocess.run(
                [OPTIONS.kubectl, "--server", server.url, *command[1:]], cwd=work, text=True,
                capture_output=True, timeout=120, check=False,
                env={**os.environ, "HOME": str(work), "KUBECONFIG": str(work / "no-kubeconfig")})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_readmes_report_has_a_line_for_each_node(self):
        self.put_config("containerd")
        lacking, _ = self.run_pod("containerd", "check", 1)
        fixed, _ = self.run_pod("containerd", "apply", 0)
        self.put_config("containerd", INVALID)
        invalid, _ = self.run_pod("containerd", "check", 2)
        back_off = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}
        report = self.report([
            self.pod("node-1", [{"name": "katafix", "state": self.terminated(fixed),
                                 "lastState": self.terminated(lacking)}], "Running"),
            self.pod("node-2", [{"name": "katafix", "state": back_off,
                                 "lastState": self.terminated(lacking)}]),
            self.pod("node-3", [{"name": "katafix", "state": self.terminated(invalid),
                                 "lastState": self.terminated(invalid)}]),
            self.pod("node-4", [{"name": "katafix", "lastState": {}, "state": {
                "waiting": {"reason": "PodInitializing"}}}]),
            self.pod("node-5", None)])
        self.assertEqual(report, f"node-1\t0\t{fixed.message}node-2\t1\t{lacking.message}"
                                 f"node-3\t2\t{invalid.message}node-4\t-\tPodInitializing\n"
                                 "node-5\t-\tPending\n")
        shown.append(("the cluster", "report", containers.Ended(0, report, "", "")))


def tearDownModule():
    for node, command, ended in shown:
        print(f"\n=== {node}, {command}: status {ended.status}\n{ended.out}{ended.err}", end="")
        if ended.message:
            print(f"--- termination message\n{ended.message}", end="")
    sys.stdout.flush()


if __name__ == "__main__":
    OPTIONS = parse_arguments()
    for program in ("buildah", OPTIONS.kubectl):
        if shutil.which(program) is None:
            print(f"skipped: there is no {program}")
            sys.exit(SKIPPED)
    if os.geteuid() != 0:
        print("skipped: containers are run by root here")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
