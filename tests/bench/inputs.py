"""What is measured: configs of containerd of each size, and trees of files. All made here, but for
the default config, which the containerd on the machine prints."""

import pathlib
import subprocess

FLAG = "privileged_without_host_devices"
HANDLERS = (10, 100, 1_000, 10_000, 50_000)
DROP_INS = (10, 1_000)
ROOTS = 10_000
RUNTIMES = 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes'
KATA_NAMES = ("kata", "kata-clh", "kata-fc")


def default_config():
    return subprocess.run(["containerd", "config", "default"], check=True, capture_output=True,
                          text=True).stdout


def handler(name, flag="false"):
    """A handler as people write it below containerd's own; its flag is to be changed."""
    return (f"\n      [{RUNTIMES}.{name}]\n"
            f'        runtime_type = "io.containerd.kata.v2"  # a VM each\n'
            f"        {FLAG} = {flag}\n"
            f'        pod_annotations = ["io.katacontainers.*"]\n')


def with_kata_handlers(default, flag="false", names=KATA_NAMES):
    """The default config with more handlers, where its own are."""
    end = "\n      [plugins.\"io.containerd.grpc.v1.cri\".containerd.untrusted_workload_runtime]"
    before, mark, after = default.partition(end)
    if not mark:
        raise SystemExit("containerd's default config has no table after its runtimes")
    return before + "".join(handler(name, flag) for name in names) + mark + after


def many_handlers(count, flag="false"):
    """Every other handler is Kata; the rest run runc, and their flag stays false."""
    def one(number):
        if number % 2:
            return handler(f"kata-{number}", flag)
        return handler(f"runc-{number}").replace("io.containerd.kata.v2", "io.containerd.runc.v2")
    return "version = 2\n" + "".join(one(number) for number in range(count))


def node(root, drop_ins, flag="false"):
    """The root of a node whose containerd imports so many files, each with a handler of its own."""
    etc = pathlib.Path(root, "etc/containerd")
    (etc / "conf.d").mkdir(parents=True)
    (etc / "config.toml").write_text('version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n'
                                     + handler("kata", flag), encoding="utf-8")
    for number in range(drop_ins):
        (etc / f"conf.d/{number:04}.toml").write_text(
            "version = 2\n" + handler(f"kata-{number}", flag), encoding="utf-8")
    return pathlib.Path(root)
