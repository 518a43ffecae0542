#!/usr/bin/env python3
"""A program of somebody else's builds against the installed library, by CMake and by pkg-config."""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CRI = 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes'
CONFIG = f'version = 2\n[{CRI}.kata]\n  runtime_type = "io.containerd.kata.v2"  # VM\n'
FIXED = CONFIG + "  privileged_without_host_devices = true\n"


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


class LibraryTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        installed = cls.dir / "installed"
        run("cmake", "--install", BUILD, "--component", "devel", "--prefix", installed)
        # What works only where it was installed first is no package.
        cls.prefix = cls.dir / "moved"
        installed.rename(cls.prefix)

    def assert_fixes(self, program):
        self.assertEqual(run(program, input=CONFIG), FIXED)

    def test_cmake_finds_it(self):
        build = self.dir / "build"
        run("cmake", "-G", "Ninja", "-S", HERE / "consumer", "-B", build,
            f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        self.assert_fixes(build / "consumer")

    @unittest.skipUnless(shutil.which("pkg-config"), "pkg-config is not installed")
    def test_pkg_config_finds_it(self):
        pc = next(self.prefix.glob("**/katafix.pc"))
        environment = {"PKG_CONFIG_PATH": str(pc.parent), "PATH": "/usr/bin:/bin"}
        flags = run("pkg-config", "--cflags", "--libs", "katafix", env=environment).split()
        program = self.dir / "consumer"
        run("g++", HERE / "consumer/consumer.cpp", "-o", program, *flags)
        self.assert_fixes(program)

    def test_every_header_stands_alone(self):
        headers = sorted((self.prefix / "include").glob("katafix/**/*.hpp"))
        self.assertGreater(len(headers), 5)
        text = "".join(f'#include "{header.relative_to(self.prefix / "include")}"\n'
                       for header in reversed(headers))
        run("g++", "-std=c++20", "-fsyntax-only", "-I", self.prefix / "include", "-x", "c++", "-",
            input=text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    options, rest = parser.parse_known_args()
    BUILD = options.build
    unittest.main(argv=[sys.argv[0], "-v", *rest])
