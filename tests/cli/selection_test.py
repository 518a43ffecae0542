#!/usr/bin/env python3
"""Which handlers: --engine, --handler, --skip, --require-kata."""

import json

import harness
from harness import CRI, CRIO, CRIO_FIXED, FIXED, KATA, RUNC


def handlers(*names, runtime_type="org.example.sandbox.v1"):
    """A containerd config whose handlers no rule knows."""
    return "".join(f'[{CRI}."{name}"]\nruntime_type = "{runtime_type}"\n' for name in names).encode()


class SelectionCase(harness.Case):

    def inserted(self, data, *options, **more):
        """The names of the handlers that would get the flag."""
        actions = self.actions(self.json("check", "-", *options, stdin=data, **more))
        return [name for name, action in actions.items() if action == "insert"]


class EngineTest(SelectionCase):

    def test_it_leaves_one(self):
        path = self.write("both.toml", KATA + CRIO)
        for engine, after in (("containerd", FIXED + CRIO), ("crio", KATA + CRIO_FIXED)):
            report = self.apply_json("--engine", engine, path, status=0)
            self.assertEqual({handler["engine"] for handler in report["handlers"]}, {engine})
            self.assertEqual(self.codes(report), ["other-engine"])
            self.assertEqual(report["findings"][0]["severity"], "warning")
            self.assertEqual(report["files"][0]["engine"], engine)
            self.assertEqual(path.read_bytes(), after)
            self.restore()

    def test_handlers_of_the_other_one_are_a_warning(self):
        for data, engine in ((CRIO, "containerd"), (KATA, "crio")):
            path = self.write("config", data)
            for words in (["check"], ["diff"], ["apply", "--backup-dir", "b"]):
                ran = self.katafix(*words, "--engine", engine, path, status=0)
                self.assertIn(b"warning: ", ran.err)
            self.assertEqual(path.read_bytes(), data)

    def test_its_own_handlers_are_no_warning(self):
        for data, engine in ((CRIO, "crio"), (KATA, "containerd")):
            report = self.json("check", "-", "--engine", engine, stdin=data, status=1)
            self.assertEqual(report["findings"], [])


class HandlerTest(SelectionCase):

    def test_names_and_patterns(self):
        data = handlers("sandbox", "sandbox-gpu", "other", "Sandbox")
        self.assertEqual(self.inserted(data, status=0), [])
        for pattern, names in (("sandbox", ["sandbox"]), ("sandbox*", ["sandbox", "sandbox-gpu"]),
                               ("?andbox", ["sandbox", "Sandbox"]), ("[so]*", ["sandbox", "sandbox-gpu", "other"]),
                               ("*", ["sandbox", "sandbox-gpu", "other", "Sandbox"])):
            self.assertEqual(self.inserted(data, "--handler", pattern, status=1), names, pattern)
            self.assertEqual(self.inserted(data, f"--handler={pattern}", status=1), names, pattern)

    def test_it_repeats(self):
        data = handlers("one", "two", "three")
        self.assertEqual(self.inserted(data, "--handler", "one", "--handler", "t?o"), ["one", "two"])

    def test_a_comma_is_part_of_a_name(self):
        data = handlers("one", "two", "one,two")
        self.assertEqual(self.inserted(data, "--handler", "one,two"), ["one,two"])
        self.assertEqual(self.inserted(data, "--handler", "*", "--skip", "one,two"), ["one", "two"])

    def test_the_evidence_is_the_option(self):
        report = self.json("check", "-", "--handler", "one", stdin=handlers("one"), status=1)
        evidence = report["handlers"][0]["evidence"]
        self.assertEqual((evidence["rule"], evidence["key"]), ("option", None))

    def test_a_name_that_is_not_there_is_a_warning(self):
        for option in ("kata-qemu", "KATA", "x*"):
            report = self.json("check", "-", "--handler", option, stdin=FIXED, status=0)
            self.assertEqual([(found["code"], found["severity"]) for found in report["findings"]],
                             [("handler-not-found", "warning")])
            self.assertIn(option, report["findings"][0]["message"])

    def test_only_a_literal_name_beats_the_never_list(self):
        data = handlers("safe", runtime_type="io.containerd.runc.v2")
        self.assertEqual(self.inserted(data, "--handler", "safe"), ["safe"])
        self.assertEqual(self.inserted(data, "--handler", "saf*", status=0), [])

    def test_legacy_tables(self):
        data = b'[plugins.cri.containerd.untrusted_workload_runtime]\nruntime_type = "x.y.v1"\n'
        self.assertEqual(self.inserted(data, "--handler", "untrusted_workload_runtime"),
                         ["untrusted_workload_runtime"])


class SkipTest(SelectionCase):

    def kata(self, *names):
        return handlers(*names, runtime_type="io.containerd.kata.v2")

    def test_names_and_patterns(self):
        data = self.kata("kata", "kata-clh", "kata-qemu")
        self.assertEqual(self.inserted(data, "--skip", "kata"), ["kata-clh", "kata-qemu"])
        self.assertEqual(self.inserted(data, "--skip", "kata-*"), ["kata"])
        self.assertEqual(self.inserted(data, "--skip", "kata", "--skip", "*qemu"), ["kata-clh"])
        self.assertEqual(self.inserted(data, "--skip", "KATA*"), ["kata", "kata-clh", "kata-qemu"])
        report = self.json("check", "-", "--skip", "kata*", stdin=data, status=0)
        self.assertEqual(set(self.actions(report).values()), {"skip"})
        self.assertTrue(all(handler["reason"] for handler in report["handlers"]))

    def test_what_is_skipped_is_not_counted_as_right(self):
        file = self.write("c.toml", self.kata("kata", "kata-clh"))
        ran = self.katafix("check", file, "--skip", "kata*", "--metrics", "m.prom", "--summary", "s.json",
                           status=0)
        self.assertIn(b"2 Kata handlers are left alone", ran.out)
        metrics = (self.dir / "m.prom").read_text(encoding="utf-8")
        for state, count in (("right", 0), ("lacking", 0), ("skipped", 2)):
            self.assertIn(f'katafix_kata_handlers{{state="{state}"}} {count}\n', metrics)
        summary = json.loads((self.dir / "s.json").read_text(encoding="utf-8"))
        self.assertEqual((summary["handlers"]["right"], summary["handlers"]["skipped"]), (0, 2))

    def test_it_beats_handler(self):
        data = self.kata("kata", "kata-clh")
        self.assertEqual(self.inserted(data, "--handler", "kata*", "--skip", "kata-clh"), ["kata"])
        self.assertEqual(self.inserted(data, "--skip", "kata*", "--handler", "kata", status=0), [])

    def test_a_pattern_that_names_nothing_is_a_warning(self):
        data = self.kata("kata", "kata-clh")
        self.assertEqual(self.json("check", "-", "--skip", "kata-*", stdin=data)["findings"], [])
        report = self.json("check", "-", "--skip", "kata-*", "--skip", "Kata-*", stdin=data, status=1)
        self.assertEqual([(found["code"], found["severity"], found["message"]) for found in report["findings"]],
                         [("handler-not-found", "warning", "--skip Kata-* names no handler")])

    def test_one_that_names_something_in_one_of_all_files_is_none(self):
        self.write("kata", self.kata("kata")), self.write("clh", self.kata("kata-clh"))
        self.assertEqual(self.json("check", "--skip", "kata-clh", "kata", "clh")["findings"], [])

    def test_it_names_legacy_tables(self):
        for name in ("default_runtime", "untrusted_workload_runtime"):
            data = f'[plugins.cri.containerd.{name}]\nruntime_type = "io.containerd.kata.v2"\n'.encode()
            report = self.json("check", "-", "--skip", name, stdin=data, status=0)
            self.assertEqual(self.actions(report), {name: "skip"})
            self.assertNotIn("handler-not-found", self.codes(report))

    def test_where_no_file_is_there_is_no_name_to_miss(self):
        self.write("node/etc/passwd", b"")
        report = self.json("check", "--root", "node", "--skip", "kata", status=0)
        self.assertEqual(self.codes(report), ["no-config"])

    def test_an_empty_pattern_is_bad_usage(self):
        self.bad_usage("check", "-", "--skip", "")


class RequireKataTest(SelectionCase):

    def test_none_is_trouble(self):
        runc = self.write("runc", RUNC)
        for words in (["check"], ["diff"], ["apply", "--backup-dir", "b"], ["apply", "--dry-run"]):
            self.katafix(*words, runc, status=0)
            self.katafix(*words, "--require-kata", runc, status=2)
            report = self.json(*words, "--require-kata", runc, status=2)
            self.assertEqual(self.codes(report), ["no-kata"])
        self.assertEqual(runc.read_bytes(), RUNC)

    def test_one_is_enough(self):
        self.write("runc", RUNC), self.write("kata", KATA), self.write("fixed", FIXED)
        self.katafix("check", "--require-kata", "runc", "kata", status=1)
        self.katafix("check", "--require-kata", "runc", "fixed", status=0)
        self.apply("--require-kata", "runc", "kata")
        self.assertEqual((self.dir / "kata").read_bytes(), FIXED)

    def test_of_the_engine_that_is_left(self):
        self.write("kata", KATA)
        self.katafix("check", "--require-kata", "--engine", "crio", "kata", status=2)


if __name__ == "__main__":
    harness.main()
