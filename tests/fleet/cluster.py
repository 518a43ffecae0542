"""What the tests of packaging/kubernetes share: its DaemonSets, its README, the arguments."""

import argparse
import copy
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77

try:
    import manifests
except ImportError as missing:
    print(f"skipped: {missing}: python3-kubernetes is needed")
    sys.exit(SKIPPED)

# Each engine, and where its config and its socket are.
ENGINES = {"containerd": "/etc/containerd",
           "crio": "/etc/crio",
           "k3s": "/var/lib/rancher/k3s/agent/etc/containerd",
           "rke2": "/var/lib/rancher/rke2/agent/etc/containerd"}
SOCKETS = {"containerd": "/run/containerd", "crio": "/run/crio",
           "k3s": "/run/k3s/containerd", "rke2": "/run/k3s/containerd"}
# What can be added to each, beside the engine's own `socket`.
MORE = ("metrics", "kured", "restart")
MODES = ("check", "apply")
VARIANTS = [(engine, mode) for engine in ENGINES for mode in MODES]


def parse_arguments():
    """Those of all tests of this folder; the rest is left to unittest."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--katafix", required=True, help="the static executable")
    parser.add_argument("--packaging", required=True, type=pathlib.Path)
    parser.add_argument("--kubectl", default="kubectl")
    options, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    options.kubernetes = options.packaging.resolve() / "kubernetes"
    return options


def need(*programs):
    """Ends a test program that cannot run here."""
    for program in programs:
        if shutil.which(program) is None:
            print(f"skipped: there is no {program}")
            sys.exit(SKIPPED)


def need_kubectl(kubectl):
    """Before 1.21, kubectl's kustomize knows neither directories as resources nor components."""
    need(kubectl)
    done = subprocess.run([kubectl, "version", "--client", "--output=json"], capture_output=True,
                          check=True)
    version = json.loads(done.stdout)["clientVersion"]
    if int(re.match(r"\d+", version["minor"])[0]) < 21:
        print(f"skipped: kubectl is {version['gitVersion']}, and the manifests need 1.21")
        sys.exit(SKIPPED)


class Packaged:
    """packaging/kubernetes as kubectl renders it, and what its README tells to do."""

    def __init__(self, options):
        self.directory = options.kubernetes
        self.kubectl = options.kubectl
        self._rendered = {}
        self.readme = (self.directory / "README.md").read_text(encoding="utf-8")

    def render(self, engine, mode, *more):
        """The objects, to be changed at will; more are components beside it."""
        if (engine, mode, *more) not in self._rendered:
            self._rendered[engine, mode, *more] = self._render(engine, mode, more)
        return copy.deepcopy(self._rendered[engine, mode, *more])

    def _render(self, engine, mode, more):
        folders = [f"{engine}/{name}" if name == "socket" else name for name in more]
        with tempfile.TemporaryDirectory(prefix="katafix-kustomize-") as folder:
            (pathlib.Path(folder) / "packaged").symlink_to(self.directory)
            (pathlib.Path(folder) / "kustomization.yaml").write_text(json.dumps(
                {"resources": [f"packaged/{engine}/{mode}"],
                 "components": [f"packaged/{name}" for name in folders]}), encoding="utf-8")
            return manifests.render(folder, self.kubectl)

    def daemon_set(self, engine, mode, *more):
        _, found = self.render(engine, mode, *more)
        return found

    def pod(self, engine, mode, *more):
        """The spec of the DaemonSet's pods."""
        return self.daemon_set(engine, mode, *more)["spec"]["template"]["spec"]

    def command(self, start):
        """The one command of the README that starts so, as it is printed there."""
        line, = re.findall(rf"^{start} .*$", self.readme, re.MULTILINE)
        return line

    def own_files(self):
        """The README's examples of files beside one's own kustomization.yaml, and that itself."""
        return dict(re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", self.readme,
                               re.MULTILINE | re.DOTALL))
