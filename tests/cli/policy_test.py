#!/usr/bin/env python3
"""What is trouble, and who says so: --strict, --exit-zero, --every, and the policy, /etc/katafix.toml."""

import json
import os
import signal
import subprocess
import time

import harness
from harness import CRIO, CRIO_FIXED, FIXED, INVALID, KATA, REFUSED, RUNC, containerd

MAIN, POLICY = "node/etc/containerd/config.toml", "node/etc/katafix.toml"
# A handler that only looks like Kata's is a warning, and no more.
DOUBTFUL = containerd("kata-wrapper", "org.example.wrapper.v1")
BOTH = KATA + containerd("dev").split(b"\n", 1)[1]
BOTH_BUT_DEV = FIXED + containerd("dev").split(b"\n", 1)[1]


class PolicyCase(harness.Case):

    def node(self, policy=None, data=KATA, root="node"):
        """A node, and (as text) its policy."""
        path = self.write(f"{root}/etc/containerd/config.toml", data)
        if policy is not None:
            self.write(f"{root}/etc/katafix.toml", policy.encode())
        return path

    def severities(self, report):
        return {finding["code"]: finding["severity"] for finding in report["findings"]}


class StrictTest(PolicyCase):

    def test_a_warning_is_trouble_and_nothing_is_written(self):
        path = self.write("c.toml", KATA + DOUBTFUL.split(b"\n", 1)[1])
        for words, status in ((["check"], 1), (["diff"], 1), (["apply", "--dry-run"], 1)):
            self.assertEqual(self.severities(self.json(*words, path, status=status)),
                             {"maybe-kata": "warning"})
            self.assertEqual(self.severities(self.json(*words, "--strict", path, status=2)),
                             {"maybe-kata": "error"})
        before = self.tree()
        ran = self.apply("--strict", path, status=2)
        self.assertIn(b"error: ", ran.err)
        self.assert_untouched(before)
        self.apply(path)
        self.assertIn(b"= true", path.read_bytes())

    def test_standard_input(self):
        self.assertEqual(self.katafix("apply", "-", stdin=DOUBTFUL, status=0).out, DOUBTFUL)
        self.assertEqual(self.katafix("apply", "-", "--strict", stdin=DOUBTFUL, status=2).out, b"")

    def test_where_there_is_no_warning_nothing_changes(self):
        path = self.write("c.toml")
        self.katafix("check", "--strict", path, status=1)
        self.apply("--strict", path)
        self.assertEqual(path.read_bytes(), FIXED)
        self.katafix("check", "--strict", path, status=0)

    def test_a_note_is_no_warning(self):
        report = self.json("check", "--strict", "-", stdin=harness.crio("x", "/usr/bin/crun").replace(
            b"\n", b'\nruntime_type = "vm"\n', 1), status=0)
        self.assertEqual(self.severities(report), {"skipped-shim": "info"})

    def test_a_warning_that_the_fix_cures_is_none(self):
        self.node(data=b'version = 2\nimports = ["/etc/containerd/later.toml"]\n' + FIXED.split(b"\n", 1)[1])
        self.write("node/etc/containerd/later.toml", containerd(flag="false"))
        report = self.json("check", "--root", "node", "--strict", status=1)
        self.assertEqual(self.severities(report)["overridden"], "warning")
        report = self.json("apply", "--root", "node", "--strict", status=0)
        self.assertTrue(report["changed"])
        self.assertNotIn("overridden", self.codes(report))
        self.katafix("check", "--root", "node", "--strict", status=0)

    def test_quiet_still_says_what_is_trouble(self):
        ran = self.katafix("check", "--strict", "--quiet", "-", stdin=DOUBTFUL, status=2)
        self.assertIn(b"maybe-kata", ran.err)
        self.assertEqual(self.katafix("check", "--quiet", "-", stdin=DOUBTFUL, status=0).err, b"")

    def test_what_a_crash_left_is_trouble_too(self):
        path = self.write("c.toml")
        self.apply(path)
        [run] = self.runs()
        (self.backups / "runs" / run / "done").unlink()
        (self.backups / "runs" / run / "manifest.json").write_bytes(b"{")
        path.write_bytes(KATA)
        self.assertEqual(self.severities(self.apply_json("--strict", path, status=2)), {"bad-backup": "error"})
        self.assertEqual(path.read_bytes(), KATA)
        self.assertEqual(self.severities(self.apply_json(path, status=0)), {"bad-backup": "warning"})


class ExitZeroTest(PolicyCase):

    def test_only_the_status_changes(self):
        for data, status in ((KATA, 1), (INVALID, 2), (REFUSED, 2), (FIXED, 0)):
            for command in (["check"], ["diff"], ["apply", "--dry-run"]):
                plain = self.katafix(*command, "-", stdin=data, status=status)
                zero = self.katafix(*command, "--exit-zero", "-", stdin=data, status=0)
                self.assertEqual((zero.out, zero.err), (plain.out, plain.err))

    def test_what_is_left_for_others_has_the_true_status(self):
        path = self.write("c.toml")
        self.katafix("check", "--exit-zero", path, "--summary", "s.json", "--metrics", "m.prom", status=0)
        self.assertEqual(json.loads((self.dir / "s.json").read_text())["status"], 1)
        self.assertIn("katafix_check_status 1\n", (self.dir / "m.prom").read_text())

    def test_several_roots(self):
        self.node(root="a"), self.node(root="b", data=INVALID)
        ran = self.katafix("check", "--exit-zero", "--root", "a", "--root", "b", status=0)
        self.assertEqual([json.loads(line)["status"] for line in ran.out.splitlines()], [1, 2])

    def test_bad_usage_and_a_report_that_is_lost_are_told(self):
        self.bad_usage("check", "--exit-zero", "--nonsense")
        self.bad_usage("apply", "--exit-zero", "-")
        self.katafix("check", "--exit-zero", self.write("c.toml"), "--summary", "/nowhere/s.json",
                     status=2)
        with open("/dev/full", "wb") as full:
            self.assertEqual(subprocess.run(
                [harness.KATAFIX, "check", "--exit-zero", self.write("c.toml")], stdout=full,
                stderr=subprocess.DEVNULL, check=False).returncode, 2)


class EveryTest(PolicyCase):

    def test_it_looks_again_until_a_signal_ends_it(self):
        self.node()
        metrics = self.dir / "m.prom"
        for sent in (signal.SIGTERM, signal.SIGINT):
            self.node(data=KATA)
            metrics.unlink(missing_ok=True)
            with subprocess.Popen([harness.KATAFIX, "check", "--quiet", "--root", "node", "--metrics",
                                   "m.prom", "--every", "1"], cwd=self.dir) as running:
                self.wait_for(metrics, "katafix_check_status 1\n", running)
                self.node(data=FIXED)
                self.wait_for(metrics, "katafix_check_status 0\n", running)
                running.send_signal(sent)
                self.assertEqual(running.wait(timeout=60), 0)

    def wait_for(self, path, line, running):
        for _ in range(1200):
            if path.exists() and line in path.read_text():
                return
            self.assertIsNone(running.poll())
            time.sleep(0.05)
        self.fail(f"{path} never had {line}")

    def test_bad_usage(self):
        for words in (["check", "--every", "0"], ["check", "--every", "1h"], ["check", "--every", "1", "-"],
                      ["diff", "--every", "1"], ["check", "--every", "1", "--root", "a", "--root", "b"]):
            self.bad_usage(*words)


class PolicyTest(PolicyCase):

    def test_skip(self):
        path = self.node('skip = ["dev"]', BOTH)
        report = self.json("check", "--root", "node", status=1)
        self.assertEqual(self.actions(report), {"kata": "insert", "dev": "skip"})
        self.assertEqual(report["handlers"][1]["reason"], "left alone by skip in /etc/katafix.toml")
        diff = self.katafix("diff", "--root", "node", status=1).out
        self.assertEqual(diff.count(b"\n+  "), 1)
        self.katafix("apply", "--root", "node", status=0)
        self.assertEqual(path.read_bytes(), BOTH_BUT_DEV)

    def test_handler(self):
        self.node('handler = ["my-*"]', RUNC + containerd("my-vm", "org.example.vm.v1").split(b"\n", 1)[1])
        self.assertEqual(self.actions(self.json("check", "--root", "node", status=1)),
                         {"runc": "none", "my-vm": "insert"})

    def test_engine(self):
        self.node('engine = "crio"')
        crio = self.write("node/etc/crio/crio.conf", CRIO)
        self.katafix("apply", "--root", "node", status=0)
        self.assertEqual((crio.read_bytes(), (self.dir / MAIN).read_bytes()), (CRIO_FIXED, KATA))

    def test_require_kata(self):
        self.node("require-kata = true", RUNC)
        for words in (["check"], ["diff"], ["apply"], ["apply", "--dry-run"]):
            self.assertEqual(self.codes(self.json(*words, "--root", "node", status=2)), ["no-kata"])
        self.node("require-kata = false", RUNC)
        self.katafix("check", "--root", "node", status=0)
        self.katafix("check", "--root", "node", "--require-kata", status=2)

    def test_strict(self):
        self.node("strict = true", KATA + DOUBTFUL.split(b"\n", 1)[1])
        before = self.tree()
        self.katafix("check", "--root", "node", status=2)
        self.katafix("apply", "--root", "node", status=2)
        self.assert_untouched(before)

    def runs_after_three(self, *options):
        path = self.node("keep = 1")
        for _ in range(3):
            path.write_bytes(KATA)
            self.katafix("apply", "--root", "node", *options, status=0)
        return len(list((self.dir / "node/var/lib/katafix/runs").iterdir()))

    def test_keep(self):
        self.assertEqual(self.runs_after_three(), 1)

    def test_the_command_line_wins_over_keep(self):
        self.assertEqual(self.runs_after_three("--keep", "2"), 2)

    def test_the_command_line_wins_over_engine(self):
        self.node('engine = "crio"')
        self.write("node/etc/crio/crio.conf", CRIO)
        report = self.json("check", "--root", "node", "--engine", "containerd", status=1)
        self.assertEqual({handler["engine"] for handler in report["handlers"]}, {"containerd"})
        self.node('engine = "containerd"')
        self.write("node/opt/crio.conf.d/10", CRIO)
        report = self.json("check", "--root", "node", "--config-dir", "/opt/crio.conf.d", status=1)
        self.assertEqual(self.actions(report), {"kata": "insert"})

    def test_the_command_line_adds_patterns(self):
        self.node('skip = ["dev"]', BOTH)
        report = self.json("check", "--root", "node", "--skip", "kata", status=0)
        self.assertEqual(self.actions(report), {"kata": "skip", "dev": "skip"})

    def test_every_way_of_running(self):
        config = self.node('skip = ["*"]')
        for words in ([], ["--config", "/etc/containerd/config.toml"], ["/etc/containerd/config.toml"], ["-"]):
            self.katafix("check", "--root", "node", *words, stdin=KATA, status=0)
        self.assertEqual(self.katafix("apply", "--root", "node", "-", stdin=KATA, status=0).out, KATA)
        self.write("policy.toml", b'skip = ["*"]')
        for words in (["--config", config], [config], ["-"]):
            self.katafix("check", "--policy", "policy.toml", *words, stdin=KATA, status=0)
            self.katafix("check", *words, stdin=KATA, status=1)

    def test_another_and_none(self):
        self.node('skip = ["*"]')
        self.write("node/srv/policy", b"strict = true")
        self.katafix("check", "--root", "node", status=0)
        for name in ("none", "/srv/policy", "srv/policy"):
            self.katafix("check", "--root", "node", "--policy", name, status=1)
        for name in ("missing", "../policy", "/srv"):
            report = self.json("check", "--root", "node", "--policy", name, status=2)
            self.assertEqual(report["findings"][0]["file"], name)

    def test_each_of_several_roots_has_its_own(self):
        self.node('skip = ["*"]', root="a"), self.node(root="b"), self.node("keep = -1", root="c")
        ran = self.katafix("check", "--root", "a", "--root", "b", "--root", "c", status=2)
        self.assertEqual([json.loads(line)["status"] for line in ran.out.splitlines()], [0, 1, 2])

    def test_restore_does_not_ask_it(self):
        path = self.node()
        self.katafix("apply", "--root", "node", status=0)
        self.write(POLICY, INVALID)
        self.katafix("restore", "--root", "node", status=0)
        self.assertEqual(path.read_bytes(), KATA)

    def test_a_root_that_is_missing_is_told_once(self):
        self.assertEqual(self.codes(self.json("check", "--root", "missing", status=2)), ["unreadable"])


class PolicyErrorTest(PolicyCase):

    def error(self, policy):
        """What is told of a policy, once for each command; nothing may be written."""
        self.node(policy)
        before = self.tree()
        reports = [self.json(*words, "--root", "node", status=2)
                   for words in (["check"], ["diff"], ["apply"])]
        self.assert_untouched(before)
        self.assertEqual(self.katafix("apply", "--root", "node", "-", stdin=KATA, status=2).out, b"")
        [found] = reports[0]["findings"]
        self.assertEqual([report["findings"] for report in reports], [[found]] * 3)
        self.assertEqual(found["file"], "/etc/katafix.toml")
        return found

    def test_a_place_and_a_caret(self):
        self.node('# ours\nskip = "dev"\n')
        self.assertEqual(self.katafix("check", "--root", "node", status=2).err.decode(),
                         "node/etc/katafix.toml:2:8: error: this is no value of skip [bad-policy]\n"
                         ' 2 | skip = "dev"\n'
                         "   |        ^\n"
                         '  write names of handlers, or patterns: skip = ["kata-dev", "test-*"]\n')

    def test_what_is_no_toml(self):
        found = self.error("skip = [\n")
        self.assertEqual((found["code"], found["line"]), ("invalid-toml", 1))

    def test_a_template(self):
        found = self.error("# ours\nskip = [{{ .skip }}]\n")
        self.assertEqual((found["code"], found["line"], found["column"]), ("bad-policy", 2, 9))

    def test_a_key_that_there_is_not(self):
        for key, meant in (("skpi", "skip"), ("require_kata", "require-kata"), ("Strict", "strict"),
                           ("handlers", "handler"), ("zzz", None)):
            found = self.error(f"\n{key} = true\n")
            self.assertEqual((found["code"], found["line"], found["column"]), ("bad-policy", 2, 1))
            self.assertEqual(found["message"], f"a policy has no key {key}" +
                             (f"; did you mean {meant}?" if meant else ""))
            self.assertEqual(found["advice"],
                             "its keys are skip, handler, engine, require-kata, strict and keep")

    def test_a_value_that_is_none(self):
        for line, column in (("skip = 1", 8), ("skip = [1]", 9), ('skip = ["a", ""]', 14), ("[skip]", 1),
                             ("handler = 'x'", 11), ("handler = [['x']]", 12), ("[[handler]]", 1),
                             ("engine = 'docker'", 10), ("engine = true", 10), ("engine = ''", 10),
                             ("require-kata = 'true'", 16), ("strict = 1", 10), ("strict = []", 10),
                             ("keep = 0", 8), ("keep = -3", 8), ("keep = 1.0", 8), ("keep = '3'", 8)):
            found = self.error(line + "\n")
            self.assertEqual((found["code"], found["line"], found["column"]), ("bad-policy", 1, column), line)

    def test_what_is_no_regular_file_or_too_large(self):
        self.node()
        for make, code in ((os.mkfifo, "not-a-file"), (os.mkdir, "not-a-file"),
                           (lambda path: os.symlink("katafix.toml", path), "unreadable")):
            make(self.dir / POLICY)
            self.assertEqual(self.codes(self.json("check", "--root", "node", status=2)), [code])
            os.rename(self.dir / POLICY, self.dir / f"was-{len(os.listdir(self.dir))}")
        with open(self.dir / POLICY, "wb") as file:
            file.truncate((16 << 20) + 1)
        self.assertEqual(self.codes(self.json("check", "--root", "node", status=2)), ["too-large"])

    def test_patterns_without_end(self):
        for key in ("skip", "handler"):
            self.node(f"{key} = {['x'] * 100}\n")
            self.katafix("check", "--root", "node", status=1)
        found = self.error(f"handler = {['x'] * 100}\nskip = ['y']\n")
        self.assertEqual((found["code"], found["line"]), ("too-large", 2))
        self.assertEqual(self.error(f"skip = ['{'x' * 65}']\n")["code"], "too-large")

    def test_a_link_does_not_lead_out_of_the_root(self):
        self.node()
        self.write("outside.toml", b'skip = ["*"]')
        (self.dir / POLICY).symlink_to(self.dir / "outside.toml")
        self.assertIn(b"a link to a file that is not there",
                      self.katafix("check", "--root", "node", status=2).err)
        self.katafix("check", "--root", "node", "--policy", "none", status=1)
        (self.dir / POLICY).unlink()
        self.write("node/srv/policy", b'skip = ["*"]')
        (self.dir / POLICY).symlink_to("/srv/policy")
        self.katafix("check", "--root", "node", status=0)

    def test_patterns_that_would_take_an_age_are_refused(self):
        for glob in ("*" * 5, "[!b]" * 5, "a\\u0000b"):
            self.assertIn(self.error(f'skip = ["{glob}"]\n')["code"], ("too-large", "bad-policy"))
        self.node('skip = ["*-d?v-[ab]*"]')
        self.katafix("check", "--root", "node", status=1)

    def test_what_a_node_runs_is_no_word_on_a_file_that_is_named(self):
        self.node('engine = "crio"\nrequire-kata = true\n')
        self.katafix("check", "--root", "node", status=2)  # there is no CRI-O, and so no Kata
        for words in (["/etc/containerd/config.toml"], ["--config", "/etc/containerd/config.toml"]):
            self.katafix("check", "--root", "node", *words, status=1)
        self.write("node/runc.toml", b"version = 2\n")
        self.katafix("check", "--root", "node", "/runc.toml", status=0)


class PatternTest(PolicyCase):

    def test_one_of_the_policy_that_names_nothing_tells_its_place(self):
        self.node('handler = [\n  "kata",\n  "vm"]\nskip = ["dev", "kata-*"]\n', BOTH)
        report = self.json("check", "--root", "node", status=1)
        self.assertEqual([(found["severity"], found["file"], found["line"], found["message"])
                          for found in report["findings"] if found["code"] == "handler-not-found"],
                         [("warning", "/etc/katafix.toml", 3, "handler vm names no handler"),
                          ("warning", "/etc/katafix.toml", 4, "skip kata-* names no handler")])
        self.katafix("check", "--root", "node", "--strict", status=2)

    def test_one_tree_of_the_node_is_enough(self):
        self.node('skip = ["mine"]')
        self.write("node/etc/crio/crio.conf", harness.crio("mine"))
        self.assertNotIn("handler-not-found", self.codes(self.json("check", "--root", "node", status=1)))

    def test_a_part_of_a_node_need_not_have_what_its_policy_names(self):
        self.node('skip = ["mine"]')
        self.write("node/etc/crio/crio.conf", harness.crio("mine"))
        for words in (["--engine", "containerd"], ["/etc/containerd/config.toml"],
                      ["--config", "/etc/containerd/config.toml"]):
            self.assertNotIn("handler-not-found",
                             self.codes(self.json("check", "--root", "node", *words, status=1)))
            # What the command line names is meant for this run.
            self.write("node/here.toml", b'skip = ["mine"]')
            self.assertIn("handler-not-found", self.codes(
                self.json("check", "--root", "node", "--policy", "here.toml", *words, status=1)))

    def test_one_of_several_roots_is_enough(self):
        self.node(root="a"), self.node(root="b", data=BOTH)
        both = ["--root", "a", "--root", "b"]
        ran = self.katafix("check", *both, "--skip", "dev", status=1)
        self.assertEqual(ran.err, b"")
        for line in ran.out.splitlines():
            self.assertNotIn("handler-not-found", self.codes(json.loads(line)))
        ran = self.katafix("check", *both, "--skip", "dev", "--skip", "Dev", status=1)
        self.assertEqual(ran.err.decode(), "katafix: warning: --skip Dev names no handler "
                                           "[handler-not-found]\n  check the spelling\n")
        self.assertIn(b"error: ", self.katafix("check", *both, "--skip", "Dev", "--strict", status=2).err)

    def test_a_root_with_a_policy_of_its_own_is_held_to_it(self):
        self.node('skip = ["dev"]', root="a"), self.node(root="b", data=BOTH)
        ran = self.katafix("check", "--root", "a", "--root", "b", status=1)
        codes = [self.codes(json.loads(line)) for line in ran.out.splitlines()]
        self.assertEqual(["handler-not-found" in found for found in codes], [True, False])


if __name__ == "__main__":
    harness.main()
