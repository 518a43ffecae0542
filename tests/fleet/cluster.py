"""What the tests of packaging/kubernetes share: its DaemonSets, its README, the arguments."""

import argparse
import copy
import pathlib
import re
import shutil
import sys

SKIPPED = 77

try:
    import manifests
except ImportError as missing:
    print(f"skipped: {missing}: python3-kubernetes is needed")
    sys.exit(SKIPPED)

# Each engine, and where its config is.
ENGINES = {"containerd": "/etc/containerd",
           "crio": "/etc/crio",
           "k3s": "/var/lib/rancher/k3s/agent/etc/containerd",
           "rke2": "/var/lib/rancher/rke2/agent/etc/containerd"}
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


class Packaged:
    """packaging/kubernetes as kubectl renders it, and what its README tells to do."""

    def __init__(self, options):
        self.directory = options.kubernetes
        self.kubectl = options.kubectl
        self._rendered = {}
        self._readme = (self.directory / "README.md").read_text(encoding="utf-8")

    def render(self, engine, mode):
        """The objects, to be changed at will."""
        if (engine, mode) not in self._rendered:
            self._rendered[engine, mode] = manifests.render(self.directory / engine / mode,
                                                            self.kubectl)
        return copy.deepcopy(self._rendered[engine, mode])

    def daemon_set(self, engine, mode):
        _, found = self.render(engine, mode)
        return found

    def pod(self, engine, mode):
        """The spec of the DaemonSet's pods."""
        return self.daemon_set(engine, mode)["spec"]["template"]["spec"]

    def command(self, start):
        """The one command of the README that starts so, as it is printed there."""
        line, = re.findall(rf"^{start} .*$", self._readme, re.MULTILINE)
        return line

    def own_files(self):
        """The README's examples of files beside one's own kustomization.yaml, and that itself."""
        return dict(re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", self._readme,
                               re.MULTILINE | re.DOTALL))
