#!/usr/bin/env python3
"""A repository is reviewed as packaging/ci/README.md says: its jobs' commands run, and pre-commit
runs the hooks."""

import json
import re
import subprocess
import sys

import the_command
from the_command import Case, source

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(the_command.SKIPPED)

PAGE = "packaging/ci/README.md"
LACKS = ('data:\n  config.toml: |\n    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.vmpod]\n'
         '    runtime_type = "io.containerd.kata.v2"\n')
CONFIG = LACKS.partition("|\n")[2].replace("    ", "")
FLAG = "privileged_without_host_devices = true\n"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", source(PAGE), re.M | re.S)


def jobs():
    """The shell lines of each job on the page, and the variables that they have."""
    github, gitlab, _ = map(yaml.safe_load, blocks("yaml"))
    for name, job in github["jobs"].items():
        lines = [step["run"] for step in job["steps"] if "run" in step]
        yield f"GitHub {name}", lines, github["env"], job
    job = gitlab["katafix"]
    yield "GitLab", [*job["before_script"], *job["script"]], job["variables"], job


class RepositoryCase(Case):

    def setUp(self):
        super().setUp()
        self.env |= {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "A",
                     "GIT_COMMITTER_EMAIL": "a@b", "GIT_CONFIG_GLOBAL": "/dev/null"}
        self.repository = self.dir / "repository"
        self.commit(self.repository, {"config.toml": CONFIG, "README.md": "# Nothing\n",
                                      "invalid.toml": "a = \n"})

    def run_in(self, directory, *words, status=0, **more):
        done = subprocess.run(words, cwd=directory, env=self.env, check=False, capture_output=True,
                              text=True, **more)
        self.assertEqual(done.returncode, status, f"{words}\n{done.stdout}{done.stderr}")
        return done.stdout

    def commit(self, directory, files):
        directory.mkdir(exist_ok=True)
        for name, text in files.items():
            (directory / name).write_text(text, encoding="utf-8")
        self.run_in(directory, "git", "init", "--quiet")
        self.run_in(directory, "git", "add", "--all")
        self.run_in(directory, "git", "commit", "--quiet", "--message", "files")

    def fix(self):
        self.run_in(self.repository, "katafix", "apply", "--no-backup", ".")


class PageTest(RepositoryCase):

    def setUp(self):
        super().setUp()
        for name in ("curl", "apt-get", "sudo", "tar"):  # katafix is here already
            stand_in = self.dir / "bin" / name
            stand_in.write_text("#!/bin/sh\n[ -t 0 ] || cat >/dev/null\n", encoding="utf-8")
            stand_in.chmod(0o755)

    def run_lines(self, lines, status, env):
        script = "set -e\n" + "\n".join(lines)
        print(f"\n{script}")
        done = subprocess.run(["bash", "-c", script], cwd=self.repository, env={**self.env, **env},
                              stdin=subprocess.DEVNULL, check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout

    def test_the_jobs_fail_until_the_flag_is_there(self):
        scans = [name for name, lines, *_ in jobs() if "--exit-zero" in lines[-1]]
        for name, lines, env, _ in jobs():
            self.run_lines(lines, 0 if name in scans else 1, env)
        log = json.loads((self.repository / "katafix.sarif").read_text())
        self.assertEqual([result["ruleId"] for result in log["runs"][0]["results"]], ["missing-flag"])
        self.fix()
        for _, lines, env, _ in jobs():
            self.run_lines(lines, 0, env)

    def test_the_jobs_have_what_their_runners_want(self):
        for name, lines, env, job in jobs():
            self.assertTrue(all(isinstance(line, str) for line in lines), name)
            self.assertTrue("image" in job or job["runs-on"] == "ubuntu-latest")
            for step in job.get("steps", ()):
                self.assertEqual(len({"run", "uses"} & set(step)), 1, step)
                self.assertLessEqual(set(step), {"run", "uses", "with"})
            version = re.search(r"^project\(katafix VERSION (\S+)", source("CMakeLists.txt"), re.M)[1]
            self.assertTrue(env["KATAFIX"].endswith(f"/v{version}/katafix-{version}-linux-amd64.tar.gz"))

    def test_the_commands_by_hand(self):
        [lines] = blocks("sh")
        check, diff, apply = lines.splitlines()
        self.run_lines([check], 1, {})
        self.run_lines([diff], 0, {})
        self.run_lines([apply, check], 0, {})

    def test_the_makefile(self):
        [makefile] = blocks("make")
        (self.repository / "Makefile").write_text(makefile, encoding="utf-8")
        self.run_in(self.repository, "make", "check-kata", status=2)
        self.fix()
        self.run_in(self.repository, "make", "check-kata")


class RepositoryTest(RepositoryCase):

    def test_git_apply_takes_the_diff_at_the_top(self):
        (self.repository / "deep").mkdir()
        (self.repository / "deep/it's.toml").write_text(CONFIG, encoding="utf-8")
        diff = self.run_in(self.repository, "katafix", "diff", ".", status=1)
        self.run_in(self.repository, "git", "apply", input=diff)
        for name in ("config.toml", "deep/it's.toml"):
            self.assertEqual((self.repository / name).read_text(), CONFIG + FLAG)

    def test_apply_leaves_nothing_behind_and_advises_no_restart(self):
        shown = self.run_in(self.repository, "katafix", "check", ".", status=1)
        shown += self.run_in(self.repository, "katafix", "apply", "--no-backup", ".")
        self.assertNotIn("estart", shown)
        self.assertEqual(self.run_in(self.repository, "git", "status", "--short"), " M config.toml\n")


class PreCommitTest(RepositoryCase):

    def setUp(self):
        super().setUp()
        if subprocess.run(["sh", "-c", "command -v pre-commit"], stdout=subprocess.DEVNULL,
                          check=False).returncode:
            self.skipTest("pre-commit is not installed")
        hooks = self.dir / "hooks"
        self.commit(hooks, {".pre-commit-hooks.yaml": source(".pre-commit-hooks.yaml")})
        self.revision = self.run_in(hooks, "git", "rev-parse", "HEAD").strip()
        (self.repository / "invalid.toml").unlink()

    def pre_commit(self, hook, status):
        """As the page's own config has it, but for where the hooks are."""
        config = yaml.safe_load(blocks("yaml")[-1])
        [repo] = config["repos"]
        self.assertEqual([hook["id"] for hook in repo["hooks"]], ["katafix"])
        repo |= {"repo": str(self.dir / "hooks"), "rev": self.revision, "hooks": [{"id": hook}]}
        self.commit(self.repository, {".pre-commit-config.yaml": yaml.safe_dump(config)})
        return self.run_in(self.repository, "pre-commit", "run", "--all-files", status=status)

    def test_the_hooks(self):
        said = self.pre_commit("katafix", 1)
        print(said)
        self.assertIn("config.toml:1:1: error: the Kata handler vmpod lacks ", said)
        self.assertIn("files were modified by this hook", self.pre_commit("katafix-fix", 1))
        self.assertEqual((self.repository / "config.toml").read_text(), CONFIG + FLAG)
        self.pre_commit("katafix-fix", 0)
        self.assertIn("Passed", self.pre_commit("katafix", 0))


if __name__ == "__main__":
    the_command.main()
