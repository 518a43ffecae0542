"""The Ansible collection as it ships on hosts behind real sshds: what its tests share."""

import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import ansible_collection
import ssh_host

HERE = pathlib.Path(__file__).resolve().parent
ENGINES = {"containerd-1": ("containerd", "containerd github.com/containerd/containerd v1.7.24"),
           "containerd-2": ("containerd", "containerd github.com/containerd/containerd/v2 v2.1.4"),
           "crio": ("crio", "crio version 1.30.2"),
           "broken": ("containerd", "containerd github.com/containerd/containerd v1.6.20")}
NEEDY, RIGHT, BROKEN = ["containerd-1", "containerd-2"], "crio", "broken"
PLACE = "/etc/containerd/config.toml:3:62: a header that is not closed"
RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.M)

OPTIONS = ansible_collection.options(__doc__)


@dataclasses.dataclass
class Ran:
    status: int
    out: str

    def recap(self):
        """Of each host, what changed and what failed; an unreachable host has failed."""
        return {name: (int(changed), int(failed) + int(unreachable))
                for name, _, changed, unreachable, failed in RECAP.findall(self.out)}


class FleetCase(unittest.TestCase):
    """The hosts are as new before each test."""

    maxDiff = None

    @classmethod
    def make(cls, add_cleanup):
        cls.dir = ansible_collection.make_folder(add_cleanup)
        cls.env = ansible_collection.environment(cls.dir)
        ansible_collection.install(cls.dir, OPTIONS.packaging, cls.env)
        cls.hosts, ssh_config = ssh_host.start_hosts(
            cls.dir, {name: (HERE / "hosts" / name, {engine: f"#!/bin/sh\necho '{version}'\n"})
                      for name, (engine, version) in ENGINES.items()})
        for host in cls.hosts.values():
            add_cleanup(host.stop)
        lines = [f"{name} ansible_host=127.0.0.1 ansible_port={host.port} ansible_user=root\n"
                 for name, host in cls.hosts.items()]
        (cls.dir / "inventory").write_text(
            "[nodes]\n" + "".join(lines) + "[nodes:vars]\n"
            "ansible_python_interpreter=/usr/bin/python3\n", encoding="utf-8")
        cls.env.update(ANSIBLE_INVENTORY=str(cls.dir / "inventory"), ANSIBLE_PIPELINING="1",
                       ANSIBLE_SSH_ARGS=f"-F {ssh_config}", ANSIBLE_GATHERING="explicit")

    def setUp(self):
        for host in self.hosts.values():
            host.reset()

    def install(self, *names):
        for name in names or self.hosts:
            shutil.copy2(OPTIONS.katafix, self.hosts[name].folder / "usr/local/bin/katafix")

    def files(self):
        return {name: host.files() for name, host in self.hosts.items()}

    def changed_configs(self, before):
        """The engines' files that are other than before, host by host."""
        return {name: [path for path, (_, _, data) in files.items()
                       if path.startswith("etc/") and data != before[name][path][2]]
                for name, files in self.files().items()}

    def restarted(self):
        return {name: host.restarted() for name, host in self.hosts.items() if host.restarted()}

    def call(self, *command, **variables):
        done = subprocess.run(command, env={**self.env, **variables}, cwd=self.dir, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=300, check=False)
        return Ran(done.returncode, done.stdout)

    def play(self, name, *args, **variables):
        """Runs a playbook that the collection's README shows."""
        path = self.dir / name
        path.write_text(ansible_collection.playbooks(OPTIONS.packaging)[name], encoding="utf-8")
        return self.call("ansible-playbook", name, *args, **variables)

    def site(self, *args):
        return self.play("site.yml", "-e", f"katafix_binary={OPTIONS.katafix}", *args)

    def module(self, name, hosts, *args, **params):
        """Runs a module by itself: what it returned, host by host."""
        results = pathlib.Path(tempfile.mkdtemp(dir=self.dir))
        keep = {"content": "{{ found | to_json }}",
                "dest": f"{results}/{{{{ inventory_hostname }}}}"}
        tasks = [{f"katafix.katafix.{name}": params, "register": "found", "ignore_errors": True},
                 {"ansible.builtin.copy": keep, "delegate_to": "localhost", "check_mode": False}]
        play = self.dir / "module.yml"
        play.write_text(json.dumps([{"hosts": hosts, "tasks": tasks}]), encoding="utf-8")
        ran = self.call("ansible-playbook", play, *args)
        found = {path.name: json.loads(path.read_text("utf-8")) for path in results.iterdir()}
        self.assertTrue(found, ran.out)
        return found


def run():
    """Runs the tests of the program, or says why they cannot run here."""
    ansible_collection.run("ansible-playbook", "ansible-galaxy", options=OPTIONS,
                           trouble=ssh_host.cannot_run())
