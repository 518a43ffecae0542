"""The image, built by buildah and run as a pod's manifest says, against a folder as the node."""

import dataclasses
import json
import os
import pathlib
import shlex
import subprocess

# What buildah gives a container that drops none.
DEFAULT_CAPABILITIES = {
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
    "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"}

# In mounts of its own, so that none outlives it; below /var/lib buildah has a cache.
PRIVATE = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs /var/lib && exec "$@"', "sh"]


@dataclasses.dataclass
class Ended:
    """What the kubelet sees of a container that ended. `out` and `err` are to be shown, and nothing is
    to depend on them: with chroot isolation buildah at times loses what a short run printed."""
    status: int
    out: str
    err: str
    message: str


def cannot_run():
    """Why no container can run here; nothing when one can."""
    if os.geteuid() != 0:
        return "only root runs containers without a daemon"
    tried = subprocess.run([*PRIVATE, "true"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


class FailedMount(Exception):
    """The pod does not start: a directory of its is not on the node."""


class Buildah:
    """Images and containers below one folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        storage = self.folder / "storage.conf"
        storage.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/storage"\n'
                           f'runroot = "{folder}/run"\n', encoding="utf-8")
        # Neither cgroups nor a container runtime: a CI machine may allow none.
        self.environment = {**os.environ, "CONTAINERS_STORAGE_CONF": str(storage),
                            "BUILDAH_ISOLATION": "chroot", "TMPDIR": folder}

    def run(self, *command, before=(), **more):
        return subprocess.run([*PRIVATE, *before, *command], env=self.environment, text=True,
                              capture_output=True, timeout=300, check=False, **more)

    def output(self, *command, **more):
        done = self.run(*command, **more)
        if done.returncode != 0:
            raise RuntimeError(f"{shlex.join(map(str, command))}: {done.stderr}")
        return done.stdout.strip()

    def config(self, image):
        inspected = json.loads(self.output("buildah", "inspect", "--type", "image", image))
        return inspected["OCIv1"]["config"]

    def container(self, image):
        return self.output("buildah", "from", "--pull-never", image)

    def remove(self, container):
        self.output("buildah", "rm", container)

    def root_of(self, container):
        return pathlib.Path(self.output("buildah", "mount", container))

    def files(self, container):
        """The files in it; an empty one is a place that something was mounted on."""
        root = self.root_of(container)
        return sorted(str(path.relative_to(root)) for path in root.rglob("*")
                      if path.is_file() and path.stat().st_size > 0)

    def run_pod(self, pod, node):
        """Runs the init container of a pod's spec with `node` as the node's root."""
        container, = pod["initContainers"]
        image = self.config(container["image"])
        return self.run_in(container, pod, node, [*image["Entrypoint"], *container["args"]])

    def run_in(self, container, pod, node, command):
        """Runs a command in a container of a pod's spec, with all that is said there of it."""
        context = container["securityContext"]
        name = self.container(container["image"])
        before = self.files(name)
        message = self.folder / "message"
        message.write_bytes(b"")
        own = container.get("terminationMessagePath", "/dev/termination-log")
        command = ["buildah", "run", "--network", "none",
                   "--user", f"{context['runAsUser']}:{context['runAsGroup']}",
                   *capability_options(context["capabilities"]),
                   *mount_options(pod, container, node),
                   "--volume", f"{message}:{own}", name, *command]
        privileges = [] if context["allowPrivilegeEscalation"] else ["setpriv", "--no-new-privs"]
        done = self.run(*command, before=privileges)
        if context["readOnlyRootFilesystem"] and self.files(name) != before:
            raise AssertionError(f"it wrote into its own file system: {self.files(name)}")
        self.remove(name)
        # The last lines are buildah's own, about the status.
        err = [line for line in done.stderr.splitlines(keepends=True)
               if not line.startswith(("subprocess exited", "Error: exit status"))]
        return Ended(done.returncode, done.stdout, "".join(err),
                     message.read_text(encoding="utf-8"))


def capability_options(capabilities):
    if capabilities["drop"] != ["ALL"]:
        raise AssertionError(f"this drops not all, but {capabilities['drop']}")
    kept = set(capabilities.get("add", []))
    return ([f"--cap-drop=CAP_{name}" for name in sorted(DEFAULT_CAPABILITIES - kept)] +
            [f"--cap-add=CAP_{name}" for name in sorted(kept)])


def mount_options(pod, container, node):
    paths = {volume["name"]: volume["hostPath"] for volume in pod["volumes"]}
    options = []
    for mount in container["volumeMounts"]:
        host = paths[mount["name"]]
        source = pathlib.Path(f"{node}{host['path']}")
        if host["type"] == "DirectoryOrCreate":
            source.mkdir(mode=0o755, parents=True, exist_ok=True)
        elif host["type"] == "FileOrCreate":
            with open(source, "a", encoding="utf-8"):
                pass
        elif host["type"] != "Directory" or not source.is_dir():
            raise FailedMount(f"hostPath type check failed: {host['path']} is not a directory")
        access = "ro" if mount.get("readOnly") else "rw"
        options += ["--volume", f"{source}:{mount['mountPath']}:{access}"]
    return options
