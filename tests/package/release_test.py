#!/usr/bin/env python3
"""What packaging/release makes: a tarball, an SBOM that is true, and the same bytes when it is made
again in another place, from files of another time, by somebody with other habits."""

import datetime
import email.utils
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import urllib.parse

from main_job import PROJECT

# The changelog has the time of the release; neither git nor the environment is asked.
RELEASED = re.search(r"^ -- .*>  (.*)$",
                     (PROJECT / "packaging/debian/changelog.in").read_text(encoding="utf-8"), re.M)[1]
EPOCH = int(email.utils.parsedate_to_datetime(RELEASED).timestamp())
SKIPPED = 77
GCC_LICENCE = "GPL-3.0-or-later WITH GCC-exception-3.1"
GCC_VERSION = "__GNUC__.__GNUC_MINOR__.__GNUC_PATCHLEVEL__"
# How each one tells its version to who includes it.
INCLUDED = {
    "cxxopts": ("cxxopts.hpp", "CXXOPTS__VERSION_MAJOR.CXXOPTS__VERSION_MINOR."
                "CXXOPTS__VERSION_PATCH", "MIT"),
    "fmt": ("fmt/core.h", "FMT_VERSION", "MIT"),
    "glibc": ("features.h", "__GLIBC__.__GLIBC_MINOR__", "LGPL-2.1-or-later"),
    "libgcc": ("features.h", GCC_VERSION, GCC_LICENCE),
    "libstdc++": ("features.h", GCC_VERSION, GCC_LICENCE),
    "nlohmann-json": ("nlohmann/json.hpp", "NLOHMANN_JSON_VERSION_MAJOR."
                      "NLOHMANN_JSON_VERSION_MINOR.NLOHMANN_JSON_VERSION_PATCH", "MIT"),
    "nghttp2": ("nghttp2/nghttp2.h", "NGHTTP2_VERSION", "MIT"),
    "spdlog": ("spdlog/version.h", "SPDLOG_VER_MAJOR.SPDLOG_VER_MINOR.SPDLOG_VER_PATCH", "MIT"),
    "toml++": ("toml++/toml.h", "TOML_LIB_MAJOR.TOML_LIB_MINOR.TOML_LIB_PATCH", "MIT"),
}
# How Debian's copyright files call the licences.
IN_COPYRIGHT = {
    "MIT": "License: Expat",
    "LGPL-2.1-or-later": r"GNU Lesser General Public License as published by the Free Software "
                         r"Foundation; either version 2.1 of the License, or \(at your option\)",
    GCC_LICENCE: r"GNU General Public License \(v3 or later\) with version 3.1 of the GCC Runtime "
                 "Library Exception",
}
SPDX_PACKAGE = {"SPDXID", "name", "versionInfo", "downloadLocation", "filesAnalyzed",
                "licenseConcluded", "licenseDeclared", "copyrightText"}


def included_version(header, macros):
    """What the compiler makes of these macros."""
    source = f"#include <{header}>\nversion {macros.replace('.', ' ')}\n"
    text = subprocess.run(["g++", "-std=c++20", "-E", "-P", "-x", "c++", "-"], input=source,
                          text=True, capture_output=True, check=True).stdout
    numbers = text.split("version ")[-1].split()
    if macros == "FMT_VERSION":
        number = int(numbers[0])
        numbers = [number // 10000, number // 100 % 100, number % 100]
    return ".".join(map(str, numbers)).strip('"')


def make_release(source, to, **environment):
    environment = {**os.environ, **environment}
    environment.pop("SOURCE_DATE_EPOCH", None)
    made = subprocess.run([source / "packaging/release", "--to", to], text=True, check=False,
                          capture_output=True, env=environment)
    if made.returncode != 0:
        raise AssertionError(made.stdout + made.stderr)
    return {path.name: path for path in to.iterdir()}


def as_git_does(source, target):
    """Copies a file as it is in a fresh clone: of now, and of the umask's mode."""
    shutil.copyfile(source, target)
    if os.access(source, os.X_OK):
        os.chmod(target, 0o700)


def setUpModule():
    global DIRECTORY, MADE, STEM, TARBALL, SBOM
    DIRECTORY = pathlib.Path(tempfile.mkdtemp(prefix="katafix-test-"))
    unittest.addModuleCleanup(shutil.rmtree, DIRECTORY)
    MADE = make_release(PROJECT, DIRECTORY / "dist")
    STEM, = (name.removesuffix(".tar.gz") for name in MADE if name.endswith(".tar.gz"))
    TARBALL = MADE[f"{STEM}.tar.gz"]
    SBOM = json.loads(MADE[f"{STEM}.spdx.json"].read_text(encoding="utf-8"))


class TarballTest(unittest.TestCase):

    def test_the_sums_are_those_of_all_files(self):
        self.assertEqual(sorted(pathlib.Path(name).suffix for name in MADE),
                         ["", *[".deb"] * 3, ".gz", ".json", *[".rpm"] * 3])
        sums = MADE["SHA256SUMS"].read_text(encoding="utf-8")
        self.assertEqual(len(sums.splitlines()), len(MADE) - 1)
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet"], cwd=DIRECTORY / "dist",
                       input=sums, text=True, check=True)
        for name in sorted(MADE):
            print(f"{name}: {MADE[name].stat().st_size:,} bytes")

    def test_it_has_all_that_belongs_to_the_command(self):
        with tarfile.open(TARBALL) as tar:
            members = {member.name.removeprefix(f"{STEM}/"): member for member in tar}
        for name in ("bin/katafix", "lib/systemd/system/katafix.service",
                     "share/bash-completion/completions/katafix",
                     "share/doc/katafix/LICENSE", "share/doc/katafix/README.md",
                     "share/doc/katafix/katafix.spdx.json",
                     "share/fish/vendor_completions.d/katafix.fish",
                     "share/katafix/schema/report-2.json", "share/katafix/schema/summary-1.json",
                     "share/man/man1/katafix.1.gz", "share/man/man5/katafix.5.gz",
                     "share/man/man8/katafix.service.8.gz",
                     "share/zsh/site-functions/_katafix"):
            self.assertIn(name, members)
        for name, member in members.items():
            executable = name == "bin/katafix" or member.isdir()
            self.assertEqual((name, oct(member.mode), member.uid, member.gid, member.mtime),
                             (name, oct(0o755 if executable else 0o644), 0, 0, EPOCH))

    def test_it_has_the_same_sbom(self):
        with tarfile.open(TARBALL) as tar:
            inner = tar.extractfile(f"{STEM}/share/doc/katafix/katafix.spdx.json").read()
        self.assertEqual(inner, MADE[f"{STEM}.spdx.json"].read_bytes())


class SbomTest(unittest.TestCase):

    def test_it_is_spdx_2_3(self):
        self.assertEqual((SBOM["spdxVersion"], SBOM["dataLicense"], SBOM["SPDXID"], SBOM["name"]),
                         ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT", STEM))
        self.assertRegex(SBOM["documentNamespace"], r"^https://[^#]+$")
        self.assertEqual(SBOM["creationInfo"]["created"], f"{datetime.datetime.fromtimestamp(EPOCH, datetime.UTC):%Y-%m-%dT%H:%M:%SZ}")
        self.assertRegex(SBOM["creationInfo"]["creators"][0], "^Tool: ")
        identifiers = [package["SPDXID"] for package in SBOM["packages"]]
        self.assertEqual(len(identifiers), len(set(identifiers)))
        for package in SBOM["packages"]:
            self.assertRegex(package["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")
            self.assertLessEqual(SPDX_PACKAGE, set(package))

    def test_it_names_what_is_compiled_in(self):
        parts = {package["name"]: package for package in SBOM["packages"]
                 if package["name"] != "katafix"}
        self.assertEqual(sorted(parts), sorted(INCLUDED))
        for name, (header, macros, licence) in INCLUDED.items():
            package = parts[name]
            version = included_version(header, macros)
            self.assertEqual((name, package["versionInfo"], package["licenseConcluded"]),
                             (name, version, licence))
            self.check_origin(package["externalRefs"][0]["referenceLocator"], licence)
            print(f"SBOM: {name} {version}, {licence}")

    def check_origin(self, purl, licence):
        name, version, arch = re.fullmatch(r"pkg:deb/debian/(.*)@(.*)\?arch=(.*)", purl).groups()
        name, version = urllib.parse.unquote(name), urllib.parse.unquote(version)
        installed = output("dpkg-query", "--show", "--showformat=${Version} ${Architecture}\n",
                           name)
        self.assertIn(f"{version} {arch}", installed.splitlines())
        text = pathlib.Path("/usr/share/doc", name, "copyright").read_text(encoding="utf-8")
        self.assertTrue(re.search(IN_COPYRIGHT[licence], " ".join(text.split())), (name, licence))

    def test_it_is_of_this_executable(self):
        katafix, = (package for package in SBOM["packages"] if package["name"] == "katafix")
        with tarfile.open(TARBALL) as tar:
            executable = tar.extractfile(f"{STEM}/{katafix['packageFileName']}").read()
        self.assertEqual(katafix["checksums"], [
            {"algorithm": "SHA256", "checksumValue": hashlib.sha256(executable).hexdigest()}])
        self.assertEqual(katafix["licenseConcluded"], "Apache-2.0")
        self.assertIn(f"katafix-{katafix['versionInfo']}-linux-", STEM)

    def test_everything_is_linked_into_katafix(self):
        related = {(each["spdxElementId"], each["relationshipType"], each["relatedSpdxElement"])
                   for each in SBOM["relationships"]}
        parts = {package["SPDXID"] for package in SBOM["packages"]} - {"SPDXRef-katafix"}
        self.assertEqual(related, {("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-katafix")}
                         | {("SPDXRef-katafix", "STATIC_LINK", part) for part in parts})


class ReproducibleTest(unittest.TestCase):

    def test_the_same_bytes_in_another_place_and_time_and_without_git(self):
        usual = os.umask(0o077)
        self.addCleanup(os.umask, usual)
        source = DIRECTORY / "somewhere else"
        shutil.copytree(PROJECT, source, symlinks=True, copy_function=as_git_does,
                        ignore=shutil.ignore_patterns("build", ".git"))
        again = make_release(source, DIRECTORY / "again", TZ="Pacific/Auckland", LC_ALL="C.UTF-8",
                             HOME="/nonexistent", CCACHE_DISABLE="1")
        self.assertEqual(sorted(again), sorted(MADE))
        different = [name for name in again if again[name].read_bytes() != MADE[name].read_bytes()]
        if different:
            self.fail(f"{different} differ\n" + differences(PROJECT, source))
        print(f"built twice, in two places: all {len(again)} files have the same bytes")


def differences(one, other):
    """Which sections of the two executables differ, and the first bytes that do."""
    katafix = [str(source / "build/release/katafix") for source in (one, other)]
    told = []
    headers = output("readelf", "--section-headers", "--wide", katafix[0])
    for section in re.findall(r"\] (\S+)", headers):
        dumps = [output("readelf", f"--hex-dump={section}", file) for file in katafix]
        if dumps[0] != dumps[1]:
            told.append(f"section {section}")
    return "\n".join(told) + "\n" + output("sh", "-c", 'cmp -bl "$0" "$1" | head -n 20', *katafix)


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False,
                          errors="replace").stdout


if __name__ == "__main__":
    for program in ("g++", "ninja", "dpkg-query", "rpmbuild"):
        if not shutil.which(program):
            print(f"skipped: {program} is not installed")
            sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
