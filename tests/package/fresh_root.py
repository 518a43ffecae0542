"""A fresh minimal Debian root, to install into and to compare with what it was before."""

import hashlib
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

SKIPPED = 77
MAKE_ROOT = pathlib.Path(__file__).resolve().parents[1] / "rootfs/make-root"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}
LISTENER = '#!/bin/sh\necho "$*" >>/told\n'


def skip_without(tools):
    """Ends a test as skipped where one of these is missing, or nothing may be installed."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing or os.geteuid() != 0:
        print("skipped:", f"{', '.join(missing)} not installed" if missing else "only root can chroot")
        sys.exit(SKIPPED)


def run(*command, **more):
    """The standard output of a command, which must not fail."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


class FreshRoot:
    """`own` are the beginnings of paths that belong to the package manager, which writes there."""

    def __init__(self, packages, own):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="katafix-root-"))
        self._own = own
        # Package managers sync all they write, which a disk takes its time for.
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.path)
        try:
            run(MAKE_ROOT, self.path, *packages)
        except AssertionError:
            self.close()
            raise

    def close(self):
        run("umount", "--lazy", self.path)
        self.path.rmdir()

    def run(self, *command):
        return run("chroot", self.path, *command, env=ENVIRONMENT)

    def take(self, packages):
        """Copies packages into the root, and says where they are there."""
        folder = self.path / "packages"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return [pathlib.Path("/packages") / pathlib.Path(shutil.copy(package, folder)).name
                for package in packages]

    def listen(self):
        """Makes the root look as one where systemd runs. The function returned says what systemctl
        was told since it was last asked."""
        (self.path / "run/systemd/system").mkdir(parents=True)
        systemctl = self.path / "usr/bin/systemctl"
        systemctl.write_text(LISTENER, encoding="utf-8")
        systemctl.chmod(0o755)
        log = self.path / "told"

        def told():
            lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
            log.unlink(missing_ok=True)
            return lines

        return told

    def files(self, below=""):
        """What each path is: its mode, owner and contents."""
        found = {}
        for folder, names, files in os.walk(self.path):
            for name in names + files:
                path = pathlib.Path(folder, name)
                relative = str(path.relative_to(self.path))
                if relative.startswith(below) and not relative.startswith(("packages", *self._own)):
                    found[relative] = self._state(path)
        return found

    @staticmethod
    def _state(path):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            contents = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            contents = os.readlink(path) if path.is_symlink() else ""
        return status.st_mode, status.st_uid, status.st_gid, contents
