"""A node that cloud-init sets up, in a Debian root of its own: by its stages alone, which need no
systemd, or booted, where systemd runs them.

All mounts are in the mount namespace that `booted_node.enter_namespace` moves the test to.
"""

import dataclasses
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile

import booted_node

MAKE_ROOT = pathlib.Path(__file__).resolve().parent.parent / "rootfs/make-root"
PACKAGES = ["cloud-init", "systemd-sysv"]
LIMIT = 120

# The first process of the namespaces: what the kernel provides, then what runs.
ENTER = r"""
set -eu
root=$1
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
exec env -i LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" /bin/sh -c "$2"
"""

# As cloud-init's units run them; what they print is in /var/log/cloud-init-output.log.
STAGES = """
for stage in "init --local" init "modules --mode=config" "modules --mode=final"; do
  cloud-init $stage >/dev/null 2>&1
done
cloud-init status --long
"""

# Where the seed is; and what a container does not have: disks to grow, and locales.
CLOUD_CONFIG = """datasource_list: [NoCloud]
growpart: {mode: "off"}
resize_rootfs: false
locale: C.UTF-8
"""

# These are cloud-init's own, and what it tells Debian's package configuration.
NOT_THE_NODE = ("proc", "sys", "dev", "run", "var/log", "var/lib/cloud", "var/cache/debconf")


@dataclasses.dataclass
class Done:
    """`status` is the exit status of `cloud-init status --long`, `said` what that printed."""

    status: int
    said: str
    output: str
    log: str


def missing():
    """Why no node can be made here; nothing when one can."""
    if os.geteuid() != 0:
        return "only root may mount and make namespaces"
    for program in ("unshare", "mmdebstrap"):
        if not shutil.which(program):
            return f"{program} is missing"
    probe = "mount -t tmpfs tmpfs /mnt && mount -t proc proc /proc"
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--net", "--uts", "--ipc",
                            "sh", "-c", probe], capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


class Image:
    """A Debian root with cloud-init, which the nodes share and do not change."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="katafix-image-"))
        booted_node.run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.root)
        made = subprocess.run([MAKE_ROOT, self.root, *PACKAGES], capture_output=True, text=True,
                              check=False)
        if made.returncode != 0:
            self.close()
            raise RuntimeError(made.stderr.strip())
        (self.root / "etc/cloud/cloud.cfg.d/90_test.cfg").write_text(CLOUD_CONFIG, encoding="utf-8")

    def close(self):
        booted_node.run("umount", self.root)
        self.root.rmdir()


class Node(booted_node.Node):
    def __init__(self, image):
        self.image = image
        super().__init__()

    def lay_out(self):
        self.overlay(self.image.root, self.root)

    def seed(self, user_data):
        self.write("var/lib/cloud/seed/nocloud/user-data", user_data)
        self.write("var/lib/cloud/seed/nocloud/meta-data", "instance-id: node-1\n")

    def run(self, script):
        """Runs a shell script in the node, as the first process of fresh namespaces."""
        return subprocess.run(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork",
             "--kill-child", "--net", "--uts", "--ipc", "sh", "-c", ENTER, "sh", self.root, script],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT, check=False)

    def run_stages(self):
        """What cloud-init does in one boot. The logs are those of this time alone."""
        logs = ("var/log/cloud-init-output.log", "var/log/cloud-init.log")
        for log in logs:
            self.path(log).unlink(missing_ok=True)
        ran = self.run(STAGES)
        return Done(ran.returncode, ran.stdout + ran.stderr, *map(self.read, logs))

    def tree(self):
        """All that tells whether anything of the node was changed."""
        found = {}
        upper = self.base / "upper"
        for parent, folders, files in os.walk(upper):
            below = pathlib.Path(parent).relative_to(upper)
            folders[:] = [name for name in folders if str(below / name) not in NOT_THE_NODE]
            for name in folders + files:
                path = pathlib.Path(parent, name)
                info = path.lstat()
                data = hash(path.read_bytes()) if stat.S_ISREG(info.st_mode) else None
                found[str(below / name)] = (info.st_mode, info.st_uid, info.st_ino,
                                            info.st_mtime_ns, data)
        return found
