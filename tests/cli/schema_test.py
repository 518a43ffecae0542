#!/usr/bin/env python3
"""The schema of --json is itself right, and lists what the source has. The other tests hold
every object against it."""

import copy
import json
import re
import unittest

import harness
from harness import KATA, SCHEMA, SOURCE

if harness.jsonschema is None:
    harness.skip("python3-jsonschema is not installed")

VALIDATOR = harness.jsonschema.Draft202012Validator
DEFINITIONS = SCHEMA["$defs"]


def walk(node):
    """All objects of the schema."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from walk(child)


def names_in(file, function):
    """The string literals in a function of the source, or in a list."""
    text = (SOURCE / "src" / file).read_text(encoding="utf-8")
    body = re.search(rf"{function}(?:\([^)]*\)[^{{]*| = ){{(.*?)\n}}", text, re.S)
    return [name for name in re.findall(r'"([^"]+)"', body[1]) if name != "unknown"]


class SchemaTest(unittest.TestCase):

    def test_it_is_a_schema(self):
        VALIDATOR.check_schema(SCHEMA)

    def test_objects_are_closed_and_complete(self):
        for node in walk(SCHEMA):
            if node.get("type") == "object":
                self.assertIn("additionalProperties", node)
                optional = set(node.get("properties", {})) - set(node.get("required", []))
                self.assertLessEqual(optional, {"runs", "status"} if node is SCHEMA else set())

    def test_every_field_is_described(self):
        for node in walk(SCHEMA):
            properties = node.get("properties")
            for name, field in (properties or {}).items():
                while "description" not in field and "$ref" in field:
                    field = DEFINITIONS[field["$ref"].rsplit("/", 1)[1]]
                self.assertTrue(field.get("description") or name in ("file", "line"), name)

    def test_it_lists_what_the_source_has(self):
        for listed, file, function in (
                (DEFINITIONS["finding"]["properties"]["code"], "text/finding.cpp", "kCodeNames"),
                (DEFINITIONS["evidence"]["properties"]["rule"], "engine/kata_rules.cpp", "rule_name"),
                (DEFINITIONS["handler"]["properties"]["action"], "fix/fix.cpp", "action_name"),
                (DEFINITIONS["file"]["properties"]["role"], "node/role.cpp", "role_name"),
                (DEFINITIONS["engine"], "engine/definition.cpp", "engine_name")):
            with self.subTest(function):
                self.assertEqual(sorted(listed["enum"]), sorted(names_in(file, function)))


class ValidationTest(harness.Case):
    """The schema takes what it should and nothing else."""

    def setUp(self):
        super().setUp()
        self.report = self.json("check", "-", stdin=KATA)

    def refused(self, change):
        report = copy.deepcopy(self.report)
        change(report)
        self.assertFalse(VALIDATOR(SCHEMA).is_valid(report))

    def test_a_missing_or_unknown_field(self):
        for field in self.report:
            self.refused(lambda report, field=field: report.pop(field))
        for field in self.report["handlers"][0]:
            self.refused(lambda report, field=field: report["handlers"][0].pop(field))
        self.refused(lambda report: report.update(new=1))
        self.refused(lambda report: report["files"][0].update(new=1))

    def test_wrong_values(self):
        for change in ({"schema": 1}, {"katafix": "new"}, {"status": 4}, {"command": "fix"}, {"changed": 1}, {"run": "last"}, {"restart": [""]},
                       {"restart": None}, {"files": {}}, {"root": ""}):
            self.refused(lambda report, change=change: report.update(change))
        for change in ({"line": 0}, {"line": None}, {"action": "fix"}, {"kata": None}, {"evidence": {}},
                       {"engine": "docker"}, {"reason": ""}):
            self.refused(lambda report, change=change: report["handlers"][0].update(change))

    def test_the_effective_view(self):
        def handler(**fields):
            return {"runtime_type": "io.containerd.kata.v2", "runtime_path": "",
                    "privileged_without_host_devices": True,
                    "decided_by": {"file": "/etc/containerd/config.toml", "line": 3}, **fields}

        element = {"engine": "containerd", "version": "2.1.9", "versions": ["2.1.9"],
                   "accepted": True, "reason": None,
                   "handlers": {"kata": handler(), "runc": handler(decided_by=None, runtime_type="")}}
        self.report["effective"] = [element]
        VALIDATOR(SCHEMA).validate(json.loads(json.dumps(self.report)))
        element["handlers"]["kata"] = handler(privileged_without_host_devices="true")
        self.refused(lambda report: None)


if __name__ == "__main__":
    harness.main()
