#!/usr/bin/env python3
"""A config that is hidden in another way of writing is found, is not edited, and comes out by the
command that the advice prints."""

import base64
import gzip
import json
import re
import shutil
import subprocess
import urllib.parse

import harness
from harness import FIXED, KATA, RUNC


def wrapped(data, indent=b"    "):
    return b"".join(indent + line + b"\n" for line in base64.encodebytes(data).splitlines())


def quoted(text):
    return json.dumps(text.decode()).encode()


def in_base64(data):
    return base64.b64encode(data)


def data_url(data):
    return b"data:," + urllib.parse.quote(data).encode()


CLOUD_INIT = b"#cloud-config\nwrite_files:\n- encoding: b64\n  path: /etc/containerd/config.toml\n"


def table(text):
    return text.split(b"\n", 1)[1]


class HiddenTest(harness.Case):

    def hidden(self, name, text, line, status=2):
        """The command of the one finding, which is about a line."""
        before = self.write(name, text).read_bytes()
        report = self.json("check", name, status=status)
        [finding] = report["findings"]
        self.assertEqual((finding["code"], finding["file"], finding["line"]), ("hidden-text", name, line))
        if status == 2:
            [handler] = report["handlers"]
            self.assertEqual((handler["name"], handler["file"], handler["line"], handler["action"]),
                             ("kata", name, line, "refuse"))
            self.apply(name, status=2)
        self.assertEqual((self.dir / name).read_bytes(), before)
        return finding["advice"].split(": ", 1)[1]

    def run_command(self, command):
        if command.startswith("jq ") and not shutil.which("jq"):
            self.skipTest("jq is not installed")
        done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=self.dir, check=True,
                              capture_output=True)
        self.assertEqual(done.stderr, b"", command)
        return done.stdout

    def comes_out(self, name, text, line, expected=KATA):
        self.assertIn(expected.strip(), self.run_command(self.hidden(name, text, line)))

    def right_is_silent(self, name, write):
        self.write(name, write(FIXED))
        report = self.json("check", name, status=0)
        self.assertEqual(([entry["flag_before"] for entry in report["handlers"]], report["findings"]),
                         (["true"], []))
        self.write(name, write(RUNC))
        self.assertEqual(self.json("check", name, status=0)["findings"], [])

    def test_json(self):
        def ignition(text):
            return b'{\n  "a": "b",\n  "contents": ' + quoted(text) + b',\n  "c": "d"\n}\n'
        self.comes_out("config.json", ignition(KATA), 3)
        self.comes_out("it's a config.ign", ignition(KATA), 3)
        self.right_is_silent("config.json", ignition)

    def test_a_string_in_yaml(self):
        def yaml(text):
            return b"a: it's\nb: \"x\"\nconfig.toml: " + quoted(text) + b"\n"
        self.comes_out("config.yaml", yaml(KATA), 3)
        self.right_is_silent("config.yaml", yaml)

    def test_a_string_in_yaml_over_lines(self):
        lines = [quoted(line + b"\n")[1:-1] for line in KATA.splitlines()]
        command = self.hidden("a.yaml", b'a: "' + b"\\\n  ".join(lines) + b'"\n', 1)
        self.assertIn(b'runtime_type = "io.containerd.kata.v2"', self.run_command(command))

    def test_a_shells_printf(self):
        self.comes_out("setup.sh", b"printf " + quoted(KATA) + b" >config.toml\n", 1)

    def test_a_string_in_other_quotes(self):
        def printf(text):
            return b"printf '" + text.replace(b"\n", b"\\n") + b"' >config.toml\n"

        def sed(text):
            return b"sed -i '/\\[plugins\\]/a " + table(text).replace(b"\n", b"\\n") + b"' config.toml\n"

        def sed_in_double_quotes(text):
            return b'sed -i "/\\[plugins\\]/a ' + quoted(table(text))[1:] + b" config.toml\n"
        for write in (printf, sed, sed_in_double_quotes):
            with self.subTest(write=write):
                self.comes_out("setup.sh", b"#!/bin/sh\n" + write(KATA), 2, table(KATA))
                self.right_is_silent("setup.sh", write)

    def test_quotes_inside_other_quotes_end_nothing(self):
        self.write("a.sh", b"printf '[crio.runtime]\\nx = \"y\"\\n[crio.runtime.runtimes.kata]\\n"
                   b"runtime_path = \"/usr/bin/containerd-shim-kata-v2\"\\n"
                   b"privileged_without_host_devices = true\\n' >f\n")
        report = self.json("check", "a.sh", status=0)
        self.assertEqual([entry["flag_before"] for entry in report["handlers"]], ["true"])

    def test_a_string_that_begins_inside_a_line(self):
        for begin, end in ((b"echo '", b"'"), (b"const c = `", b"`"), (b'C = """', b'"""'), (b"c = ''", b"'';")):
            def write(text, begin=begin, end=end):
                return b"it's\n" + begin + table(text) + end + b"\n"
            with self.subTest(begin=begin):
                self.comes_out("a.txt", write(KATA), 2, table(KATA))
                self.right_is_silent("a.txt", write)
        self.comes_out("a.sh", b'echo "' + table(KATA).replace(b'"', b'\\"') + b'" >f\n', 1, table(KATA))

    def test_lines_in_quotes(self):
        for begin, end in ((b"echo '", b"' >> $f"), (b"    - '", b"'"), (b"`", b"`,")):
            def write(text, begin=begin, end=end):
                lines = table(text).splitlines()
                return b"x\n" + b"".join(begin + line + end + b"\n" for line in lines) + b"y\n"
            with self.subTest(begin=begin):
                self.comes_out("a.txt", write(KATA), 2, table(KATA))
                self.right_is_silent("a.txt", write)
        lines = b",\n  ".join(map(quoted, KATA.splitlines()))
        self.comes_out("a.json", b"[\n  " + lines + b"\n]\n", 3, table(KATA))

    def test_lines_that_go_on_behind_a_backslash(self):
        def sed(text):
            lines = table(text).strip().replace(b"\n", b"\\\n")
            return b"sed -i '/x/i \\\n" + lines + b"' config.toml\n"
        self.comes_out("setup.sh", sed(KATA), 2, table(KATA))
        self.right_is_silent("setup.sh", sed)

    def test_what_only_names_a_table_is_no_config(self):
        self.write("a.md", b"""The table "[crio.runtime.runtimes.kata]" or `[crio.runtime.runtimes.kata]`:

- `[crio.runtime.runtimes.kata]`
- `runtime_type`: the type

It's in [crio.runtime.runtimes.kata]
and it's there.

    grep '[crio.runtime.runtimes.kata]' f
    grep 'runtime_type = "vm"' f
""")
        report = self.json("check", "a.md", status=0)
        self.assertEqual((report["handlers"], report["findings"]), ([], []))

    def test_json_in_json(self):
        inner = b'{"config.toml": ' + quoted(KATA) + b"}"
        self.hidden("last-applied.json", b'{"annotation": ' + quoted(inner) + b"}\n", 1)

    def test_base64(self):
        def cloud_init(text):
            return CLOUD_INIT + b"  content: " + in_base64(text) + b"\n"
        self.comes_out("user-data", cloud_init(KATA), 5)
        self.right_is_silent("user-data", cloud_init)

    def test_base64_over_lines(self):
        def cloud_init(text):
            return CLOUD_INIT + b"  content: |\n" + wrapped(text) + b"- path: /x\n"
        self.comes_out("user-data", cloud_init(KATA), 6)
        self.right_is_silent("user-data", cloud_init)

    def test_data_urls(self):
        def machine_config(source):
            return b"files:\n- contents:\n    source: " + source + b"\n  mode: 420\n"
        base = b"data:text/plain;charset=utf-8;base64,"
        self.comes_out("mc.yaml", machine_config(base + in_base64(KATA)), 3)
        self.comes_out("mc.yaml", machine_config(data_url(KATA)), 3)
        self.comes_out("mc.ign", b'{"source": "' + data_url(KATA) + b'"}\n', 1)
        self.right_is_silent("mc.yaml", lambda text: machine_config(data_url(text)))

    def test_a_block_in_what_is_hidden(self):
        inner = b"files:\n- contents: |\n" + b"".join(b"    " + line + b"\n" for line in KATA.splitlines())
        self.comes_out("user-data", CLOUD_INIT + b"  content: " + in_base64(inner) + b"\n", 5, inner)

    def test_base64_in_base64(self):
        inner = CLOUD_INIT + b"  content: " + in_base64(KATA) + b"\n"
        self.comes_out("user-data", CLOUD_INIT + b"  content: " + in_base64(inner) + b"\n", 5)

    def test_gzip_is_for_other_programs(self):
        text = CLOUD_INIT + b"  content: " + in_base64(gzip.compress(KATA)) + b"\n"
        command = self.hidden("user-data", text, 5, status=0)
        self.assertTrue(command.endswith(" | gunzip | katafix check -"), command)
        self.assertEqual(self.run_command(command.removesuffix(" | katafix check -")), KATA)
        self.katafix("check", "--strict", "user-data", status=2)
        # What has nothing to do with an engine is nobody's business.
        self.write("other", b"logo: " + in_base64(gzip.compress(KATA)) + b"\n")
        self.assertEqual(self.katafix("check", "other", status=0).err, b"")

    def test_below_a_directory(self):
        self.write("repo/a.yaml", CLOUD_INIT + b"  content: " + in_base64(KATA) + b"\n")
        self.write("repo/b.json", b'{"config": ' + quoted(KATA) + b"}\n")
        self.write("repo/logo.svg", b"<svg>" + in_base64(b"image" * 100) + b"</svg>\n")
        ran = self.katafix("check", "--format", "gcc", "repo", status=2)
        self.assertEqual(re.findall(rb"^(\S+): error: .* \[hidden-text\]$", ran.out, re.M),
                         [b"repo/a.yaml:5:12", b"repo/b.json:1:13"])

    def test_engines_own_configs_are_not_searched(self):
        self.write("config.toml", b'# "' + quoted(KATA) + b'"\n')
        self.assertEqual(self.json("check", "config.toml", status=0)["findings"], [])


if __name__ == "__main__":
    harness.main()
