"""A node that cloud-init sets up: the real stages, in the order of a boot, in a Debian root and
namespaces of its own. No systemd runs there.

All mounts are in the mount namespace that `enter_namespace` moves the test to, and so end with it.
"""

import dataclasses
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

MARK = "KATAFIX_TEST_NAMESPACE"
MAKE_ROOT = pathlib.Path(__file__).resolve().parent.parent / "rootfs/make-root"
LIMIT = 120

# The first process of a boot: what the kernel provides, then what runs.
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

# Where the seed is; and what a container does not have: disks to grow, locales, an SSH server.
CLOUD_CONFIG = """datasource_list: [NoCloud]
growpart: {mode: "off"}
resize_rootfs: false
locale: C.UTF-8
ssh_genkeytypes: []
"""

# These are cloud-init's own, and what it tells Debian's package configuration.
NOT_THE_NODE = ("proc", "sys", "dev", "run", "var/log", "var/lib/cloud", "var/cache/debconf")


@dataclasses.dataclass
class Boot:
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
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "sh", "-c",
                            "mount -t tmpfs tmpfs /mnt && mount -t proc proc /proc"],
                           capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


def enter_namespace():
    """Starts the program again in a mount namespace of its own, which ends with it."""
    if MARK not in os.environ:
        os.environ[MARK] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, "-B",
                              *sys.argv])


def mount_in_memory(folder):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder], check=True)


def unmount(folder):
    subprocess.run(["umount", "--recursive", folder], check=True)
    folder.rmdir()


class Image:
    """A Debian root with cloud-init, which the nodes share and do not change."""

    def __init__(self):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="katafix-cloud-"))
        mount_in_memory(self.base)
        self.root = self.base / "image"
        made = subprocess.run([MAKE_ROOT, self.root, "cloud-init"], capture_output=True, text=True,
                              check=False)
        if made.returncode != 0:
            self.close()
            raise RuntimeError(made.stderr.strip())
        (self.root / "etc/cloud/cloud.cfg.d/90_test.cfg").write_text(CLOUD_CONFIG, encoding="utf-8")

    def close(self):
        unmount(self.base)


class Node:
    """`root` is the node's file system, to be read and written between its boots."""

    def __init__(self, image):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="node-", dir=image.base))
        mount_in_memory(self.base)
        self.root, self.changes, work = (self.base / name for name in ("root", "changes", "work"))
        for folder in (self.root, self.changes, work):
            folder.mkdir()
        layers = f"lowerdir={image.root},upperdir={self.changes},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "overlay", self.root, "-o", layers], check=True)

    def close(self):
        unmount(self.base)

    def path(self, name):
        return self.root / str(name).lstrip("/")

    def write(self, name, data, mode=0o644):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        path.chmod(mode)

    def read(self, name):
        return self.path(name).read_text(encoding="utf-8") if self.path(name).exists() else ""

    def seed(self, user_data):
        self.write("var/lib/cloud/seed/nocloud/user-data", user_data)
        self.write("var/lib/cloud/seed/nocloud/meta-data", "instance-id: node-1\n")

    def run(self, script):
        """Runs a shell script in the node, as the first process of fresh namespaces."""
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--net", "--uts", "--ipc",
             "sh", "-c", ENTER, "sh", self.root, script],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT, check=False)

    def boot(self):
        """The logs are those of this boot alone."""
        logs = ("var/log/cloud-init-output.log", "var/log/cloud-init.log")
        for log in logs:
            self.path(log).unlink(missing_ok=True)
        ran = self.run(STAGES)
        return Boot(ran.returncode, ran.stdout + ran.stderr, *map(self.read, logs))

    def tree(self):
        """All that tells whether anything of the node was touched."""
        found = {}
        for parent, folders, files in os.walk(self.changes):
            below = os.path.relpath(parent, self.changes)
            folders[:] = [name for name in folders
                          if os.path.normpath(os.path.join(below, name)) not in NOT_THE_NODE]
            for name in folders + files:
                path = pathlib.Path(parent, name)
                info = path.lstat()
                data = path.read_bytes() if stat.S_ISREG(info.st_mode) else None
                found[os.path.join(below, name)] = (info.st_mode, info.st_uid, info.st_ino,
                                                    info.st_mtime_ns, data)
        return found
