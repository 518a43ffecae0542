"""What katafix is for, done once on a node: find, show, fix, fix again, undo."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
NODE = PROJECT / "fixtures/node/etc"
FLAG_SET = re.compile(r"^\s*privileged_without_host_devices *= *true\b", re.MULTILINE)
FLAGS_SET = {"etc/containerd/config.toml": 2, "etc/crio/crio.conf": 1}


def configs(root):
    return {name: (root / name).read_text(encoding="utf-8") for name in FLAGS_SET}


def patched(diff, before):
    """What patch makes of these files."""
    with tempfile.TemporaryDirectory(prefix="katafix-test-") as name:
        root = pathlib.Path(name)
        for path, text in before.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        subprocess.run(["patch", "--quiet", "--fuzz=0", "-p1"], cwd=root, input=diff, text=True,
                       check=True)
        return configs(root)


def do_main_job(test, root, katafix):
    """Puts the configs into the node at `root`, and leaves them there. `katafix` are the words that
    begin a command for this node."""

    def run(*words, status=0):
        done = subprocess.run([*map(str, katafix), *words], capture_output=True, text=True,
                              check=False, env={})
        test.assertEqual((done.returncode, done.stderr), (status, ""), f"{words}: {done.stdout}")
        return done.stdout

    shutil.copytree(NODE, root / "etc", dirs_exist_ok=True)
    before = configs(root)
    test.assertIn("3 Kata handlers need privileged_without_host_devices = true", run("check", status=1))
    diff = run("diff", status=1)
    test.assertEqual(configs(root), before)

    test.assertIn("Set privileged_without_host_devices = true for 3 Kata handlers", run("apply"))
    after = configs(root)
    test.assertEqual(after, patched(diff, before))
    for name, number in FLAGS_SET.items():
        had, has = FLAG_SET.findall(before[name]), FLAG_SET.findall(after[name])
        test.assertEqual(len(has), len(had) + number)
    check_backup(test, root, before, after)

    test.assertIn("Nothing to fix: 4 Kata handlers have privileged_without_host_devices = true", run("apply"))
    test.assertEqual(json.loads(run("check", "--json"))["changed"], False)
    test.assertIn("is undone", run("restore"))
    test.assertEqual(configs(root), before)


def check_backup(test, root, before, after):
    manifest, = root.glob("var/lib/katafix/runs/*/manifest.json")
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    test.assertEqual([file["path"] for file in files], [f"/{name}" for name in FLAGS_SET])
    for number, file in enumerate(files):
        name = file["path"].lstrip("/")
        test.assertEqual((manifest.parent / f"{number}.orig").read_text(encoding="utf-8"),
                         before[name])
        test.assertEqual(file["before"]["size"], len(before[name].encode()))
        test.assertEqual(file["after"]["size"], len(after[name].encode()))
