"""The nodes that are measured, where people are: the engine's files below a root, and no FILE.

Each is measured against the floor: a program that reads the same files and parses each once. Of a
template the floor is given what is TOML in it."""

import dataclasses
import pathlib
import shutil
import tempfile

import count
import inputs

RIGHT, TO_FIX, APPLY = "check, all is right", "check, to fix", "apply"
FLAG = f"{inputs.FLAG} = true\n"
RUNTIMES = "plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes"
SHIMS = ("qemu", "clh", "fc", "dragonball", "stratovirt", "cloud-hypervisor", "qemu-snp", "qemu-tdx",
         "qemu-se", "qemu-cca", "qemu-coco-dev", "qemu-nvidia-gpu", "qemu-nvidia-gpu-snp",
         "qemu-nvidia-gpu-tdx", "qemu-runtime-rs", "qemu-coco-dev-runtime-rs", "qemu-snp-runtime-rs",
         "qemu-tdx-runtime-rs", "qemu-se-runtime-rs", "remote", "clh-runtime-rs")


def kata_for_containerd(name):
    """A handler as kata-deploy writes it."""
    return (f"[{RUNTIMES}.kata-{name}]\n"
            f'runtime_type = "io.containerd.kata-{name}.v2"\n'
            'runtime_path = "/opt/kata/bin/containerd-shim-kata-v2"\n' + FLAG +
            'pod_annotations = ["io.katacontainers.*"]\n\n'
            f"[{RUNTIMES}.kata-{name}.options]\n"
            f'ConfigPath = "/opt/kata/share/defaults/kata-containers/configuration-{name}.toml"\n\n')


def kata_for_crio(name):
    return (f"[crio.runtime.runtimes.kata-{name}]\n"
            '\truntime_path = "/opt/kata/bin/containerd-shim-kata-v2"\n'
            '\truntime_type = "vm"\n\truntime_root = "/run/vc"\n'
            f'\truntime_config_path = "/opt/kata/share/defaults/kata-containers/configuration-{name}.toml"\n'
            "\t" + FLAG + "\n")


MAIN_OF_VERSION_3 = f"""\
version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
oom_score = -999
imports = ["/etc/containerd/conf.d/*.toml"]

[grpc]
  address = "/run/containerd/containerd.sock"
  max_recv_message_size = 16777216
  max_send_message_size = 16777216

[metrics]
  address = "127.0.0.1:1338"

[plugins.'io.containerd.cri.v1.images']
  snapshotter = "overlayfs"
  max_concurrent_downloads = 3
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = "registry.k8s.io/pause:3.10"

[plugins.'io.containerd.cri.v1.runtime']
  enable_selinux = false
  max_container_log_line_size = 16384
  device_ownership_from_security_context = true
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ["/opt/cni/bin"]
    conf_dir = "/etc/cni/net.d"
  [plugins.'io.containerd.cri.v1.runtime'.containerd]
    default_runtime_name = "runc"
  [{RUNTIMES}.runc]
    runtime_type = "io.containerd.runc.v2"
    base_runtime_spec = "/etc/containerd/cri-base.json"
  [{RUNTIMES}.runc.options]
    SystemdCgroup = true
    BinaryName = "/usr/local/bin/runc"
"""
REGISTRY = """\
version = 3

[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "/etc/containerd/certs.d"
"""
NVIDIA = f"""\
version = 3

[{RUNTIMES}.nvidia]
  runtime_type = "io.containerd.runc.v2"
  [{RUNTIMES}.nvidia.options]
    BinaryName = "/usr/local/nvidia/toolkit/nvidia-container-runtime"
    SystemdCgroup = true
"""
CRIO = """\
[crio]
root = "/var/lib/containers/storage"
log_dir = "/var/log/crio/pods"

[crio.api]
listen = "/run/crio/crio.sock"

[crio.runtime]
default_runtime = "crun"
conmon_cgroup = "pod"
pids_limit = -1

[crio.runtime.runtimes.crun]
runtime_path = "/usr/libexec/crio/crun"
runtime_root = "/run/crun"
monitor_path = "/usr/libexec/crio/conmon"
allowed_annotations = ["io.containers.trace-syscall"]

[crio.image]
pause_image = "registry.k8s.io/pause:3.10"

[crio.network]
network_dir = "/etc/cni/net.d/"
plugin_dirs = ["/opt/cni/bin"]
"""
CRIO_DROP_INS = {
    "10-crun.conf": '[crio.runtime.runtimes.runc]\nruntime_path = "/usr/libexec/crio/runc"\n'
                    'runtime_root = "/run/runc"\n',
    "20-metrics.conf": "[crio.metrics]\nenable_metrics = true\nmetrics_port = 9537\n",
    "30-pids.conf": "[crio.runtime]\npids_limit = 4096\n",
    "40-stats.conf": "[crio.stats]\nstats_collection_period = 10\n",
}
K3S = "var/lib/rancher/k3s/agent/etc/containerd"


def one_main_file():
    """Containerd 1.x, as Debian's containerd prints its default config."""
    return {"etc/containerd/config.toml": inputs.with_kata_handlers(inputs.default_config(), "true")}


def drop_ins_of_containerd():
    return {"etc/containerd/config.toml": MAIN_OF_VERSION_3,
            "etc/containerd/conf.d/10-registry.toml": REGISTRY,
            "etc/containerd/conf.d/50-nvidia.toml": NVIDIA,
            "etc/containerd/conf.d/kata-deploy.toml":
                "version = 3\n\n" + "".join(map(kata_for_containerd, SHIMS[:20]))}


def drop_ins_of_crio():
    files = {"etc/crio/crio.conf": CRIO,
             "etc/crio/crio.conf.d/99-kata-deploy": "".join(map(kata_for_crio, SHIMS))}
    files.update({f"etc/crio/crio.conf.d/{name}": text for name, text in CRIO_DROP_INS.items()})
    return files


def k3s_template():
    handlers = "".join(map(kata_for_containerd, SHIMS[:5]))
    rendered = MAIN_OF_VERSION_3.replace("/etc/containerd/conf.d", f"/{K3S}/config-v3.toml.d")
    return {f"{K3S}/config-v3.toml.tmpl": '{{ template "base" . }}\n\n' + handlers,
            f"{K3S}/config.toml": rendered + "\n" + handlers}


KINDS = {"containerd 1.6, default config, 3 Kata handlers": one_main_file,
         "containerd 2, 3 drop-ins, 20 handlers": drop_ins_of_containerd,
         "CRI-O, 5 drop-ins, 21 handlers": drop_ins_of_crio,
         "k3s, template and generated file, 5 handlers": k3s_template}
ONE_FILE, TEMPLATE = list(KINDS)[0], list(KINDS)[-1]


def without_flags(text):
    """As people write it who do not know of the flag."""
    return "".join(line for line in text.splitlines(keepends=True) if line.strip() != FLAG.strip())


@dataclasses.dataclass
class Node:
    """A root with its files, and beside it those of the floor."""
    directory: pathlib.Path
    files: dict

    def __post_init__(self):
        self.root = self.directory / "node"

    def write(self, change=lambda text: text):
        """The root anew: no run of an apply is left from before."""
        shutil.rmtree(self.root, ignore_errors=True)
        for name, text in self.files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(change(text), encoding="utf-8")

    def for_floor(self):
        """The same files; a template without the lines of its directives."""
        names = []
        for number, text in enumerate(self.files.values()):
            path = self.directory / f"{number}.toml"
            path.write_text("".join(line for line in text.splitlines(keepends=True)
                                    if "{{" not in line), encoding="utf-8")
            names.append(path)
        return names

    def command(self, katafix, command):
        return [katafix, command, "--root", self.root]


def instructions(katafix, floor, kinds=None):
    """By kind of node: the floor's instructions, and those of each command."""
    counted = {}
    for kind in KINDS if kinds is None else kinds:
        # The depth of the directory counts: each part of a path is looked at.
        with tempfile.TemporaryDirectory(prefix="katafix-node-", dir="/tmp") as scratch:
            node = Node(pathlib.Path(scratch), KINDS[kind]())
            row = counted[kind] = {"floor": count.instructions([floor, *node.for_floor()], scratch, (0,))}
            node.write()
            row[RIGHT] = count.instructions(node.command(katafix, "check"), scratch, (0,))
            node.write(without_flags)
            row[TO_FIX] = count.instructions(node.command(katafix, "check"), scratch, (1,))
            row[APPLY] = count.instructions(node.command(katafix, "apply"), scratch, (0,))
    return counted


def ratios(row):
    return {command: row[command] / row["floor"] for command in (RIGHT, TO_FIX, APPLY)}


def system_calls(katafix):
    """How many a check of the node with one file makes."""
    with tempfile.TemporaryDirectory(prefix="katafix-node-", dir="/tmp") as scratch:
        node = Node(pathlib.Path(scratch), KINDS[ONE_FILE]())
        node.write()
        return len(count.system_calls(node.command(katafix, "check"), scratch))


def each_drop_in(katafix, many):
    """The instructions of a check of a node with so many drop-ins, for each of them."""
    with tempfile.TemporaryDirectory(prefix="katafix-node-", dir="/tmp") as scratch:
        root = inputs.node(scratch, many, "true")
        return count.instructions([katafix, "check", "--root", root], scratch) / many


def memory(katafix, size):
    """Peak bytes of a check of a node with one file of that size, as a multiple of it."""
    with tempfile.TemporaryDirectory(prefix="katafix-node-", dir="/tmp") as scratch:
        file = pathlib.Path(scratch, "node/etc/containerd/config.toml")
        file.parent.mkdir(parents=True)
        one = len(inputs.many_handlers(1000)) / 1000
        file.write_text(inputs.many_handlers(int(size / one), "true"), encoding="utf-8")
        peak = count.peak_memory([katafix, "check", "--root", f"{scratch}/node"], scratch)
        return peak / file.stat().st_size
