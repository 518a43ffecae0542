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
REFUSED = f'[[{CRI}.kata-many]]\nruntime_type = "io.containerd.kata.v2"\n'
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
        self.assertEqual(run(program, input=FIXED), FIXED)
        self.assert_refuses(program, "[plugins\n", "standard input:1:9: error: ", "[invalid-toml]")
        # One handler that could be fixed does not make the other one so.
        self.assert_refuses(program, CONFIG + REFUSED, "standard input:4:59: error: ", "[refused]")

    def assert_refuses(self, program, config, *words):
        done = subprocess.run([program], input=config, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        for word in words:
            self.assertIn(word, done.stderr)

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

    def test_the_page_of_the_api_has_every_public_header(self):
        page, = self.prefix.glob("share/doc/**/API.md")
        text = page.read_text(encoding="utf-8")
        for header in self.prefix.glob("include/katafix/**/*.hpp"):
            self.assertIn(f"## `<{header.relative_to(self.prefix / 'include')}>`\n", text)
        self.assertIn("[[nodiscard]] Fix fix(const Document& document, const Handlers& handlers,", text)
        self.assertNotIn("#include", text)
        self.assertNotIn("private:", text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    options, rest = parser.parse_known_args()
    BUILD = options.build
    unittest.main(argv=[sys.argv[0], "-v", *rest])
