"""A small disk in a file, on a loop device, whose power can be cut."""

import contextlib
import dataclasses
import fcntl
import os
import shutil
import struct
import subprocess

# FS_IOC_SHUTDOWN (linux/fs.h) and its flags, the same for ext4 and xfs: the file system takes no
# more writes, and what is only in memory is lost; with LOG_FLUSH the log is written before that.
SHUTDOWN = 0x8004587D
LOG_FLUSH, NO_LOG_FLUSH = 1, 2
# For a file system without that call: what has reached the disk by now is copied from under it.
SNAPSHOT = 0
CUTS = {LOG_FLUSH: "log flushed", NO_LOG_FLUSH: "log lost", SNAPSHOT: "snapshot"}


@dataclasses.dataclass(frozen=True)
class Kind:
    """A file system, how it is mounted, its least size, and how its power is cut."""
    name: str
    options: str = "loop"
    megabytes: int = 32
    cuts: tuple = (NO_LOG_FLUSH, LOG_FLUSH)

    def __str__(self):
        return ", ".join([self.name, *self.options.split(",")[1:]])

    def make(self, image):
        force = "-F" if self.name == "ext4" else "-f"
        return [f"mkfs.{self.name}", "-q", force, image]


class NoDisk(Exception):
    """Such a disk cannot be made here; says why."""


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


class Disk:
    """Each start begins with the same files; a cut comes back with what was durable."""

    def __init__(self, kind, folder, fill):
        self.kind = kind
        self.master, self.image = folder / "master.img", folder / "disk.img"
        self.root = folder / "root"
        self.root.mkdir(exist_ok=True)
        if not shutil.which(kind.make(self.image)[0]):
            raise NoDisk(f"{kind.make(self.image)[0]} is not installed")
        try:
            self.image.write_bytes(b"")
            os.truncate(self.image, kind.megabytes << 20)
            run(*kind.make(self.image))
            self.mount()
        except subprocess.CalledProcessError as error:
            raise NoDisk(f"{kind}: {error.stderr.decode(errors='replace').strip()}") from None
        try:
            fill(self.root)
        finally:
            self.unmount()
        self.image.rename(self.master)

    def mount(self):
        run("mount", "-t", self.kind.name, "-o", self.kind.options, self.image, self.root)

    def unmount(self):
        run("umount", self.root)

    @contextlib.contextmanager
    def running(self):
        run("cp", "--sparse=always", self.master, self.image)
        self.mount()
        try:
            yield self.root
        finally:
            if os.path.ismount(self.root):
                self.unmount()

    def cut(self, way):
        """Cuts the power, and starts again."""
        if way == SNAPSHOT:
            kept = self.image.with_suffix(".kept")
            run("cp", "--sparse=always", self.image, kept)
            self.unmount()
            kept.rename(self.image)
        else:
            root = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.ioctl(root, SHUTDOWN, struct.pack("I", way))
            finally:
                os.close(root)
            self.unmount()
        self.mount()
