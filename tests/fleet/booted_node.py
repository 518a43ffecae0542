"""A node that boots: the machine's own systemd as the first process of namespaces of its own, in a
root that has the machine's /usr and nothing else of it.

What it needs is root, and leave to mount; `missing()` says what is not there. All mounts are in the
mount namespace that `enter_namespace` moves the test to, and so end with it.
"""

import argparse
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile
import threading

SYSTEMD = "/lib/systemd/systemd"
MARK = "KATAFIX_TEST_NAMESPACE"
LIMIT = 60  # seconds for a script; a boot takes less than one

# The first process of the node: what the kernel and a container's manager provide.
ENTER = r"""
set -eu
root=$1 console=$2 fresh="mount -t tmpfs -o mode=755 tmpfs"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
$fresh "$root/run"
$fresh "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
for node in null zero full random urandom tty; do
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
touch "$root/dev/console"
mount --bind "$console" "$root/dev/console"
cd "$root"
pivot_root . .
umount -l .
exec env -i container=katafix-test PATH=/usr/sbin:/usr/bin "$3" --unit=multi-user.target
"""

# What is to happen once the node is up; then it ends.
SCRIPT = f"""[Unit]
After=multi-user.target
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
Environment=SYSTEMD_COLORS=0 SYSTEMD_PAGER=
ExecStart=/bin/sh -eux /test/script
TimeoutStartSec={LIMIT}
StandardOutput=file:/test/log
StandardError=inherit
ExecStopPost=/bin/sh -c 'echo "$EXIT_STATUS" > /test/status'
"""

# Answers on a node as an engine might.
FAKE_ENGINE = pathlib.Path(__file__).resolve().parent.parent / "daemon/fake_engine.py"
# What `!` is elsewhere: a shell with -e goes on after that.
FAILS = 'fails() { if "$@"; then exit 1; fi; }\n'


def parse(description):
    """The options of a test that boots nodes, and what is unittest's."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--katafix", type=pathlib.Path, required=True)
    parser.add_argument("--packaging", type=pathlib.Path, required=True)
    return parser.parse_known_args()


def missing():
    """Why no node can boot here; nothing when one can."""
    if os.geteuid() != 0:
        return "only root may mount and make namespaces"
    for program in (SYSTEMD, "/usr/bin/unshare", "/usr/bin/journalctl"):
        if not os.access(program, os.X_OK):
            return f"{program} is missing"
    probe = "mount -t tmpfs tmpfs /mnt && mount -t cgroup2 cgroup2 /mnt && mount -t proc proc /proc"
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--cgroup", "sh", "-c", probe],
                           capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


def enter_namespace():
    """Starts the program again in a mount namespace of its own, which ends with it."""
    if MARK not in os.environ:
        os.environ[MARK] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private",
                              sys.executable, "-B", *sys.argv])


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True)


class Node:
    """`root` is the node's file system, to be read and written between its boots too."""

    def __init__(self):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="katafix-boot-"))
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.base)
        self.root = self.base / "root"
        for folder in "root upper work cgroup".split():
            (self.base / folder).mkdir()
        self.lay_out()
        self.path("test").mkdir()
        self.write("etc/machine-id", f"{os.urandom(16).hex()}\n")
        self.write("usr/lib/systemd/system/script.service", SCRIPT)
        self.want("multi-user.target", "script.service")

    def lay_out(self):
        """Mounts and fills the root."""
        run("mount", "--bind", self.root, self.root)
        for folder in "dev etc proc run sys tmp usr var".split():
            (self.root / folder).mkdir()
        self.overlay("/usr", self.root / "usr")
        for link in ("bin", "lib", "lib64", "sbin"):
            if os.path.islink(f"/{link}"):
                (self.root / link).symlink_to(os.readlink(f"/{link}"))
        self._keep_of_systemd_only_the_journal()
        for name in ("passwd", "group", "nsswitch.conf"):
            shutil.copy(f"/etc/{name}", self.root / "etc")

    def overlay(self, lower, folder):
        """Mounts `lower` on a folder; what is changed there stays with the node, in `upper`."""
        run("mount", "-t", "overlay", "overlay", folder, "-o",
            f"lowerdir={lower},upperdir={self.base}/upper,workdir={self.base}/work")

    def _keep_of_systemd_only_the_journal(self):
        system = self.root / "usr/lib/systemd/system"
        for wants in system.glob("*.wants"):
            shutil.rmtree(wants)
        shutil.rmtree(self.root / "usr/lib/systemd/system-generators")
        self.want("sysinit.target", "systemd-journald.service")

    def want(self, target, unit):
        wants = self.root / f"usr/lib/systemd/system/{target}.wants"
        wants.mkdir(exist_ok=True)
        (wants / unit).symlink_to(f"../{unit}")

    def close(self):
        run("umount", "--recursive", "--lazy", self.base)
        self.base.rmdir()

    def path(self, name):
        return self.root / str(name).lstrip("/")

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    def read(self, name):
        return self.path(name).read_text(encoding="utf-8")

    def install(self, source, name, mode=0o644):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, path)
        path.chmod(mode)

    def systemctl(self, *words):
        """On the node while it is off."""
        return run("systemctl", f"--root={self.root}", *words)

    def boot(self, script):
        """Boots, runs a shell script when the node is up, and ends. Fails as the script does; where
        a command of it must fail, that is `fails COMMAND`."""
        self.write("test/script", FAILS + script)
        for left in ("test/log", "test/status"):
            self.path(left).unlink(missing_ok=True)
        run("mount", "-t", "cgroup2", "cgroup2", self.base / "cgroup")
        cgroup = self.base / "cgroup" / self.base.name
        cgroup.mkdir()
        try:
            said = self._run_to_its_end(cgroup)
        finally:
            for folder, _, _ in os.walk(cgroup, topdown=False):
                os.rmdir(folder)
            run("umount", self.base / "cgroup")
        log = self.read("test/log") if self.path("test/log").exists() else ""
        status = self.read("test/status").strip() if self.path("test/status").exists() else "none"
        if status != "0":
            raise AssertionError(f"the script's exit status: {status}\n{log}\n{said}")
        return log

    def _run_to_its_end(self, cgroup):
        """What the node says on its console."""
        console, terminal = pty.openpty()
        said = []
        node = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--cgroup",
             "--kill-child", "--uts", "--ipc", "--net", "sh", "-c", ENTER, "sh", self.root,
             os.ttyname(terminal), SYSTEMD],
            stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
            preexec_fn=lambda: (cgroup / "cgroup.procs").write_text("0"))
        os.close(terminal)
        reader = threading.Thread(target=self._listen, args=(console, said))
        reader.start()
        try:
            node.wait(2 * LIMIT)
        finally:
            node.kill()
            node.wait()
            reader.join()
            os.close(console)
        return b"".join(said).decode(errors="replace")

    @staticmethod
    def _listen(console, said):
        """Until the last writer closes it, which a terminal tells by an error."""
        try:
            while data := os.read(console, 4096):
                said.append(data)
        except OSError:
            pass
