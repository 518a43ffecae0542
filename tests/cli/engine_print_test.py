#!/usr/bin/env python3
"""--validate auto: the engine's own print of its config, before anything is replaced.

The node is a mount namespace with an /etc of its own. The engine is Debian's containerd or, where it
is to see something else than katafix, a script that prints its main file with that in it."""

import shutil
import unittest

import harness
from harness import CRIO, FIXED, KATA, RUNC
import running_test

CONTAINERD = shutil.which("containerd")
MAIN = "etc/containerd/config.toml"
HANDLERS = KATA + RUNC.removeprefix(b"version = 2\n")
HANDLERS_FIXED = FIXED + RUNC.removeprefix(b"version = 2\n")


class PrintCase(running_test.RunningCase):

    def setUp(self):
        super().setUp()
        self.asked = self.dir / "asked"
        self.node(MAIN, HANDLERS)

    def engine(self, text, name="containerd", version="containerd containerd v1.7.24 abc"):
        """An engine that prints what `text` makes of its main file, which is $2."""
        self.program(name, f"""
            [ "$*" = --version ] && {{ echo '{version}'; exit 0; }}
            echo "$*" >> '{self.asked}'
            {text}""")

    def findings(self, *args, command="diff", status):
        report = self.parse(self.on_node(command, "--json", *args, status=status).out)
        return [(found["code"], found["severity"], found["message"]) for found in report["findings"]
                if found["code"] != "not-running"]  # which is so

    def refused(self, text):
        """The one thing that the engine has against the change."""
        (code, severity, message), = self.findings(status=2)
        self.assertEqual((code, severity), ("validation-failed", "error"))
        self.assertIn(text, message)

    def calls(self):
        return self.asked.read_text().splitlines() if self.asked.exists() else []


class AskedTest(PrintCase):

    def test_it_is_asked_before_and_after_the_change(self):
        self.engine('cat "$2"; grep -c host_devices "$2" >> ' f"'{self.asked}'")
        self.assertEqual(self.findings(status=1), [])
        calls = self.calls()
        self.assertRegex(calls[0], r"^--config /\S+/etc/containerd/config\.toml config dump$")
        self.assertEqual([calls[1], calls[3]], ["0", "1"])

    def test_crio_with_its_drop_ins(self):
        (self.dir / "node" / MAIN).unlink()
        self.node("etc/crio/crio.conf.d/10-kata", CRIO + b'runtime_type = "vm"\n')
        self.engine('cat "$4/10-kata"', "crio", "crio version 1.30.0")
        self.assertEqual(self.findings(status=1), [])
        self.assertRegex(self.calls()[0], r"^--config (/\S+)/etc/crio/crio\.conf "
                                          r"--config-dir \1/etc/crio/crio\.conf\.d config$")

    def test_only_where_there_is_something_to_change(self):
        self.engine('cat "$2"')
        self.node(MAIN, HANDLERS_FIXED)
        self.assertEqual(self.findings(command="check", status=0), [])
        self.assertEqual(self.calls(), [])

    def test_in_check_too_where_there_is(self):
        self.engine("grep -v host_devices $2")
        (code, _, _), = self.findings(command="check", status=2)
        self.assertEqual(code, "validation-failed")

    def test_not_of_what_is_no_node(self):
        self.engine('cat "$2"')
        self.on_node("diff", "--validate", "none", status=1)
        self.on_node("diff", "--validate", "true %s", status=1)
        self.on_node("diff", "/" + MAIN, status=1)
        self.on_node("diff", "--config", "/" + MAIN, status=1)
        self.on_node("diff", "--root", self.dir / "node", status=1)
        self.assertEqual(self.calls(), [])
        self.on_node("diff", "--validate", "auto", status=1)
        self.assertEqual(len(self.calls()), 2)

    def test_none_that_others_may_change(self):
        self.engine('cat "$2"')
        (self.dir / "bin/containerd").chmod(0o757)
        ran = self.on_node("diff", "-v", status=1)
        self.assertIn(f"no engine is asked for its own print: others than root may change {self.dir}/bin/containerd"
                      .encode(), ran.err)
        self.assertEqual(self.calls(), [])

    def test_a_template_cannot_be_asked_about(self):
        (self.dir / "node" / MAIN).unlink()
        data = "var/lib/rancher/k3s/"
        # The node's /var/lib is empty, so the data is elsewhere, where the policy of k3s names it.
        self.node("etc/rancher/k3s/config.yaml", f"data-dir: {self.dir}/k3s\n".encode())
        folder = "k3s/agent/etc/containerd/"
        self.write(folder + "config.toml.tmpl", HANDLERS), self.write(folder + "config.toml", HANDLERS)
        self.engine('cat "$2"')
        self.write("k3s/data/current/bin/containerd", (self.dir / "bin/containerd").read_bytes(), 0o755)
        found, = [found for found in self.findings(status=1) if found[0] == "not-validated"]
        self.assertEqual(found[1:], ("info", "it was not validated: no engine loads it as it stands"))
        self.assertEqual(self.calls(), [])
        self.assertIn(b"not-validated", self.on_node("diff", "-v", status=1).err)


class WordTest(PrintCase):

    def test_that_the_flag_does_not_arrive(self):
        self.engine('grep -v host_devices "$2"')
        self.refused("by containerd's own print the Kata handler kata would not have the flag")

    def test_that_the_handler_is_not_there(self):
        self.engine("echo version = 2")
        self.refused("by containerd's own print there is no Kata handler kata")

    def test_that_another_handler_changes(self):
        self.engine('cat "$2"; ! grep -q host_devices "$2" || echo "  privileged_without_host_devices = true"')
        self.refused("by containerd's own print the handler runc, which is not Kata, would change")

    def test_that_a_handler_is_gone(self):
        self.engine('grep -q host_devices "$2" && sed /runtimes.runc/,\\$d "$2" || cat "$2"')
        self.refused("by containerd's own print the handler runc would be gone")

    def test_that_it_takes_only_the_old_files(self):
        self.engine('if grep -q host_devices "$2"; then echo "$2: bad flag" >&2; exit 3; fi; cat "$2"')
        ran = self.on_node("apply", status=2)
        self.assertIn(b"/etc/containerd/config.toml: error: containerd takes the files as they are, and would not "
                      b"with the change: it exited with status 3 [validation-failed]\n"
                      b"  | /etc/containerd/config.toml: bad flag\n", ran.err)

    def test_that_it_takes_neither_is_a_warning(self):
        self.engine('echo "$2:7: no such thing" >&2; exit 1')
        (code, severity, message), = self.findings(status=1)
        self.assertEqual((code, severity), ("engine-refuses", "warning"))
        self.assertTrue(message.endswith(":\n/etc/containerd/config.toml:7: no such thing"), message)
        self.on_node("apply", status=0)
        self.on_node("apply", "--strict", status=2)

    def test_that_the_change_cures_it(self):
        self.engine('grep -q host_devices "$2" || exit 1; cat "$2"')
        self.assertEqual(self.findings(status=1), [])

    def test_what_is_no_config_is_no_word(self):
        for text in ("echo [", "printf '\\377'", "head -c 17000000 /dev/zero | tr '\\0' '#'"):
            self.engine(text)
            (code, severity, message), = self.findings(status=1)
            self.assertEqual((code, severity), ("not-validated", "warning"))
            self.assertIn("what containerd prints of its config cannot be read", message)

    def test_without_a_place_for_the_copy_there_is_none(self):
        self.engine('cat "$2"')
        ran = self.on_node("diff", status=1, env={"TMPDIR": "/nowhere"})
        self.assertIn(b"warning: no engine was asked about the change: ", ran.err)

    def test_a_print_of_many_handlers_is_read_whole(self):
        self.node(MAIN, HANDLERS + b"".join(
            harness.containerd(f"other{number}", "io.containerd.runc.v2").removeprefix(b"version = 2\n")
            for number in range(2000)))
        self.engine('cat "$2"')
        self.assertEqual(self.findings(status=1), [])


class ViewDiffersTest(PrintCase):

    def test_the_engine_sees_the_flag_already(self):
        self.engine('sed "s/runtime_type.*kata.*/&\\nprivileged_without_host_devices = true/;'
                    '/^  privileged/d" "$2"')
        (code, severity, message), = self.findings(status=1)
        self.assertEqual((code, severity), ("view-differs", "warning"))
        self.assertIn("katafix sees the handler kata as Kata, without the flag, and containerd's own print shows "
                      "it as Kata, with the flag: that is believed", message)

    def test_the_engine_runs_something_else(self):
        self.engine('sed s/kata.v2/runc.v2/ "$2"')
        self.assertEqual([(code, severity) for code, severity, _ in self.findings(status=2)],
                         [("validation-failed", "error"), ("view-differs", "warning")])

    def test_the_engine_has_a_kata_handler_that_no_file_shows(self):
        self.engine('sed s/runc.v2/kata.v2/ "$2"')
        codes = [code for code, _, _ in self.findings(status=2)]
        self.assertEqual(codes, ["validation-failed", "view-differs"])


@unittest.skipUnless(CONTAINERD, "containerd is not installed")
class ContainerdTest(PrintCase):
    """Its 1.6, 1.7 or 2: whatever the machine has."""

    def applied(self, data=HANDLERS, status=0, *args):
        """What the main file becomes, and what is said."""
        self.node(MAIN, data)
        ran = self.on_node("apply", *args, status=status, then=f"cp /{MAIN} '{self.dir}/after'")
        return (self.dir / "after").read_bytes(), ran.err

    def test_a_good_fix_is_taken(self):
        self.assertEqual(self.applied(), (HANDLERS_FIXED, b""))

    def test_of_a_drop_in_too(self):
        self.node("etc/containerd/conf.d/kata.toml", HANDLERS)
        after, err = self.applied(b'version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n')
        self.assertEqual(err, b"")

    def test_files_that_it_refuses_are_fixed_with_its_word(self):
        after, err = self.applied(b'oom_score = "high"\n' + HANDLERS)
        self.assertEqual(after, b'oom_score = "high"\n' + HANDLERS_FIXED)
        self.assertIn(b"warning: containerd refuses these files, with the change and without it: it exited with "
                      b"status 1 [engine-refuses]\n  | containerd: failed to ", err)

    def test_a_flag_that_it_refuses_is_cured(self):
        data = HANDLERS_FIXED.replace(b"= true", b'= "true"')
        self.assertEqual(self.applied(data), (HANDLERS_FIXED, b""))


if __name__ == "__main__":
    running_test.main()
