"""What the tests of the Ansible collection share: a private controller, and its README's playbooks."""

import os
import re
import shutil
import subprocess

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def cannot_run(*programs):
    """Why there can be no controller here, or nothing."""
    for program in programs:
        if not shutil.which(program, path=PATH):
            return f"{program} is not installed"
    return None


def environment(folder):
    """The variables of a controller that keeps all it has in a folder."""
    return {"PATH": PATH, "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder),
            "ANSIBLE_HOME": str(folder / "ansible"), "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
            "ANSIBLE_LOCAL_TEMP": str(folder / "ansible/tmp"),
            "ANSIBLE_LOCALHOST_WARNING": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def install(folder, packaging, env):
    """Builds the collection and installs what was built: where it is."""
    def galaxy(*words):
        done = subprocess.run(["ansible-galaxy", "collection", *words], env=env, cwd=folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise RuntimeError(f"ansible-galaxy: {done.stdout.decode()}")
    galaxy("build", os.path.abspath(packaging / "ansible"))
    built, = folder.glob("katafix-katafix-*.tar.gz")
    galaxy("install", "--offline", "--no-deps", built)
    return folder / "collections/ansible_collections/katafix/katafix"


def playbooks(packaging):
    """The playbooks that the README shows, by the name in their first line."""
    text = (packaging / "ansible/README.md").read_text(encoding="utf-8")
    return {name: "---\n" + book
            for name, book in re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", text, re.M | re.S)}
