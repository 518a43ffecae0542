"""A node for one test: a mount namespace with an /etc, a /run and a /var/lib of its own, in which
engines run as real daemons."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SOCKET = "/run/containerd/containerd.sock"
CONFIG = "/etc/containerd/config.toml"
PLACES = ("/etc", "/run", "/var/lib", "/var/snap")

# It ends with whoever made it, and says when all is there.
HOLD = "for place in {places}; do [ -d $place ] && mount -t tmpfs none $place; done; " \
       "mkdir -p /etc/containerd /run/containerd; echo ready; exec cat"


class Node:
    def __init__(self, katafix, path=""):
        self.katafix = katafix
        self.path = f"{path}:/usr/sbin:/usr/bin:/sbin:/bin".lstrip(":")
        self.daemons = []
        self.holder = subprocess.Popen(["unshare", "--mount", "sh", "-c", HOLD.format(places=" ".join(PLACES))],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"ready\n":
            raise OSError("no mount namespace can be made here")

    def close(self):
        for daemon in self.daemons:
            self.stop(daemon)
        self.holder.communicate()

    def words(self, *command):
        return ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", "--", *command]

    def run(self, *command, **more):
        return subprocess.run(self.words(*command), capture_output=True, check=False, timeout=120,
                              env={"PATH": self.path}, **more)

    def write(self, path, text):
        self.run("sh", "-c", 'mkdir -p "$(dirname "$0")" && cat >"$0"', path, input=text.encode())

    def start(self, *command, socket=SOCKET):
        """Starts a daemon, and waits until it listens."""
        log = tempfile.TemporaryFile()
        daemon = subprocess.Popen(self.words(*command), stdout=log, stderr=log, start_new_session=True,
                                  env={"PATH": self.path})
        self.daemons.append(daemon)
        deadline = time.monotonic() + 60
        while self.run("test", "-S", socket).returncode != 0 or not self.listens(socket):
            if daemon.poll() is not None or time.monotonic() > deadline:
                log.seek(0)
                raise AssertionError(log.read().decode(errors="replace"))
            time.sleep(0.05)
        return daemon

    def listens(self, path):
        return self.run("/usr/bin/python3", "-c", "import socket, sys\n"
                        "socket.socket(socket.AF_UNIX).connect(sys.argv[1])", path).returncode == 0

    def stop(self, daemon):
        if daemon.poll() is None:
            os.killpg(daemon.pid, signal.SIGKILL)
        daemon.wait()

    def check(self, *args):
        """The exit status of a check, and its report."""
        done = self.run(self.katafix, "check", "--json", *args)
        assert b"a bug, please report" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout)
