#!/usr/bin/env python3
"""The files that a run leaves for other programs: --metrics and --summary."""

import json
import os
import re
import stat
import time

import harness
from harness import FIXED, INVALID, KATA, REFUSED, SOURCE

SUMMARY = json.loads((SOURCE / "packaging/schema/summary-1.json").read_text(encoding="utf-8"))
LIMIT = 4096


class MetricsTest(harness.Case):

    def metrics(self):
        text = (self.dir / "katafix.prom").read_text(encoding="ascii")
        return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))

    def check(self, status, *data, files=None):
        for number, bytes_ in enumerate(data):
            self.write(f"{number}.toml", bytes_)
        names = files or [f"{number}.toml" for number in range(len(data))]
        return self.katafix("check", "--metrics", "katafix.prom", *names, status=status)

    def test_they_tell_the_status_and_the_handlers(self):
        before = int(time.time())
        self.check(1, KATA, FIXED)
        metrics = self.metrics()
        self.assertEqual(metrics["katafix_check_status"], "1")
        self.assertEqual(metrics['katafix_kata_handlers{state="right"}'], "1")
        self.assertEqual(metrics['katafix_kata_handlers{state="lacking"}'], "1")
        self.assertGreaterEqual(int(metrics["katafix_check_timestamp_seconds"]), before)

    def test_trouble_is_told_too(self):
        self.check(2, INVALID)
        self.assertEqual(self.metrics()["katafix_check_status"], "2")
        self.assertEqual(self.metrics()['katafix_findings{severity="error"}'], "1")

    def test_a_refused_handler_is_not_lacking(self):
        self.check(2, REFUSED)
        self.assertEqual(self.metrics()['katafix_kata_handlers{state="refused"}'], "1")
        self.assertEqual(self.metrics()['katafix_kata_handlers{state="lacking"}'], "0")

    def test_every_metric_has_its_help_and_type(self):
        self.check(0, FIXED)
        text = (self.dir / "katafix.prom").read_text(encoding="ascii")
        names = set(re.findall(r"^(\w+)[ {]", text, re.M))
        self.assertEqual(names, set(re.findall(r"^# HELP (\w+) \S", text, re.M)))
        self.assertEqual(names, set(re.findall(r"^# TYPE (\w+) gauge$", text, re.M)))

    def test_an_older_file_is_replaced_and_nothing_else_is_left(self):
        old = self.write("katafix.prom", b"old", 0o600)
        inode = old.stat().st_ino
        self.check(0, FIXED)
        self.assertNotEqual(old.stat().st_ino, inode)
        self.assertEqual(stat.S_IMODE(old.stat().st_mode), 0o644)
        self.assertEqual(sorted(os.listdir(self.dir)), ["0.toml", "katafix.prom"])

    def test_a_link_is_not_followed(self):
        self.write("real.prom", b"old")
        (self.dir / "katafix.prom").symlink_to("real.prom")
        ran = self.katafix("check", "--metrics", "katafix.prom", self.write("a.toml", FIXED), status=2)
        self.assertIn(b"it is a link, which is not followed", ran.err)
        self.assertEqual((self.dir / "real.prom").read_bytes(), b"old")

    def test_a_link_where_others_may_write_is_replaced(self):
        secret = self.write("secret", b"old")
        shared = self.dir / "shared"
        shared.mkdir()
        for mode in (0o777, 0o1777):
            shared.chmod(mode)
            for option, name in (("--metrics", "a.prom"), ("--summary", "a.json")):
                (shared / name).unlink(missing_ok=True)
                (shared / name).symlink_to(secret)
                self.katafix("check", option, shared / name, self.write("a.toml", FIXED), status=0)
                self.assertFalse((shared / name).is_symlink())
                self.assertIn(b"status", (shared / name).read_bytes())
        self.assertEqual(secret.read_bytes(), b"old")

    def test_a_name_that_is_not_read_is_bad_usage(self):
        file = self.write("config.toml")
        ran = self.bad_usage("check", "--metrics", file, file)
        self.assertIn(b"ends in .prom", ran.err)
        self.assertEqual(file.read_bytes(), KATA)

    def test_a_missing_directory_is_trouble(self):
        file = self.write("a.toml", FIXED)
        ran = self.katafix("check", "--json", "--metrics", "missing/a.prom", file, status=2)
        finding = json.loads(ran.out)["findings"][-1]
        self.assertEqual((finding["code"], finding["severity"]), ("write-failed", "error"))

    def test_a_loaded_directory_is_refused(self):
        loaded = "k3s/agent/etc/containerd/config.toml.d"
        file = self.write(loaded + "/a.toml", FIXED)
        self.katafix("check", "--metrics", loaded + "/a.prom", file, status=2)
        self.assertEqual(os.listdir(self.dir / loaded), ["a.toml"])

    def test_only_check_leaves_metrics(self):
        self.bad_usage("apply", "--backup-dir", self.backups, "--metrics", "a.prom", self.write("a.toml"))


class SummaryTest(harness.Case):

    def summary(self):
        data = (self.dir / "message").read_bytes()
        self.assertLessEqual(len(data), LIMIT)
        self.assertEqual(data.count(b"\n"), 1)
        found = json.loads(data)
        if harness.jsonschema is not None:
            harness.jsonschema.Draft202012Validator(SUMMARY).validate(found)
        return found

    def run_with(self, status, *args):
        self.katafix(*args, "--summary", "message", status=status)
        return self.summary()

    def test_check_tells_what_lacks_the_flag(self):
        found = self.run_with(1, "check", self.write("a.toml"))
        self.assertEqual((found["status"], found["changed"]), (1, True))
        self.assertEqual(found["handlers"]["lacking"], 1)

    def test_apply_tells_what_it_fixed(self):
        file = self.write("a.toml")
        found = self.run_with(0, "apply", "--backup-dir", self.backups, file)
        self.assertEqual((found["status"], found["changed"]), (0, True))
        self.assertEqual((found["handlers"]["fixed"], found["handlers"]["lacking"]), (1, 0))
        self.assertEqual(os.listdir(self.backups / "runs"), [found["run"]])

    def test_a_failed_apply_fixed_nothing(self):
        files = self.write("a.toml"), self.write("b.toml", INVALID)
        found = self.run_with(2, "apply", "--backup-dir", self.backups, *files)
        self.assertEqual((found["handlers"]["fixed"], found["handlers"]["lacking"]), (0, 1))
        self.assertEqual(found["findings"][0]["code"], "invalid-toml")

    def test_errors_come_before_warnings_and_what_does_not_fit_is_counted(self):
        files = [self.write(f"{number:02}-{'x' * 80}.toml", INVALID) for number in range(60)]
        files.insert(0, self.write("flag.toml", harness.FLAG + b" = true\n" + FIXED))
        found = self.run_with(2, "check", *files)
        self.assertEqual({finding["severity"] for finding in found["findings"]}, {"error"})
        self.assertEqual(len(found["findings"]) + found["omitted"], 61)

    def test_it_is_written_into_the_file_that_is_there(self):
        message = self.write("message", b"")
        inode = message.stat().st_ino
        self.run_with(0, "check", self.write("a.toml", FIXED))
        self.run_with(0, "check", self.write("a.toml", FIXED))
        self.assertEqual(message.stat().st_ino, inode)

    def test_a_file_that_holds_something_else_is_left_alone(self):
        message = self.write("message", b"precious\n")
        self.katafix("check", "--summary", message, self.write("a.toml", FIXED), status=2)
        self.assertEqual(message.read_bytes(), b"precious\n")

    def test_a_fix_that_is_not_told_is_trouble_after_a_write(self):
        message = self.write("message", b"precious\n")
        file = self.write("a.toml")
        ran = self.katafix("apply", "--backup-dir", self.backups, "--summary", message, file, status=3)
        self.assertNotIn(b"Nothing was written", ran.out)
        self.assertEqual(file.read_bytes(), FIXED)

    def test_it_does_not_go_with_a_fixed_text_on_standard_output(self):
        self.bad_usage("apply", "--summary", "message", "-")

    def test_its_schema_is_one(self):
        if harness.jsonschema is None:
            self.skipTest("python3-jsonschema is not installed")
        harness.jsonschema.Draft202012Validator.check_schema(SUMMARY)


if __name__ == "__main__":
    harness.main()
