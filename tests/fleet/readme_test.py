#!/usr/bin/env python3
"""The examples of packaging/README.md, run as they are printed, in one go, on a node that boots."""

import re
import shutil
import sys
import unittest

import booted_node

SKIPPED = 77
FLAG = "privileged_without_host_devices = true"
CRI = 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes'
CONFIG = f"""version = 2
[{CRI}.runc]
  runtime_type = "io.containerd.runc.v2"
[{CRI}.kata]
  runtime_type = "io.containerd.kata.v2"
"""
# What the page takes for granted on a node and on the machine that looks after it.
# It answers as a containerd that has the flag.
ENGINE = """[Service]
RuntimeDirectory=containerd
ExecStart=/usr/bin/python3 /test/fake_engine.py /run/containerd/containerd.sock right
"""
HOSTS = "[nodes]\nlocalhost ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n"
UNITS = ["katafix.service", "katafix-check.service", "katafix-check.timer"]
PROGRAMS = ["ansible-playbook", "containerd", "jq", "kubectl"]


def blocks(language):
    text = (OPTIONS.packaging / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


class ReadmeTest(unittest.TestCase):
    def setUp(self):
        self.node = booted_node.Node()
        self.addCleanup(self.node.close)
        self.node.install(OPTIONS.katafix, "usr/bin/katafix", 0o755)
        for unit in UNITS:
            self.node.install(OPTIONS.packaging / "systemd" / unit, f"usr/lib/systemd/system/{unit}")
        self.node.install(booted_node.FAKE_ENGINE, "test/fake_engine.py")
        self.node.write("usr/lib/systemd/system/containerd.service", ENGINE)
        self.node.write("etc/containerd/config.toml", CONFIG)
        self.node.write("mnt/image/etc/containerd/config.toml", CONFIG)
        # The project, as one has it who copies from the page.
        shutil.copytree(OPTIONS.packaging, self.node.path("src/packaging"))
        self.node.install(OPTIONS.katafix, "src/build/release/katafix", 0o755)
        self.node.write("src/hosts", HOSTS)
        site, = blocks("yaml")
        self.node.write("src/site.yml", site)

    def test_its_examples_work_in_the_order_in_which_they_stand(self):
        shell = blocks("sh")
        self.assertGreaterEqual(len(shell), 6)
        # A section ends where the next one begins: the marks tell what each one printed.
        script = "".join(f"set +x\necho '--- {number}'\nset -x\n{text}"
                         for number, text in enumerate(shell))
        log = self.node.boot(f"cd /src\nexport HOME=/tmp LC_ALL=C.UTF-8\n"
                             f"systemctl start containerd\n{script}")
        said = dict(re.findall(r"^--- (\d+)\n(.*?)(?=^\+ set \+x\n|\Z)", log, re.S | re.M))
        image, images, node, fleet, cluster, drift, undo = (
            said[str(number)] for number in range(7))
        self.assertIn("Set privileged_without_host_devices = true for 1 Kata handler.", image)
        self.assertIn(f"+  {FLAG}", image)
        self.assertIn("/mnt/image 0\n", images)
        self.assertIn("Restarted containerd.", node)
        self.assertEqual(len(re.findall(r"localhost .* failed=0 ", fleet)), 2, fleet)
        self.assertIn("kind: DaemonSet", cluster)
        self.assertIn("katafix_check_status 0", drift)
        self.assertEqual(undo.count("is undone."), 2)
        for tree in ("", "mnt/image"):
            self.assertEqual(self.node.read(f"{tree}/etc/containerd/config.toml"), CONFIG)

    def test_every_page_that_it_names_is_there(self):
        text = (OPTIONS.packaging / "README.md").read_text(encoding="utf-8")
        for name in re.findall(r"\]\(([^)#]+)", text):
            self.assertTrue((OPTIONS.packaging / name).is_file(), name)


if __name__ == "__main__":
    OPTIONS, rest = booted_node.parse(__doc__)
    missing = booted_node.missing() or ", ".join(
        f"{name} is not installed" for name in PROGRAMS if not shutil.which(name))
    if missing:
        print(f"skipped: no node can show the examples here: {missing}")
        sys.exit(SKIPPED)
    booted_node.enter_namespace()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2, catchbreak=True)
