#!/usr/bin/env python3
"""The manifests of packaging/kubernetes are of the API's types and ask for no more than needed."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import cluster
import manifests
from kubernetes.utils.quantity import parse_quantity


class VariantsTest(unittest.TestCase):
    """Each engine, to check and to apply."""

    def each_pod(self):
        for engine, mode in cluster.VARIANTS:
            yield engine, mode, packaged.pod(engine, mode)

    def test_every_object_is_of_its_type_in_the_api(self):
        for engine, mode in cluster.VARIANTS:
            with self.subTest(engine=engine, mode=mode):
                objects = packaged.render(engine, mode)
                self.assertEqual([item["kind"] for item in objects], ["Namespace", "DaemonSet"])
                for item in objects:
                    manifests.to_typed(item)

    def test_the_pods_of_a_daemon_set_are_those_that_it_selects(self):
        for engine, mode in cluster.VARIANTS:
            with self.subTest(engine=engine, mode=mode):
                spec = packaged.daemon_set(engine, mode)["spec"]
                labels = spec["template"]["metadata"]["labels"]
                self.assertEqual(spec["selector"]["matchLabels"], labels)

    def test_every_directory_is_below_host_where_it_is_on_the_node(self):
        for engine, mode, pod in self.each_pod():
            with self.subTest(engine=engine, mode=mode):
                paths = {volume["name"]: volume["hostPath"]["path"] for volume in pod["volumes"]}
                katafix, = pod["initContainers"]
                self.assertEqual({mount["name"]: mount["mountPath"]
                                  for mount in katafix["volumeMounts"]},
                                 {name: f"/host{path}" for name, path in paths.items()})
                self.assertIn(cluster.ENGINES[engine], paths.values())

    def test_only_the_backups_and_an_empty_policy_are_made_where_they_are_missing(self):
        for engine, mode, pod in self.each_pod():
            with self.subTest(engine=engine, mode=mode):
                made = {"backups": "DirectoryOrCreate", "policy": "FileOrCreate"}
                for volume in pod["volumes"]:
                    self.assertEqual(volume["hostPath"]["type"], made.get(volume["name"], "Directory"))

    def test_it_runs_on_every_node_and_none_holds_up_another(self):
        for engine, mode in cluster.VARIANTS:
            with self.subTest(engine=engine, mode=mode):
                spec = packaged.daemon_set(engine, mode)["spec"]
                self.assertEqual(spec["updateStrategy"], {
                    "type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "100%"}})
                pod = spec["template"]["spec"]
                self.assertEqual(pod["tolerations"], [{"operator": "Exists"}])
                self.assertEqual(pod["nodeSelector"], {"kubernetes.io/os": "linux"})

    def test_the_summary_is_the_termination_message_and_else_the_log(self):
        for engine, mode, pod in self.each_pod():
            with self.subTest(engine=engine, mode=mode):
                katafix, = pod["initContainers"]
                self.assertEqual(katafix["args"][:3], [mode, "--root", "/host"])
                self.assertEqual(katafix["args"][3:],
                                 ["--summary", katafix["terminationMessagePath"]])
                self.assertEqual(katafix["terminationMessagePolicy"], "FallbackToLogsOnError")

    def test_only_the_config_of_apply_and_its_backups_can_be_written(self):
        for engine, mode, pod in self.each_pod():
            with self.subTest(engine=engine, mode=mode):
                katafix, = pod["initContainers"]
                writable = {mount["mountPath"] for mount in katafix["volumeMounts"]
                            if not mount.get("readOnly")}
                self.assertEqual(writable, {f"/host{cluster.ENGINES[engine]}",
                                            "/host/var/lib/katafix"} if mode == "apply" else set())

    def test_only_apply_has_capabilities(self):
        for engine, mode, pod in self.each_pod():
            with self.subTest(engine=engine, mode=mode):
                katafix, = pod["initContainers"]
                self.assertEqual(katafix["securityContext"]["capabilities"].get("add", []),
                                 ["CHOWN", "FOWNER"] if mode == "apply" else [])

    def test_no_pod_has_a_token_or_a_namespace_of_the_host(self):
        for engine, mode, pod in self.each_pod():
            with self.subTest(engine=engine, mode=mode):
                self.assertFalse(pod.keys() & {"hostPID", "hostIPC", "hostNetwork",
                                               "serviceAccount", "serviceAccountName"})
                self.assertIs(pod["automountServiceAccountToken"], False)
                self.assertEqual(pod["securityContext"]["seccompProfile"],
                                 {"type": "RuntimeDefault"})

    def test_every_container_is_confined(self):
        for engine, mode, pod in self.each_pod():
            for container in pod["initContainers"] + pod["containers"]:
                with self.subTest(engine=engine, mode=mode, container=container["name"]):
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
    def is_old_kubectl(self):
        """Before 1.21, kubectl's kustomize takes directories as `bases` alone."""
        done = subprocess.run([OPTIONS.kubectl, "version", "--client", "--output=json"],
                              capture_output=True, check=True)
        return int(re.match(r"\d+", json.loads(done.stdout)["clientVersion"]["minor"])[0]) < 21

    def render_own(self, **more):
        """Renders the README's kustomization.yaml, with more lines at its end."""
        files = packaged.own_files()
        own = files["kustomization.yaml"]
        if self.is_old_kubectl():
            own = own.replace("resources:", "bases:")
        files["kustomization.yaml"] = own + "".join(f"{key}: {more[key]}\n" for key in more)
        with tempfile.TemporaryDirectory(prefix="katafix-kustomize-") as folder:
            folder = pathlib.Path(folder)
            (folder / "katafix").symlink_to(OPTIONS.packaging.resolve().parent)
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
            return manifests.render(folder, OPTIONS.kubectl)

    def with_images(self):
        objects = packaged.render("containerd", "check")
        pod = objects[1]["spec"]["template"]["spec"]
        pod["initContainers"][0]["image"] = "registry.example/katafix:1"
        pod["containers"][0]["image"] = "registry.example/pause:3.9"
        return objects

    def test_ones_own_kustomization_says_where_the_images_are(self):
        self.assertEqual(self.render_own(), self.with_images())

    def test_a_patch_leaves_the_nodes_with_a_label(self):
        wanted = self.with_images()
        wanted[1]["spec"]["template"]["spec"]["nodeSelector"]["katafix.example/first"] = "true"
        self.assertEqual(self.render_own(patchesStrategicMerge="[nodes.yaml]"), wanted)

    def test_a_second_engine_takes_a_second_namespace(self):
        if self.is_old_kubectl():
            self.skipTest("this kubectl does not rename the Namespace itself")
        wanted = self.with_images()
        wanted[0]["metadata"]["name"] = "katafix-crio"
        wanted[1]["metadata"]["namespace"] = "katafix-crio"
        self.assertEqual(self.render_own(namespace="katafix-crio"), wanted)


if __name__ == "__main__":
    OPTIONS = cluster.parse_arguments()
    cluster.need(OPTIONS.kubectl)
    packaged = cluster.Packaged(OPTIONS)
    unittest.main(verbosity=2, catchbreak=True)
