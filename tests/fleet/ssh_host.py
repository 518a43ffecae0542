"""Hosts for tests: an sshd on loopback each, whose /etc, /var/lib and /usr/local are its own."""

import hashlib
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess
import threading

# A private /etc and the like: what is done to this host is not done to the machine. In a process
# namespace of its own, whose end is the end of all that was started there; it ends with the test.
IN_OWN_NAMESPACE = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount",
                    "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"]
MOUNTS = ("etc", "root", "run", "usr/local", "var/cache", "var/lib", "var/log")
START = "".join(f'mount --bind "$1/{name}" /{name}\n' for name in MOUNTS)
START = f'set -e\n{START}exec /usr/sbin/sshd -D -e -f "$1/sshd_config"\n'

SYSTEMCTL = """#!/bin/sh
case $1 in
show) printf 'LoadState=loaded\\nActiveState=active\\n' ;;
restart) echo "$2" >>/run/restarted ;;
esac
"""


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def make_key(path):
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)
    return path.with_name(path.name + ".pub").read_text(encoding="ascii")


def cannot_run():
    """Why there can be no such hosts here, or nothing."""
    if os.geteuid() != 0:
        return "sshd and its mounts need root"
    for program in ("/usr/sbin/sshd", "ssh", "ssh-keygen", "setpriv", "unshare"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if subprocess.run([*IN_OWN_NAMESPACE, "true"], capture_output=True, check=False).returncode:
        return "no namespaces can be made here"
    return None


class SshHost:
    """A host that lets root in with a key. reset() puts the files of `tree` into it, and scripts
    into its /usr/local/bin: systemctl, and those of `programs` by name."""

    def __init__(self, name, folder, tree, programs, authorized_keys):
        self.name, self.folder, self.tree = name, folder, tree
        self.programs = {"systemctl": SYSTEMCTL, **programs}
        for mount in MOUNTS[1:]:
            (folder / mount).mkdir(parents=True)
        run("cp", "-a", "/etc", folder)
        # A locked root may not come in by key either.
        shadow = folder / "etc/shadow"
        lines = shadow.read_text(encoding="utf-8").splitlines(keepends=True)
        shadow.write_text("".join("root:*:" + line.split(":", 2)[2] if line.startswith("root:")
                                  else line for line in lines), encoding="utf-8")
        (folder / "run/sshd").mkdir(mode=0o755)
        self.public_key = make_key(folder / "host_key")
        self.authorized_keys = authorized_keys
        self.port = self.sshd = None
        self.reset()

    def install(self, name, script):
        """A program in /usr/local/bin."""
        path = self.folder / "usr/local/bin" / name
        path.write_text(script, encoding="utf-8")
        path.chmod(0o755)

    def reset(self):
        """The files as they are at first, and nothing left of what was done."""
        gone = [self.folder / name for name in ("etc/containerd", "etc/crio", "usr/local/bin")]
        for path in gone + list((self.folder / "var/lib").iterdir()):
            shutil.rmtree(path, ignore_errors=True)
        for name in ("run/restarted", "etc/katafix.toml"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.copytree(self.tree, self.folder, dirs_exist_ok=True)
        (self.folder / "usr/local/bin").mkdir(mode=0o755)
        for name, script in self.programs.items():
            self.install(name, script)

    def files(self):
        """All that tells whether anything was changed."""
        found = {}
        for top in ("etc/containerd", "etc/crio", "var/lib", "usr/local"):
            for path in sorted((self.folder / top).rglob("*")):
                info = path.lstat()
                data = path.read_bytes() if stat.S_ISREG(info.st_mode) else b""
                found[str(path.relative_to(self.folder))] = (info.st_mode, info.st_mtime_ns,
                                                           hashlib.sha256(data).hexdigest())
        return found

    def restarted(self):
        """The units that were restarted, in order."""
        log = self.folder / "run/restarted"
        return log.read_text(encoding="ascii").split() if log.exists() else []

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (self.folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {self.folder}/host_key\n"
            f"AuthorizedKeysFile {self.authorized_keys}\nPidFile none\nUsePAM no\nStrictModes no\n"
            "PasswordAuthentication no\nPermitRootLogin prohibit-password\n"
            "Subsystem sftp internal-sftp\n", encoding="utf-8")
        self.sshd = subprocess.Popen([*IN_OWN_NAMESPACE, "sh", "-c", START, "sh", self.folder],
                                     stderr=subprocess.PIPE, text=True, start_new_session=True)
        said = []
        for line in self.sshd.stderr:
            said.append(line)
            if line.startswith("Server listening"):
                # It stops when nobody reads what it says.
                threading.Thread(target=self.sshd.stderr.read, daemon=True).start()
                return
        self.stop()
        raise RuntimeError(f"sshd of {self.name} does not start: {''.join(said)}")

    def stop(self):
        os.killpg(self.sshd.pid, signal.SIGKILL)
        self.sshd.wait()

    def known_host(self):
        return f"[127.0.0.1]:{self.port} {self.public_key}"


def start_hosts(folder, trees):
    """Hosts by name, of trees and programs; and the ssh configuration that reaches them."""
    folder = pathlib.Path(folder)
    authorized_keys = folder / "authorized_keys"
    authorized_keys.write_text(make_key(folder / "key"), encoding="ascii")
    hosts = {name: SshHost(name, folder / "hosts" / name, tree, programs, authorized_keys)
             for name, (tree, programs) in trees.items()}
    started = []
    try:
        for host in hosts.values():
            host.start()
            started.append(host)
    except BaseException:
        for host in started:
            host.stop()
        raise
    known_hosts = folder / "known_hosts"
    known_hosts.write_text("".join(host.known_host() for host in hosts.values()), encoding="ascii")
    config = folder / "ssh_config"
    config.write_text(
        f"IdentityFile {folder}/key\nIdentitiesOnly yes\nBatchMode yes\n"
        f"UserKnownHostsFile {known_hosts}\nGlobalKnownHostsFile none\nStrictHostKeyChecking yes\n"
        f"ControlMaster auto\nControlPath {folder}/%C\nControlPersist 60\n", encoding="utf-8")
    return hosts, config
