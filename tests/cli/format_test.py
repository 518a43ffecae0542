#!/usr/bin/env python3
"""What --format prints for reviews: lines as compilers have them, GitHub's workflow commands, and
SARIF."""

import json
import re

import harness
from harness import FIXED, INVALID, KATA, REFUSED, containerd

REVIEWS = ("gcc", "github", "sarif")

TEXT = {"type": "object", "required": ["text"], "additionalProperties": False,
        "properties": {"text": {"type": "string", "minLength": 1}}}
COUNT = {"type": "integer", "minimum": 1}


def closed(required, **more):
    """An object with these fields and no others, of which `more` may be missing."""
    return {"type": "object", "required": list(required), "additionalProperties": False,
            "properties": {**required, **more}}


# What sarif-schema-2.1.0 (OASIS) demands of the parts that katafix prints, and of them alone: each
# field here is one of the standard's, with its type, and each that it requires is required.
RESULT = closed({"message": TEXT}, ruleId={"type": "string"}, ruleIndex={"type": "integer", "minimum": -1},
                level={"enum": ["none", "note", "warning", "error"]},
                locations={"type": "array", "items": closed({}, physicalLocation=closed(
                    {"artifactLocation": closed({}, uri={"type": "string", "format": "uri-reference"})},
                    region=closed({}, startLine=COUNT, startColumn=COUNT)))})
RULE = closed({"id": {"type": "string"}}, shortDescription=TEXT, help=TEXT)
DRIVER = closed({"name": {"type": "string"}}, version={"type": "string"},
                rules={"type": "array", "items": RULE, "uniqueItems": True})
INVOCATION = closed({"executionSuccessful": {"type": "boolean"}}, exitCode={"type": "integer"})
SARIF = closed({"version": {"const": "2.1.0"}, "runs": {"type": "array", "items": closed(
    {"tool": closed({"driver": DRIVER})}, results={"type": "array", "items": RESULT},
    invocations={"type": "array", "items": INVOCATION},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]})}},
    **{"$schema": {"type": "string", "format": "uri"}})


def unescaped(text):
    """What actions/runner makes of a value of a workflow command."""
    for code, byte in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, byte)
    return text


def commands_in(text):
    """The workflow commands, as the runner reads them: level, properties, message."""
    for line in text.splitlines():
        level, properties, message = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()
        pairs = (pair.split("=", 1) for pair in properties.split(","))
        yield level, {name: unescaped(value) for name, value in pairs}, unescaped(message)


class FormatCase(harness.Case):

    def setUp(self):
        super().setUp()
        self.write("right.toml", FIXED), self.write("lacks.toml"), self.write("bad.toml", INVALID)
        self.write("false.toml", containerd(flag="false"))
        self.write("no.toml", REFUSED)

    def lines(self, *args, command="check", status=1):
        ran = self.katafix(command, "--format", "gcc", *args, status=status)
        self.assertEqual(ran.err, b"")
        return ran.out.decode().splitlines()

    def sarif(self, *args, command="check", status=1):
        log = json.loads(self.katafix(command, "--format", "sarif", *args, status=status).out)
        if harness.jsonschema is not None:
            harness.jsonschema.Draft7Validator(SARIF).validate(log)
        return log["runs"][0]


class GccTest(FormatCase):

    def test_each_handler_that_lacks_the_flag_is_a_line(self):
        self.assertEqual(self.lines("lacks.toml", "right.toml", "false.toml"), [
            "false.toml:2:1: error: the Kata handler kata has privileged_without_host_devices = false "
            "and needs true [missing-flag]",
            "lacks.toml:2:1: error: the Kata handler kata lacks privileged_without_host_devices = true "
            "[missing-flag]"])

    def test_each_finding_is_a_line(self):
        lines = self.lines("bad.toml", "no.toml", status=2)
        report = self.json("check", "bad.toml", "no.toml")
        self.assertEqual([re.fullmatch(r"(.*):(\d+):(\d+): error: (.*) \[(.*)\]", line).groups()
                          for line in lines],
                         [(found["file"], str(found["line"]), str(found["column"]), found["message"],
                           found["code"]) for found in report["findings"]])

    def test_the_column_is_that_of_the_handler(self):
        self.write("inline.toml", b'[plugins.cri.containerd]\n  runtimes = { k = { runtime_type = '
                                  b'"io.containerd.kata.v2" } }\n')
        self.assertIn("inline.toml:2:16: error: the Kata handler k", self.lines("inline.toml")[-1])

    def test_nothing_where_all_is_right(self):
        self.assertEqual(self.lines("right.toml", status=0), [])

    def test_what_is_not_about_a_file(self):
        [line] = self.lines("--root", self.dir / "nowhere", status=2)
        self.assertTrue(line.endswith("/nowhere: error: there is no such directory [unreadable]"), line)
        [line] = self.lines("--require-kata", "--root", self.dir, status=2)[:1]
        self.assertTrue(line.startswith("katafix: "), line)

    def test_a_name_that_breaks_lines_breaks_none(self):
        self.write(b"a\nb.toml")
        [line] = self.lines("a\nb.toml")
        self.assertTrue(line.startswith(r"a\x0ab.toml:2:1: error: "), line)


class GitHubTest(FormatCase):

    def commands(self, *args, status=1, **more):
        ran = self.katafix("check", "--format", "github", *args, status=status, **more)
        self.assertEqual(ran.err, b"")
        return list(commands_in(ran.out.decode()))

    def test_a_handler_that_lacks_the_flag_is_an_annotation(self):
        self.assertEqual(self.commands("./lacks.toml", "right.toml"), [(
            "error", {"file": "lacks.toml", "line": "2", "col": "1", "title": "katafix missing-flag"},
            "the Kata handler kata lacks privileged_without_host_devices = true\nkatafix apply sets it")])

    def test_a_note_is_a_notice(self):
        self.write("note.toml", b'[crio.runtime.runtimes.vm]\nruntime_type = "vm"\n'
                                b'runtime_path = "/usr/bin/runsc"\n')
        self.assertEqual([level for level, *_ in self.commands("note.toml", status=0)], ["notice"])

    def test_names_and_messages_are_escaped(self):
        name = "50%, a:b.toml"
        self.write(name, containerd('"a%0Ab::error file=x::y"'))
        ran = self.katafix("check", "--format", "github", name, status=1).out.decode()
        self.assertTrue(ran.startswith("::error file=50%25%2C a%3Ab.toml,line=2,col=1,title="), ran)
        [(_, properties, message)] = commands_in(ran)
        self.assertEqual(properties["file"], name)
        self.assertIn("a%0Ab::error file=x::y lacks", message)


class SarifTest(FormatCase):

    def test_the_log_is_sarif(self):
        run = self.sarif("lacks.toml", "bad.toml", "no.toml", "right.toml", status=2)
        self.assertEqual([result["ruleId"] for result in run["results"]],
                         ["invalid-toml", "missing-flag", "refused"])
        self.assertEqual(run["invocations"], [{"executionSuccessful": False, "exitCode": 2}])
        for result in run["results"]:
            self.assertEqual(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"], result["ruleId"])
        place = run["results"][1]["locations"][0]["physicalLocation"]
        self.assertEqual(place, {"artifactLocation": {"uri": "lacks.toml"},
                                 "region": {"startLine": 2, "startColumn": 1}})

    def test_the_rules_have_the_manuals_words(self):
        self.write("k8s.toml"), self.write("k9s.toml")
        [rule] = self.sarif("k8s.toml", "k9s.toml")["tool"]["driver"]["rules"]
        manual = (harness.SOURCE / "packaging/man/katafix.1").read_text(encoding="utf-8")
        item = re.search(r"\.It Sy missing\\-flag\n(.*?)\n\.(It|El)", manual, re.S)[1]
        words = re.sub(r"^\.[A-Z][a-z] ", "", item, flags=re.M).split()
        self.assertEqual(rule["help"]["text"].split()[:5], words[:5])
        self.assertEqual("".join(rule["help"]["text"].split()), "".join(words))
        self.assertEqual(rule["shortDescription"]["text"], "A Kata handler needs the flag and can get it")

    def test_paths_are_uris(self):
        self.write("a b%.toml")
        self.write(b"\xff.toml")
        for path, uri in (("./a b%.toml", "a%20b%25.toml"), (b"\xff.toml", "%FF.toml"),
                          (self.dir / "lacks.toml", f"file://{self.dir}/lacks.toml")):
            [result] = self.sarif(path)["results"]
            self.assertEqual(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], uri)

    def test_no_results_are_a_log_as_well(self):
        self.assertEqual(self.sarif("right.toml", status=0)["results"], [])


class CommandsTest(FormatCase):

    def test_diff_and_dry_run_print_the_format_alone(self):
        for form in REVIEWS:
            checked = self.katafix("check", "--format", form, "lacks.toml", status=1).out
            for words in (["diff"], ["apply", "--dry-run", "--backup-dir", "backups"]):
                self.assertEqual(self.katafix(*words, "--format", form, "lacks.toml", status=1).out, checked)

    def test_after_apply_only_what_is_left_is_told(self):
        lines = self.apply("--format", "gcc", "lacks.toml", status=0).out
        self.assertEqual(lines, b"")
        lines = self.apply("--format", "gcc", "false.toml", "no.toml", status=2).out
        self.assertIn(b"[missing-flag]", lines)
        self.assertIn(b"[refused]", lines)

    def test_json_and_text_are_formats(self):
        self.assertEqual(self.katafix("check", "--format", "json", "lacks.toml").out,
                         self.katafix("check", "--json", "lacks.toml").out)
        self.assertEqual(self.katafix("check", "--format=text", "lacks.toml").out,
                         self.katafix("check", "lacks.toml").out)

    def test_quiet_leaves_what_was_asked_for(self):
        for form in REVIEWS:
            self.assertEqual(self.katafix("check", "-q", "--format", form, "lacks.toml").out,
                             self.katafix("check", "--format", form, "lacks.toml").out)

    def test_what_makes_no_sense(self):
        for words in (["check", "--format", "xml"], ["check", "--format", "gcc", "--json"],
                      ["restore", "--format", "gcc", "--root", "."],
                      ["apply", "--format", "gcc", "--diff", "--dry-run", "lacks.toml"],
                      ["apply", "-", "--format", "gcc"],
                      ["check", "--root", "a", "--root", "b", "--format", "sarif"]):
            self.assertIn(b"--format", self.katafix(*words, status=2).err, words)


if __name__ == "__main__":
    harness.main()
