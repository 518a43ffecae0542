#!/usr/bin/env python3
"""--config and --config-dir name a tree; what a FILE, a release and a root mean beside it."""

import os

import harness
from harness import CRI, FIXED, KATA, RUNC, containerd, crio

FLAG_FALSE, FLAG_TRUE = (b"privileged_without_host_devices = " + word for word in (b"false", b"true"))
VM = b'runtime_type = "vm"\n'
NEW_ID = b'[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.kata]\n'
VERSION_3 = b"version = 3\n" + NEW_ID + b'  runtime_type = "io.containerd.kata.v2"\n'


class ConfigTest(harness.Case):
    """--config FILE: as if the engine were started with it."""

    def imports(self, later):
        main = self.write("pool/main.toml", b'imports = ["late/90.toml"]\n' + FIXED)
        return main, self.write("pool/late/90.toml", later)

    def test_imports_are_part_of_it(self):
        main, late = self.imports(containerd(flag="false"))
        version = ("--containerd-version", "2.1")
        report = self.json("check", "--config", main, *version, status=1)
        self.assertEqual([file["path"] for file in report["files"]], [str(main), str(late)])
        self.apply("--config", main, *version)
        self.assertEqual(late.read_bytes(), FIXED)
        self.katafix("check", "--config", main, *version, status=0)

    def test_the_same_file_as_a_file_is_alone(self):
        main, late = self.imports(containerd(flag="false"))
        report = self.json("check", main, status=0)
        self.assertEqual([file["path"] for file in report["files"]], [str(main)])
        late.unlink()
        self.json("check", "--containerd-version", "2.1", main, status=0)

    def test_below_a_root(self):
        main = self.write("node/srv/main.toml", b'imports = ["/srv/late.toml"]\n' + RUNC)
        self.write("node/srv/late.toml", KATA)
        self.write("node/etc/containerd/config.toml", KATA)
        report = self.json("check", "--root", "node", "--config", "/srv/main.toml",
                           "--containerd-version", "2.1", status=1)
        self.assertEqual([file["path"] for file in report["files"]], ["/srv/main.toml", "/srv/late.toml"])
        self.assertTrue(main.exists())

    def test_crio_with_its_directory(self):
        main = self.write("pool/crio.conf", crio("crun", "/usr/bin/crun"))
        late = self.write("pool/late/deep/50-kata", crio() + VM)
        config = ("--engine", "crio", "--config", main, "--config-dir", self.dir / "pool/late",
                  "--crio-version", "1.34")
        self.json("check", *config, status=1)
        self.apply(*config)
        self.assertIn(FLAG_TRUE, late.read_bytes())


class FileTest(harness.Case):
    """FILE: that file alone, whichever release is named."""

    def test_crio_reads_no_other_file_of_its_place(self):
        self.write("node/etc/crio/crio.conf", crio("vmpod") + VM)
        self.write("node/etc/crio/crio.conf.d/20-late", b"no TOML at all [")
        self.write("node/etc/crio/other", b"neither is this [")
        report = self.json("check", "--root", "node", "--crio-version", "1.30",
                           "/etc/crio/crio.conf", status=1)
        self.assertEqual([file["path"] for file in report["files"]], ["/etc/crio/crio.conf"])
        self.assertEqual(report["findings"], [])
        self.assertEqual([view["engine"] for view in report["effective"]], ["crio"])

    def test_the_engine_of_a_version_is_not_asked_of_another(self):
        file = self.write("50-vmpod", crio("vmpod") + VM)
        self.apply("--containerd-version", "1.7", "--crio-version", "1.30", file)
        self.assertIn(FLAG_TRUE, file.read_bytes())

    def test_standard_input_is_seen_by_the_release_as_a_file_is(self):
        file = self.write("c.toml", VERSION_3)
        for version, status in (("1.7", 2), ("2.1", 1)):
            of_file = self.json("check", "--containerd-version", version, file, status=status)
            piped = self.json("check", "--containerd-version", version, "-", stdin=VERSION_3,
                              status=status)
            self.assertEqual(self.codes(piped), self.codes(of_file))
            self.assertEqual(piped["effective"][0]["accepted"], status == 1)
        ran = self.katafix("apply", "--containerd-version", "1.7", "-", stdin=VERSION_3, status=2)
        self.assertEqual(ran.out, b"")
        ran = self.katafix("apply", "--containerd-version", "2.1", "-", stdin=VERSION_3, status=0)
        self.assertIn(FLAG_TRUE, ran.out)


class ReleaseTest(harness.Case):

    def test_only_some_patches_refuse_a_drop_in_of_a_higher_version(self):
        self.write("node/etc/containerd/config.toml",
                   b'version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n')
        self.write("node/etc/containerd/conf.d/50.toml", VERSION_3)
        for version, status in (("2.2", 1), ("2.3.0", 2), ("2.3.4", 2), ("2.3.5", 1), ("2.3", 1), ("2.4", 1)):
            with self.subTest(version):
                self.katafix("check", "--root", "node", "--containerd-version", version, status=status)
        self.katafix("apply", "--root", "node", "--containerd-version", "2.4.1", status=0)
        self.katafix("check", "--root", "node", "--containerd-version", "2.4", status=0)

    def test_one_that_is_not_known_yet(self):
        self.write("node/etc/containerd/config.toml", KATA)
        self.write("crio/etc/crio/crio.conf", crio("vmpod") + VM)
        for root, option, version in (("node", "--containerd-version", "2.9"),
                                      ("crio", "--crio-version", "1.99")):
            report = self.json("check", "--root", root, option, version, status=1)
            self.assertIn("newer-release", self.codes(report))
        # What the newest rules refuse, a newer release may take.
        self.write("node/etc/containerd/config.toml", FIXED.replace(b"version = 2", b"version = 9"))
        report = self.json("check", "--root", "node", "--containerd-version", "2.9", status=0)
        self.assertIn("newer-release", self.codes(report))
        self.json("check", "--root", "node", "--containerd-version", "2.3", status=2)

    def test_one_that_cannot_be(self):
        self.write("node/etc/containerd/config.toml", KATA)
        for option, version in (("--containerd-version", "abc"), ("--containerd-version", "9.9"),
                                ("--crio-version", "9.9"), ("--crio-version", "")):
            self.bad_usage("check", "--root", "node", option, version)


class NodeTest(harness.Case):

    def test_a_root_by_two_names_is_one(self):
        self.write("node/etc/containerd/config.toml", KATA)
        os.symlink("node", self.dir / "link")
        ran = self.katafix("apply", "--root", "node", "--root", "node/.", "--root", "link", status=0)
        self.assertEqual(ran.out.count(b'"changed":true,"run"'), 1, ran.out)
        self.assertNotIn(b"locked", ran.out + ran.err)
        self.assertEqual(len(list((self.dir / "node/var/lib/katafix/runs").iterdir())), 1)
        self.katafix("restore", "--root", "node", status=0)

    def test_crios_later_table_without_path_and_type_is_what_its_name_says(self):
        self.write("node/etc/crio/crio.conf", crio("runc") + VM)
        late = self.write("node/etc/crio/crio.conf.d/10-runc.conf",
                          b'[crio.runtime.runtimes.runc]\nruntime_root = "/run/runc"\n' + FLAG_FALSE + b"\n")
        before = late.read_bytes()
        ran = self.katafix("apply", "--root", "node", "--crio-version", "1.34")
        self.assertIn(ran.status, (0, 2))
        self.assertEqual(late.read_bytes(), before)

    def test_a_unit_whose_main_file_cannot_be_told(self):
        self.write("node/etc/containerd/config.toml", FIXED.replace(b"version = 2\n", b"version = 2\n"
                   + f'[{CRI}.runc]\n  runtime_type = "io.containerd.runc.v2"\n'.encode()))
        unit = "usr/lib/systemd/system/containerd.service"
        for command in ("/usr/bin/containerd --config ${NOWHERE}",
                        "/usr/bin/containerd --config $NOWHERE --log-level debug",
                        "/bin/sh -c 'exec /usr/bin/containerd --config \"$(cat /srv/name)\"'"):
            self.write("node/" + unit, f"[Service]\nExecStart={command}\n".encode())
            report = self.json("check", "--root", "node", status=0)
            self.assertIn("/" + unit, [finding["file"] for finding in report["findings"]
                                       if finding["severity"] == "warning"], command)

    def unit_of(self, text):
        """The messages about a node whose unit of containerd says this."""
        self.write("node/etc/containerd/config.toml", FIXED)
        self.write("node/usr/lib/systemd/system/containerd.service", f"[Service]\n{text}\n".encode())
        report = self.json("check", "--root", "node", status=0)
        return [finding["message"] for finding in report["findings"]
                if finding["file"] == "/usr/lib/systemd/system/containerd.service"]

    def test_a_unit_that_starts_nothing_is_none(self):
        for command in ("", "-", "@-", "\"\"", "$NOTHING", "${NOTHING"):
            self.assertEqual(self.unit_of("ExecStart=" + command), [], command)

    def test_a_unit_that_would_take_all_memory_is_told_of(self):
        value = "x" * 300_000
        for text in ("ExecStart=/usr/bin/containerd " + "${A}" * 100_000,
                     "ExecStart=/usr/bin/containerd " + "$A " * 100_000):
            messages = self.unit_of(f"Environment=A={value}\n{text}")
            self.assertEqual(len(messages), 1)
            self.assertIn("with its variables its command is larger than 1 MiB", messages[0])
        (message,) = self.unit_of("ExecStart=/usr/bin/containerd " + "a" * (1 << 20))
        self.assertIn("with it the unit's files are larger than 1 MiB", message)
        (message,) = self.unit_of("EnvironmentFile=/etc/default/containerd\n" * 65
                                  + "ExecStart=/usr/bin/containerd")
        self.assertIn("more than 64 environment files", message)
        self.assertEqual(self.unit_of("ExecStart=/usr/bin/containerd " + "${" * 500_000), [])


if __name__ == "__main__":
    harness.main()
