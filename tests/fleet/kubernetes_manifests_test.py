#!/usr/bin/env python3
"""The manifests of packaging/kubernetes are of the API's types and ask for no more than needed."""

import pathlib
import re
import tempfile
import unittest

import cluster
import manifests
from kubernetes.utils.quantity import parse_quantity


# What a node's host gives to what is added.
BEHIND_MORE = {"metrics": {"/var/lib/prometheus/node-exporter"}, "kured": {"/run/katafix"},
               "restart": {"/run/systemd", "/usr", "/lib", "/lib64"}}
# Where a path in the pod is another one on the node.
ELSEWHERE = {"/metrics": "/var/lib/prometheus/node-exporter"}
MADE = {"backups": "DirectoryOrCreate", "policy": "FileOrCreate", "metrics": "DirectoryOrCreate",
        "sentinel": "DirectoryOrCreate"}


class VariantsTest(unittest.TestCase):
    """Each engine, to check and to apply, by itself and with all that can be added."""

    def each(self):
        for engine, mode in cluster.VARIANTS:
            more = ("socket", *cluster.MORE) if mode == "apply" else ("socket", "metrics", "kured")
            for added in ((), more):
                with self.subTest(engine=engine, mode=mode, added=added):
                    yield engine, mode, added, packaged.daemon_set(engine, mode, *added)["spec"]

    def each_pod(self):
        for engine, mode, added, spec in self.each():
            yield engine, mode, added, spec["template"]["spec"]

    def test_every_object_is_of_its_type_in_the_api(self):
        for engine, mode, added, _ in self.each():
            objects = packaged.render(engine, mode, *added)
            self.assertEqual([item["kind"] for item in objects], ["Namespace", "DaemonSet"])
            for item in objects:
                manifests.to_typed(item)

    def test_the_pods_of_a_daemon_set_are_those_that_it_selects(self):
        for *_, spec in self.each():
            self.assertEqual(spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"])

    def test_every_mount_is_where_it_is_on_the_node(self):
        for engine, _, added, pod in self.each_pod():
            paths = {volume["name"]: volume["hostPath"]["path"] for volume in pod["volumes"]}
            for container in pod["initContainers"] + pod["containers"]:
                for mount in container["volumeMounts"]:
                    path = mount["mountPath"]
                    self.assertEqual(ELSEWHERE.get(path, path), paths[mount["name"]])
            self.assertIn(cluster.ENGINES[engine], paths.values())
            for name in added:
                behind = BEHIND_MORE.get(name, {cluster.SOCKETS[engine]})
                self.assertLessEqual(behind, set(paths.values()), name)

    def test_only_what_katafix_writes_and_an_empty_policy_are_made_where_they_are_missing(self):
        for *_, pod in self.each_pod():
            for volume in pod["volumes"]:
                self.assertEqual(volume["hostPath"]["type"], MADE.get(volume["name"], "Directory"))

    def test_it_runs_on_every_node_and_none_holds_up_another_but_for_a_restart(self):
        for *_, added, spec in self.each():
            self.assertEqual(spec["updateStrategy"], {"type": "RollingUpdate", "rollingUpdate": {
                "maxUnavailable": 1 if "restart" in added else "100%"}})
            pod = spec["template"]["spec"]
            self.assertEqual(pod["tolerations"], [{"operator": "Exists"}])
            self.assertEqual(pod["nodeSelector"], {"kubernetes.io/os": "linux"})

    def test_the_summary_is_the_termination_message_and_no_finding_fails_the_container(self):
        for _, mode, added, pod in self.each_pod():
            katafix, = pod["initContainers"]
            self.assertEqual(katafix["args"],
                             [mode, "--exit-zero", "--summary", katafix["terminationMessagePath"],
                              *(["--restart"] if "restart" in added else [])])
            self.assertEqual(katafix["terminationMessagePolicy"], "FallbackToLogsOnError")

    def test_there_is_one_image_and_what_waits_is_katafix_itself(self):
        for _, _, added, pod in self.each_pod():
            watch, = pod["containers"]
            self.assertEqual({watch["image"], pod["initContainers"][0]["image"]}, {"katafix"})
            more = {"metrics": "--metrics=/metrics/katafix.prom",
                    "kured": "--summary=/run/katafix/summary.json"}
            self.assertEqual(watch["args"], ["check", "--quiet", "--every", "3600",
                                             *(more[name] for name in added if name in more)])
            self.assertEqual(watch["readinessProbe"]["exec"]["command"],
                             ["/katafix", "check", "--quiet"])

    def test_only_what_katafix_is_to_write_can_be_written(self):
        for engine, mode, added, pod in self.each_pod():
            writable = [{mount["mountPath"] for mount in container["volumeMounts"]
                         if not mount.get("readOnly")}
                        for container in pod["initContainers"] + pod["containers"]]
            applies = {cluster.ENGINES[engine], "/var/lib/katafix"} if mode == "apply" else set()
            self.assertEqual(writable, [applies, {"/metrics", "/run/katafix"} if added else set()])

    def test_only_apply_has_capabilities_and_metrics_one(self):
        for _, mode, added, pod in self.each_pod():
            have = [container["securityContext"]["capabilities"].get("add", [])
                    for container in pod["initContainers"] + pod["containers"]]
            self.assertEqual(have, [["CHOWN", "FOWNER"] if mode == "apply" else [],
                                    ["DAC_OVERRIDE"] if "metrics" in added else []])

    def test_no_pod_has_a_token_or_a_namespace_of_the_host(self):
        for *_, pod in self.each_pod():
            self.assertFalse(pod.keys() & {"hostPID", "hostIPC", "hostNetwork", "serviceAccount",
                                           "serviceAccountName"})
            self.assertIs(pod["automountServiceAccountToken"], False)
            self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})

    def test_every_container_is_confined(self):
        for *_, pod in self.each_pod():
            for container in pod["initContainers"] + pod["containers"]:
                context = container["securityContext"]
                self.assertNotIn("privileged", context)
                self.assertIs(context["allowPrivilegeEscalation"], False)
                self.assertIs(context["readOnlyRootFilesystem"], True)
                self.assertEqual(context["capabilities"]["drop"], ["ALL"])
                resources = container["resources"]
                for what in ("cpu", "memory"):
                    self.assertLessEqual(parse_quantity(resources["requests"][what]),
                                         parse_quantity(resources["limits"][what]))


class CheckerTest(unittest.TestCase):
    """The checker of types is worth something."""

    def test_what_is_not_of_its_type_is_caught(self):
        for complaint, change in {
                "has no readOnlyFilesystem":
                    lambda container: container["securityContext"].update(readOnlyFilesystem=True),
                "readOnly: 'yes' has the wrong type":
                    lambda container: container["volumeMounts"][0].update(readOnly="yes"),
                "cpu: 100 has the wrong type":
                    lambda container: container["resources"]["limits"].update(cpu=100),
                "args: 'check' has the wrong type":
                    lambda container: container.update(args="check"),
                "runAsUser: True has the wrong type":
                    lambda container: container["securityContext"].update(runAsUser=True),
                r"initContainers\[0\]: .*`name`": lambda container: container.pop("name")}.items():
            with self.subTest(complaint):
                item = packaged.daemon_set("containerd", "apply")
                change(item["spec"]["template"]["spec"]["initContainers"][0])
                with self.assertRaisesRegex(ValueError, complaint):
                    manifests.to_typed(item)


class ReadmeTest(unittest.TestCase):
    def render_own(self, **more):
        """Renders the README's kustomization.yaml, with more lines at its end."""
        files = packaged.own_files()
        files["kustomization.yaml"] += "".join(f"{key}: {more[key]}\n" for key in more)
        with tempfile.TemporaryDirectory(prefix="katafix-kustomize-") as folder:
            folder = pathlib.Path(folder)
            (folder / "katafix").symlink_to(OPTIONS.packaging.resolve().parent)
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
            return manifests.render(folder, OPTIONS.kubectl)

    def with_image(self, mode="check", *more):
        objects = packaged.render("containerd", mode, *more)
        pod = objects[1]["spec"]["template"]["spec"]
        for container in pod["initContainers"] + pod["containers"]:
            container["image"] = "registry.example/katafix:1"
        return objects

    def test_ones_own_kustomization_says_where_the_image_is(self):
        self.assertEqual(self.render_own(), self.with_image())

    def test_components_are_added_to_it(self):
        for line in re.findall(r"^ *components:.*$", packaged.readme, re.M):
            key, _, names = line.partition(": ")
            added = [name.removeprefix("katafix/packaging/kubernetes/").removeprefix("containerd/")
                     for name in names.strip("[]").split(", ")]
            self.assertEqual(self.render_own(**{key: names}), self.with_image("check", *added))

    def test_a_patch_leaves_the_nodes_with_a_label(self):
        wanted = self.with_image()
        wanted[1]["spec"]["template"]["spec"]["nodeSelector"]["katafix.example/first"] = "true"
        self.assertEqual(self.render_own(patches="[{path: nodes.yaml}]"), wanted)

    def test_a_second_engine_takes_a_second_namespace(self):
        wanted = self.with_image()
        wanted[0]["metadata"]["name"] = "katafix-crio"
        wanted[1]["metadata"]["namespace"] = "katafix-crio"
        self.assertEqual(self.render_own(namespace="katafix-crio"), wanted)


if __name__ == "__main__":
    OPTIONS = cluster.parse_arguments()
    cluster.need_kubectl(OPTIONS.kubectl)
    packaged = cluster.Packaged(OPTIONS)
    unittest.main(verbosity=2, catchbreak=True)
