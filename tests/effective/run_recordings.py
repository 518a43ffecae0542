#!/usr/bin/env python3
"""Holds the effective view against what containerd itself made of the same files.

run_recordings.py --katafix CMD RECORDINGS [NAME...]

Each line of RECORDINGS is a node: its `files` (text, or base64 where they are none), its `links`,
and for each release what `containerd config dump` printed in `expect`: "refused", or the handlers
with their runtime_type, runtime_path and flag. Nodes whose handlers depend on chance are left out,
and so is what is the engine's own question: what its TOML library takes or how it reads an escape in
a header, and types that have nothing to do with handlers.
"""
import argparse
import base64
import json
import pathlib
import subprocess
import sys
import tempfile


def lay_out(node, root):
    for path, text in node["files"].items():
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        is_text = isinstance(text, str)
        file.write_bytes(text.encode() if is_text else base64.b64decode(text["base64"]))
    for path, target in node.get("links", {}).items():
        link = root / path.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)


def seen_by_katafix(command, root, version):
    ran = subprocess.run([command, "check", "--json", "--root", str(root), "--engine", "containerd",
                          "--containerd-version", version],
                         capture_output=True, text=True, timeout=30, check=False)
    if ran.returncode not in (0, 1, 2):
        return f"status {ran.returncode}: {ran.stderr.strip()}"
    [seen] = json.loads(ran.stdout)["effective"]
    if not seen["accepted"]:
        return "refused" if ran.returncode else "refused with status 0"
    return {name: [handler["runtime_type"], handler["runtime_path"],
                   handler["privileged_without_host_devices"]]
            for name, handler in seen["handlers"].items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--katafix", required=True)
    parser.add_argument("recordings", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    passed = failed = 0
    for line in options.recordings.read_text(encoding="utf-8").splitlines():
        node = json.loads(line)
        if options.names and node["name"] not in options.names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            lay_out(node, pathlib.Path(folder))
            for version, expected in node["expect"].items():
                seen = seen_by_katafix(options.katafix, folder, version)
                if seen == expected:
                    passed += 1
                    continue
                failed += 1
                print(f"{node['name']} [{version}]\n  containerd: {expected}\n  katafix:    {seen}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
