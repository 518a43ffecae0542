#!/usr/bin/env python3
"""The Helm chart makes the same DaemonSet as the kustomizations. kubectl renders it, whose templates
are in the same language; helm too, where there is one."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

import api_server
import cluster
import manifests
import yaml

HELM = shutil.which("helm")
NAMESPACE = "katafix"
LABEL = "app.kubernetes.io/managed-by"


def same(value):
    """Of a list of named things the order is nothing, and neither is a switch that is off."""
    if isinstance(value, dict):
        return {key: same(item) for key, item in value.items() if item is not False
                or key != "readOnly"}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return sorted(map(same, value), key=lambda item: item.get("mountPath", item.get("name", "")))
    return value


def values_of(engine, mode, added):
    return {"engine": engine, "mode": mode, **{name: True for name in added}}


def by_kubectl(template, values):
    """Renders with an object of the cluster that has Helm's values."""
    thing = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "chart", "namespace": NAMESPACE},
             "Values": values, "Release": {"Namespace": NAMESPACE, "Service": "Helm"}}
    with tempfile.TemporaryDirectory(prefix="katafix-chart-") as home, \
            api_server.ApiServer(NAMESPACE, [thing]) as server:
        done = subprocess.run(
            [OPTIONS.kubectl, "--server", server.url, "--namespace", NAMESPACE, "get", "pods", "chart",
             "--output", f"go-template-file={template}"], text=True, capture_output=True, timeout=120,
            check=False, env={**os.environ, "HOME": home, "KUBECONFIG": f"{home}/none"})
    if done.returncode != 0 or "<no value>" in done.stdout:
        raise ValueError(done.stdout + done.stderr)
    return done.stdout


def helm(*words):
    done = subprocess.run([HELM, *words], text=True, capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        raise ValueError(f"helm {words}: {done.stdout}{done.stderr}")
    return done.stdout


class ChartTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.chart = packaged.directory / "chart"
        cls.values = yaml.safe_load((cls.chart / "values.yaml").read_text(encoding="utf-8"))

    def each(self):
        for engine, mode in cluster.VARIANTS:
            yield engine, mode, ()
        for name in ("socket", "metrics", "kured"):
            yield "k3s", "check", (name,)
        yield "crio", "apply", ("restart",)
        yield "containerd", "apply", ("socket", *cluster.MORE)

    def assert_same(self, rendered, engine, mode, added):
        made = yaml.safe_load(rendered)
        manifests.to_typed(made)
        self.assertEqual(made["metadata"]["labels"].pop(LABEL), "Helm")
        self.assertEqual(same(made), same(packaged.daemon_set(engine, mode, *added)))

    def test_it_makes_what_the_kustomizations_make(self):
        for engine, mode, added in self.each():
            with self.subTest(engine=engine, mode=mode, added=added):
                values = {**self.values, **values_of(engine, mode, added)}
                self.assert_same(by_kubectl(self.chart / "templates/daemonset.yaml", values),
                                 engine, mode, added)

    def test_what_it_says_after_an_installation(self):
        said = by_kubectl(self.chart / "templates/NOTES.txt", self.values)
        self.assertIn("kubectl --namespace katafix get pods", said)

    def test_its_values_are_those_of_its_schema(self):
        schema = json.loads((self.chart / "values.schema.json").read_text(encoding="utf-8"))
        self.assertEqual(schema["properties"].keys() - {"global"}, self.values.keys())
        try:
            import jsonschema  # pylint: disable=import-outside-toplevel
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        validator = jsonschema.Draft7Validator(schema)
        validator.validate(self.values)
        validator.validate({**self.values, "restart": True, "mode": "apply"})
        for wrong in ({"restart": True}, {"mode": "fix"}, {"every": 0}, {"news": 1}, {"image": ""}):
            self.assertFalse(validator.is_valid({**self.values, **wrong}), wrong)

    def test_it_is_the_chart_of_this_version(self):
        chart = yaml.safe_load((self.chart / "Chart.yaml").read_text(encoding="utf-8"))
        project = packaged.directory.parents[1] / "CMakeLists.txt"
        for key in ("version", "appVersion"):
            self.assertIn(f"project(katafix VERSION {chart[key]} ", project.read_text("utf-8"))

    @unittest.skipUnless(HELM, "no helm is installed")
    def test_helm_takes_it(self):
        print(helm("lint", "--strict", self.chart))
        for engine, mode, added in self.each():
            settings = [f"--set={key}={json.dumps(value)}" for key, value in
                        values_of(engine, mode, added).items()]
            self.assert_same(helm("template", "katafix", self.chart, "--namespace", NAMESPACE,
                                  *(word.replace('"', "") for word in settings)),
                             engine, mode, added)


if __name__ == "__main__":
    OPTIONS = cluster.parse_arguments()
    cluster.need_kubectl(OPTIONS.kubectl)
    if not HELM:
        print("skipped: there is no helm: kubectl renders the chart")
    packaged = cluster.Packaged(OPTIONS)
    unittest.main(verbosity=2, catchbreak=True)
