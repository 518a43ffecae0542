"""What the tests of the Ansible collection share: a private controller, the README's playbooks."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PLACE = "collections/ansible_collections/katafix/katafix"


def make_folder(add_cleanup):
    """A folder for all that tests make, which goes with them."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="katafix-ansible-"))
    add_cleanup(shutil.rmtree, folder, ignore_errors=True)
    return folder


def environment(folder):
    """The variables of a controller that keeps all it has in a folder."""
    return {"PATH": PATH, "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder),
            "ANSIBLE_HOME": str(folder / "ansible"), "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
            "ANSIBLE_LOCAL_TEMP": str(folder / "ansible/tmp"), "ANSIBLE_LOCALHOST_WARNING": "0"}


def install(folder, packaging, env):
    """Builds the collection and installs what was built."""
    def galaxy(*words):
        done = subprocess.run(["ansible-galaxy", "collection", *words], env=env, cwd=folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise RuntimeError(f"ansible-galaxy: {done.stdout.decode()}")
    galaxy("build", os.path.abspath(packaging / "ansible"))
    built, = folder.glob("katafix-katafix-*.tar.gz")
    galaxy("install", "--offline", "--no-deps", built)


def playbooks(packaging):
    """The playbooks that the README shows, by the name in their first line."""
    text = (packaging / "ansible/README.md").read_text(encoding="utf-8")
    return {name: "---\n" + book
            for name, book in re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", text, re.M | re.S)}


def options(doc):
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--katafix", type=os.path.abspath, required=True)
    parser.add_argument("--packaging", type=pathlib.Path, required=True)
    parser.add_argument("tests", nargs="*")
    return parser.parse_args()


def run(*programs, options, trouble=None):
    """Runs the tests of the program, or says why they cannot run here."""
    missing = [program for program in programs if not shutil.which(program, path=PATH)]
    if missing:
        trouble = f"{', '.join(missing)} not installed"
    if trouble:
        print(f"skipped: {trouble}")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *options.tests], verbosity=2, catchbreak=True)
