#!/usr/bin/env python3
"""What a check says of engines that run: real daemons of containerd, and a scripted one for what
none of them does. CRI-O has no package: a server of ours gives text of the form that it gives."""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import unittest

from node import CONFIG, SOCKET, SOURCE, Node

HERE = pathlib.Path(__file__).resolve().parent
FETCH = SOURCE / "tests/engine/fetch-containerd"
SKIPPED = 77
NOBODY = 65534
FLAG = "privileged_without_host_devices"
CRIO_SOCKET = "/run/crio/crio.sock"
CRIO = ('[crio.runtime.runtimes.runc]\n[crio.runtime.runtimes.kata]\nruntime_type = "vm"\n'
        f'runtime_path = "/usr/bin/containerd-shim-kata-v2"\n{FLAG} = true\n')
IDS = {"1": "io.containerd.grpc.v1.cri", "2": "io.containerd.cri.v1.runtime"}

shown = []


def config(series="1", flag="true", more=""):
    cri = f'plugins."{IDS[series[0]]}"'
    snapshotter = f'[{cri}.containerd]\nsnapshotter = "native"\n' if series[0] == "1" else ""
    return (f'version = {"2" if series[0] == "1" else "3"}\nroot = "/run/engine/root"\n'
            f'state = "/run/engine/state"\n{snapshotter}'
            f'[{cri}.containerd.runtimes.runc]\nruntime_type = "io.containerd.runc.v2"\n'
            f'[{cri}.containerd.runtimes.kata]\nruntime_type = "io.containerd.kata.v2"\n'
            f'{FLAG} = {flag}\n{more}')


def codes(report):
    return [(found["code"], found["severity"]) for found in report["findings"]]


def flags(report):
    running, = report["running"]
    return {name: handler[FLAG] for name, handler in running["handlers"].items()}


class NodeCase(unittest.TestCase):
    binary = ""

    def setUp(self):
        self.node = Node(OPTIONS.katafix, os.path.dirname(self.binary))
        self.addCleanup(self.node.close)

    def check(self, *args, status):
        ended, report = self.node.check(*args)
        self.assertEqual(ended, status, report["findings"])
        return report


class ContainerdTest(NodeCase):
    """Once for each series, in a class of its own."""

    series = ""

    def start(self, text):
        self.node.write(CONFIG, text)
        return self.node.start(self.binary, "--config", CONFIG)

    def test_right_stale_changed_under_it_and_restarted(self):
        daemon = self.start(config(self.series, "false"))
        report = self.check(status=1)  # a fix, and no other word
        self.assertEqual((codes(report), flags(report)), ([], {"kata": False, "runc": False}))

        self.node.write(CONFIG, config(self.series))
        report = self.check(status=1)
        self.assertEqual(codes(report), [("not-in-effect", "warning")])
        self.assertEqual(report["restart"], ["containerd"])
        self.assertFalse(report["changed"])
        self.assertRegex(report["findings"][0]["message"], f"^the running containerd does without {FLAG} for kata,")
        self.assertEqual(report["findings"][0]["file"], CONFIG)
        self.check("--strict", status=1)
        self.assertEqual(self.check("--offline", status=0)["running"], [])

        self.node.stop(daemon)
        report = self.check(status=0)
        self.assertEqual(codes(report), [("not-running", "info")])
        self.assertFalse(report["running"][0]["answered"])

        self.start(config(self.series))
        report = self.check(status=0)
        self.assertEqual((codes(report), flags(report)), ([], {"kata": True, "runc": False}))
        self.assertEqual(report["running"][0]["socket"], SOCKET)
        shown.append(f"containerd {self.series}: not in effect (1), restarted (0)")

        self.node.write(CONFIG, config(self.series, "false"))
        self.assertEqual(codes(self.check(status=1)), [])

    def test_apply_is_not_held_to_it(self):
        self.start(config(self.series, "false"))
        done = self.node.run(OPTIONS.katafix, "apply")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"systemctl restart containerd", done.stdout)
        self.assertEqual(codes(self.check(status=1)), [("not-in-effect", "warning")])

    def test_a_handler_that_came_since_is_not_served(self):
        self.start(config(self.series))
        cri = f'plugins."{IDS[self.series[0]]}"'
        self.node.write(CONFIG, config(self.series, more=f"[{cri}.containerd.runtimes.kata-qemu]\n"
                        f'runtime_type = "io.containerd.kata-qemu.v2"\n{FLAG} = true\n'))
        found, = self.check(status=1)["findings"]
        self.assertIn("for kata-qemu (which it does not have at all),", found["message"])

    def test_its_cri_does_not_come_up(self):
        images = IDS["1"] if self.series[0] == "1" else "io.containerd.cri.v1.images"
        broken = (f'[plugins."{images}".registry]\nconfig_path = "/etc/containerd/certs.d"\n'
                  f'[plugins."{images}".registry.mirrors."a.example"]\nendpoint = ["https://b.example"]\n')
        self.start(config(self.series, more=broken))
        report = self.check(status=2)
        self.assertEqual(codes(report), [("engine-serves-no-pods", "error")])
        self.assertIn("unknown service runtime.v1.RuntimeService", report["findings"][0]["message"])
        self.assertTrue(report["running"][0]["answered"])

    def test_cri_is_disabled_and_nobody_wants_it(self):
        self.start('disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", '
                   '"io.containerd.cri.v1.runtime"]\nversion = 2\n'
                   'root = "/run/engine/root"\nstate = "/run/engine/state"\n')
        report = self.check(status=0)
        self.assertNotIn("engine-serves-no-pods", [code for code, severity in codes(report)])
        self.assertEqual(report["running"][0]["handlers"], {})

    def test_it_listens_where_its_config_says(self):
        self.node.write(CONFIG, config(self.series, more='[grpc]\naddress = "/run/elsewhere.sock"\n'))
        self.node.start(self.binary, "--config", CONFIG, socket="/run/elsewhere.sock")
        report = self.check(status=0)
        self.assertEqual(report["running"][0]["socket"], "/run/elsewhere.sock")
        self.assertTrue(flags(report)["kata"])

    def test_what_it_costs(self):
        self.start(config(self.series))
        count = 10
        times = {}
        for args in ("", " --offline"):
            loop = f"for i in $(seq {count}); do '{OPTIONS.katafix}' check{args} >/dev/null || exit; done; times"
            done = self.node.run("sh", "-c", loop)
            self.assertEqual(done.returncode, 0, done.stderr)
            times[args] = sum(int(minutes) * 60 + float(seconds) for minutes, seconds in
                              re.findall(r"(\d+)m([\d.]+)s", done.stdout.decode())) * 1000 / count
        shown.append(f"containerd {self.series}: a check takes {times['']:.1f} ms of CPU, "
                     f"{times[' --offline']:.1f} ms with --offline")


class ScriptedTest(NodeCase):
    """What listens is no engine, or one with a bad day."""

    def listen(self, kind, *user, path=SOCKET):
        self.node.run("sh", "-c", 'mkdir -p "$(dirname "$0")" && chmod 777 "$(dirname "$0")"', path)
        return self.node.start("/usr/bin/python3", "-B", HERE / "fake_engine.py", path, kind, *user, socket=path)

    def containerd(self, kind, *user, status):
        self.node.write(CONFIG, config())
        self.listen(kind, *user)
        return self.check(status=status)

    def assert_not_asked(self, kind, why, *user):
        report = self.containerd(kind, *user, status=0)
        self.assertEqual(codes(report), [("not-asked", "warning")])
        self.assertRegex(report["findings"][0]["message"],
                         "^what the running containerd does is not known: " + why)
        self.assertEqual(report["findings"][0]["file"], SOCKET)
        self.assertFalse(report["running"][0]["answered"])

    def test_one_that_answers_in_several_frames(self):
        self.assertEqual(flags(self.containerd("right", status=0)), {"kata": True, "runc": False})

    def test_one_before_1_6(self):
        self.assertEqual(flags(self.containerd("old", status=0)), {"kata": True, "runc": False})

    def test_pings_are_answered(self):
        self.assertEqual(flags(self.containerd("pings", status=0)), {"kata": True, "runc": False})

    def test_one_without_cri(self):
        self.assertEqual(codes(self.containerd("no-cri", status=2)), [("engine-serves-no-pods", "error")])

    def test_one_that_is_not_ready(self):
        self.assert_not_asked("not-ready", "CRI answers with status 14: server is not initialized yet")

    def test_one_that_says_nothing(self):
        self.assert_not_asked("silent", "no answer within 2000 ms")

    def test_one_that_says_a_little_again_and_again(self):
        self.assert_not_asked("drips", "no answer within 2000 ms")

    def test_garbage(self):
        self.assert_not_asked("garbage", "what it says is no HTTP/2|Broken pipe|Connection reset")

    def test_megabytes(self):
        self.assert_not_asked("megabytes", "it answers with more than 4 MiB")

    def test_one_that_hangs_up(self):
        self.assert_not_asked("hangs-up", "it hangs up|Connection reset by peer|Broken pipe")

    def test_one_that_goes_away(self):
        self.assert_not_asked("goes-away", "it hangs up|no answer|what it says is no gRPC")

    def test_a_compressed_message_and_half_of_one(self):
        self.assert_not_asked("compressed", "what it says is no gRPC")

    def test_half_a_message(self):
        self.assert_not_asked("too-short", "what it says is no gRPC")

    def test_no_json(self):
        self.assert_not_asked("no-config", "CRI answers without its handlers")

    def test_json_without_end(self):
        self.assert_not_asked("deep", "CRI answers without its handlers")

    def test_another_users_is_not_believed(self):
        self.assert_not_asked("right", f"the user {NOBODY} listens there, who is not root", str(NOBODY))

    def test_a_socket_that_refuses_is_nobodys(self):
        self.node.write(CONFIG, config())
        self.node.stop(self.listen("right"))
        self.assertEqual(codes(self.check(status=0)), [("not-running", "info")])

    def test_who_has_no_right_is_told_once(self):
        self.node.write(CONFIG, config())
        self.node.start("/usr/bin/python3", "-B", HERE / "fake_engine.py", SOCKET, "right")
        self.node.run("chmod", "600", SOCKET)
        words = ["setpriv", f"--reuid={NOBODY}", "--clear-groups", OPTIONS.katafix, "check", "-v"]
        done = self.node.run(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count(b"[not-asked]\n  run it as root\n"), 1, done.stderr)

    def test_a_config_of_elsewhere_asks_nobody(self):
        self.listen("no-cri")
        self.node.write(CONFIG, config())
        self.node.write("/run/elsewhere.toml", config())
        self.assertEqual(self.check("--config", "/run/elsewhere.toml", status=0)["running"], [])
        self.assertEqual(self.check("/run/elsewhere.toml", status=0)["running"], [])

    def test_crio(self):
        self.node.write("/etc/crio/crio.conf", CRIO)
        for kind, status, found, seen in (
                ("crio-true", 0, [], {"crun": False, "kata": True}),
                ("crio-false", 1, [("not-in-effect", "warning")], {"crun": False, "kata": False}),
                ("crio-odd", 0, [("not-asked", "warning")], {}),
                ("crio-404", 0, [("not-asked", "warning")], {})):
            with self.subTest(kind):
                daemon = self.listen(kind, path=CRIO_SOCKET)
                report = self.check(status=status)
                self.assertEqual((codes(report), flags(report)), (found, seen))
                self.node.stop(daemon)
                self.node.run("rm", CRIO_SOCKET)

    def test_a_reload_of_crio_is_not_a_restart(self):
        self.node.write("/etc/crio/crio.conf", CRIO)
        self.node.write("/run/bin/systemctl", "#!/bin/sh\necho ActiveState=active\n"
                        "echo ExecMainStartTimestampMonotonic=1\n")
        self.node.run("chmod", "755", "/run/bin/systemctl")
        self.node.path = f"/run/bin:{self.node.path}"
        for kind, status, found in (("crio-true", 0, [("restart-needed", "warning")]),
                                    ("crio-false", 1, [("not-in-effect", "warning")])):
            with self.subTest(kind):
                daemon = self.listen(kind, path=CRIO_SOCKET)
                self.assertEqual(codes(self.check(status=status)), found)
                self.node.stop(daemon)
                self.node.run("rm", CRIO_SOCKET)
        # Of containerd its own word counts alone.
        self.node.run("rm", "-r", "/etc/crio")
        self.assertEqual(codes(self.containerd("right", status=0)), [])

    def test_k3s_runs_on_what_it_made_of_the_template(self):
        place = "/var/lib/rancher/k3s/agent/etc/containerd/config.toml"
        self.node.write(f"{place}.tmpl", config())
        self.node.write(place, config(flag="false"))
        self.listen("stale", path="/run/k3s/containerd/containerd.sock")
        report = self.check(status=1)
        self.assertIn(("not-in-effect", "warning"), codes(report))
        self.assertEqual(report["restart"], ["k3s"])

    def test_crio_listens_where_its_config_says(self):
        self.node.write("/etc/crio/crio.conf", '[crio.api]\nlisten = "/run/other.sock"\n')
        self.listen("crio-true", path="/run/other.sock")
        self.assertEqual(self.check(status=0)["running"][0]["socket"], "/run/other.sock")

    def test_metrics_and_summary(self):
        self.node.write(CONFIG, config(more=f'[plugins."{IDS["1"]}".containerd.runtimes.kata-clh]\n'
                                       f'runtime_type = "io.containerd.kata-clh.v2"\n{FLAG} = true\n'))
        self.listen("right")
        words = [OPTIONS.katafix, "check", "--metrics", "/run/katafix.prom", "--summary", "/run/summary"]
        self.assertEqual(self.node.run(*words).returncode, 1)
        metrics = self.node.run("cat", "/run/katafix.prom").stdout.decode()
        for state, count in (("in_effect", 1), ("not_in_effect", 1), ("unknown", 0)):
            self.assertIn(f'katafix_running_handlers{{state="{state}"}} {count}\n', metrics)
        self.assertIn(b'"running":{"in_effect":1,"not_in_effect":1,"unknown":0}',
                      self.node.run("cat", "/run/summary").stdout)


def find_binary(series, suite):
    """The machine's own containerd, or that of a Debian suite; or why there is none."""
    own = subprocess.run(["containerd", "--version"], capture_output=True, text=True, check=False)
    if f" {series}." in own.stdout or f" v{series}." in own.stdout:
        return "containerd", None
    got = subprocess.run([FETCH, suite, OPTIONS.cache / suite], capture_output=True, text=True, check=False)
    return got.stdout.strip(), got.stderr.strip()


def main():
    program = unittest.TestSuite()
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    if OPTIONS.series:
        binary, problem = find_binary(OPTIONS.series, OPTIONS.suite)
        if problem:
            print(f"skipped: {problem}")
            return SKIPPED
        program.addTest(load(type("ContainerdTest", (ContainerdTest,),
                                  {"series": OPTIONS.series, "binary": binary})))
    else:
        program.addTest(load(ScriptedTest))
    ended = unittest.TextTestRunner(verbosity=2).run(program)
    print("\n".join(shown))
    return 0 if ended.wasSuccessful() else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--katafix", required=True, type=os.path.abspath, help="the command to test")
    parser.add_argument("--series", help="a containerd's: 1.6, 1.7 or 2 (default: the scripted engine)")
    parser.add_argument("--suite", help="the Debian suite that has it")
    parser.add_argument("--cache", type=lambda path: pathlib.Path(os.path.abspath(path)),
                        help="where fetched engines are kept")
    OPTIONS = parser.parse_args()
    try:
        Node(OPTIONS.katafix).close()
    except OSError as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    sys.exit(main())
