#!/usr/bin/env python3
"""Configs inside other files, read by whoever reads those: after a fix each value is the old one, and
those with a handler of Kata are the old text plus the flag. fixtures/embedded has the files."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

import harness
from harness import CRI, FLAG, SOURCE

try:
    import yaml
except ImportError:
    yaml = None
    print("python3-yaml is missing: no YAML is read", file=sys.stderr)

FIXTURES = SOURCE / "fixtures/embedded"
PLAIN = {".yaml", ".yml", ".bu"}


def leaves(value, path=()):
    """The values of a document that hold no others, by where they are."""
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {leaf: text for key, below in items for leaf, text in leaves(below, (*path, key)).items()}
    return {path: value}


def read_yaml(text):
    return leaves(list(yaml.safe_load_all(text)))


def read_shell(text):
    """What each command is given, as bash itself says it: cat and tee keep it."""
    script = (b'n=0\ncat() { n=$((n + 1)); printf "\\0%s\\0" "$n"; command cat; }\ntee() { command cat; }\n'
              b"systemctl() { :; }\ncommand() { if [ \"$1\" = cat ]; then /bin/cat; fi; }\n")
    # Where the text goes is of no account.
    text = re.sub(rb'>>?\s*"?/etc/[^ "\n]*"?', b"", text)
    subprocess.run(["bash", "-n"], input=text, check=True, capture_output=True)
    given = subprocess.run(["bash"], input=script + text, check=True, capture_output=True).stdout
    return dict(enumerate(given.split(b"\0")))


def read_nix(text):
    """The '' strings of Nix: without the blanks that all their lines begin with, escapes resolved."""
    strings = {}
    for number, found in enumerate(re.finditer(rb"''\n(.*?)''(?![$'\\])", text, re.DOTALL)):
        lines = found[1].split(b"\n")
        full = [line for line in lines if line.strip()]
        least = min(len(line) - len(line.lstrip(b" ")) for line in full)
        strings[number] = b"\n".join(line[least:] for line in lines).replace(b"''${", b"${")
    return {**strings, "rest": re.sub(rb"''\n.*?''(?![$'\\])", b"", text, flags=re.DOTALL)}


def read_heredocs(text):
    """Terraform's <<-EOT: without the blanks that all lines begin with."""
    found = re.search(rb"<<-EOT\n(.*?)\n *EOT\n", text, re.DOTALL)
    lines = found[1].split(b"\n")
    least = min(len(line) - len(line.lstrip(b" ")) for line in lines)
    return {"EOT": b"\n".join(line[least:] for line in lines),
            "rest": text[:found.start()] + text[found.end():]}


def read_markdown(text):
    """Fences, with what all of their lines begin with taken away, and what is around them."""
    values, inside, opening = {"rest": b""}, None, b""
    for line in text.splitlines(keepends=True):
        fence = re.match(rb"((?:> ?|\t| )*)```", line)
        if fence and inside is None:
            inside, opening = len(values), fence[1]
            values[inside] = b""
        elif fence:
            inside = None
        elif inside is None:
            values["rest"] += line
        else:
            values[inside] += line.removeprefix(opening)
    return values


READERS = {**{kind: read_yaml for kind in PLAIN}, ".sh": read_shell, ".nix": read_nix, ".tf": read_heredocs,
           ".md": read_markdown}


def without_flag(text):
    """The text as it is without the lines and entries that have the flag."""
    text = text if isinstance(text, str) else text.decode()
    name = FLAG.decode()
    text = re.sub(rf",? *{name} = true(?= *}})", "", text)
    lines = text.splitlines()
    return "\n".join(line for line in lines if not re.match(rf"[> \t]*([\w.]+\.)?{name}\b", line))


class ReadersTest(harness.Case):

    def test_each_value_is_the_old_one_or_the_old_one_plus_the_flag(self):
        read = 0
        for case in sorted(FIXTURES.iterdir()):
            kind = pathlib.Path((case / "name").read_text().strip()).suffix
            before = (case / "before").read_bytes()
            if not (case / "after").exists() or kind not in READERS or (kind in PLAIN and yaml is None):
                continue
            if kind in PLAIN and re.search(rb"^ *({{|{%)", before, re.MULTILINE):
                continue  # of a chart: no YAML yet
            with self.subTest(case.name):
                old, new = READERS[kind](before), READERS[kind]((case / "after").read_bytes())
                self.assertEqual(list(old), list(new))
                changed = [key for key in old if old[key] != new[key]]
                self.assertTrue(changed)
                for key in changed:
                    self.assertNotEqual(key, "rest")
                    self.assertEqual(without_flag(old[key]), without_flag(new[key]))
                    flags = re.findall(rf"{FLAG.decode()} *= *true",
                                       new[key] if isinstance(new[key], str) else new[key].decode())
                    self.assertTrue(flags)
                read += 1
        self.assertGreater(read, 20 if yaml else 10)


YAML = f"""\
files:
- path: /etc/containerd/conf.d/kata.toml
  content: |
    version = 2  # \u00e9
    [{CRI}.kata]
    runtime_type = "io.containerd.kata.v2"
- path: /etc/crio/crio.conf.d/kata.conf
  content: |
      [crio.runtime.runtimes.vm]
        runtime_type = "vm"
""".encode()


class BlocksTest(harness.Case):

    def test_places_are_those_of_the_file(self):
        file = self.write("a.yaml", YAML.replace(b'"vm"', b'"vm"\n        Privileged_without_host_devices = 1'))
        report = self.json("check", file, status=1)
        self.assertEqual([(one["name"], one["engine"], one["line"], one["evidence"]["line"], one["file"])
                          for one in report["handlers"]],
                         [("kata", "containerd", 5, 6, str(file)), ("vm", "crio", 9, 10, str(file))])
        finding, = report["findings"]
        self.assertEqual((finding["file"], finding["line"], finding["column"]), (str(file), 11, 9))
        self.assertEqual([one["path"] for one in report["files"]], [str(file)])
        shown = self.katafix("check", file, status=1).err.decode()
        self.assertEqual(shown.count(f"{file}:11:9: "), 1)

    def test_a_fix_is_one_of_the_file_and_can_be_undone(self):
        file = self.write("a.yaml", YAML, mode=0o640)
        report = self.apply_json(file)
        self.assertTrue(report["changed"])
        self.assertEqual(report["restart"], [])
        self.assertEqual(len(self.runs()), 1)
        added = FLAG + b" = true\n"
        self.assertEqual(file.read_bytes(), YAML.replace(b'kata.v2"\n', b'kata.v2"\n    ' + added)
                         .replace(b'"vm"\n', b'"vm"\n        ' + added))
        self.assertFalse(self.apply_json(file)["changed"])
        self.restore()
        self.assertEqual(file.read_bytes(), YAML)

    @harness.needs_git
    def test_git_takes_the_diff_at_the_top(self):
        self.write("deep/a.yaml", YAML)
        diff = self.katafix("diff", "deep/a.yaml", status=1).out
        subprocess.run(["git", "apply"], input=diff, check=True, cwd=self.dir,
                       env={**os.environ, "GIT_CEILING_DIRECTORIES": str(self.dir.parent)})
        self.katafix("check", "deep/a.yaml", status=0)

    def test_a_release_is_asked_of_each_block(self):
        file = self.write("a.yaml", YAML)
        report = self.json("check", "--containerd-version", "2.1", "--crio-version", "1.36", file, status=1)
        self.assertEqual({(view["engine"], name): handler["decided_by"]["line"]
                          for view in report["effective"] for name, handler in view["handlers"].items()
                          if handler["decided_by"]}, {("containerd", "kata"): 5, ("crio", "vm"): 9})

    def test_options_hold_in_blocks(self):
        file = self.write("a.yaml", YAML)
        self.assertEqual(self.actions(self.json("check", "--skip", "kata", file, status=1)),
                         {"kata": "skip", "vm": "insert"})
        self.katafix("check", "--engine", "crio", "--skip", "vm", file, status=0)
        self.katafix("check", "--require-kata", self.write("b.yaml", b"a: b c\n"), status=2)
        self.assertIn(b"no Kata handler", self.katafix("check", "b.yaml", status=0).out)

    def test_one_refusal_keeps_the_whole_file(self):
        file = self.write("a.yaml", YAML + b"  folded: >\n      " + harness.KATA.replace(b"\n", b"\n      "))
        report = self.apply_json(file, status=2)
        self.assertEqual(self.codes(report), ["refused"])
        self.assertEqual(self.actions(report), {"kata": "refuse", "vm": "insert"})
        self.assertNotEqual(self.katafix("diff", file, status=2).out, b"")
        self.assertFalse(self.runs())

    def test_hard_links_and_links(self):
        file = self.write("a.yaml", YAML)
        os.symlink(file, self.dir / "link.yaml")
        os.link(file, self.dir / "other")
        self.assertEqual(self.codes(self.apply_json("link.yaml", status=2)), ["unsafe-target"])
        os.unlink(self.dir / "other")
        self.apply("link.yaml")
        self.assertTrue((self.dir / "link.yaml").is_symlink())
        self.assertEqual(file.read_bytes().count(FLAG), 2)

    def test_what_an_engine_loads_is_not_searched(self):
        for name in ("a.toml", "a.conf", "a.part", "a.toml.tmpl"):
            self.assertIn(self.codes(self.json("check", self.write(name, YAML), status=2)),
                          (["invalid-toml"], ["invalid-template"]))
        self.write("root/etc/crio/crio.conf.d/kata.yaml", YAML)
        self.katafix("check", "--root", self.dir / "root", "/etc/crio/crio.conf.d/kata.yaml", status=2)
        self.katafix("apply", "-", stdin=YAML, status=2)

    def test_what_is_no_text_is_an_error(self):
        self.assertEqual(self.codes(self.json("check", self.write("a.bin", YAML + b"\0"), status=2)),
                         ["invalid-encoding"])
        latin = self.write("a.yaml", YAML + b"name: M\xfcller\n")
        self.apply(latin)
        self.assertTrue(latin.read_bytes().endswith(b"name: M\xfcller\n"))


if __name__ == "__main__":
    unittest.main()
