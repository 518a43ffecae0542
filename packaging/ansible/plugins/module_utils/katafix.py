# SPDX-License-Identifier: Apache-2.0
"""Running katafix on the managed node: its options, the call, and the report that comes back."""

from __future__ import absolute_import, division, print_function
__metaclass__ = type

import json
import os
import re

OLDEST = (0, 1, 0)  # the first release that prints a report of this schema
SCHEMA = 2

# Parameters that are no options of the command, and those that restore has too.
NOT_OPTIONS = ("executable", "files", "state")
OF_RESTORE = ("root", "backup_dir")
# So many errors are told on failure; the command itself tells the rest.
MOST_ERRORS = 5


def argument_spec(**more):
    """The parameters that both modules have, and more."""
    spec = dict(
        files=dict(type="list", elements="path", default=[]),
        root=dict(type="path"),
        engine=dict(type="str", choices=["containerd", "crio"]),
        containerd_version=dict(type="str"),
        crio_version=dict(type="str"),
        data_dir=dict(type="path"),
        handler=dict(type="list", elements="str", default=[]),
        skip=dict(type="list", elements="str", default=[]),
        require_kata=dict(type="bool", default=False),
        strict=dict(type="bool", default=False),
        policy=dict(type="path"),
        executable=dict(type="path", default="katafix"),
    )
    spec.update(more)
    return spec


def options(params, names):
    """Parameters of these names as words of the command line."""
    words = []
    for name in sorted(names):
        option, value = "--" + name.replace("_", "-"), params[name]
        if isinstance(value, bool):
            words.extend([option] if value else [])
        elif value is not None:
            values = value if isinstance(value, list) else [value]
            words.extend("%s=%s" % (option, one) for one in values)
    return words


def in_words(finding):
    """A finding as katafix itself says it, on one line."""
    place = [finding[key] for key in ("file", "line", "column") if finding[key] is not None]
    text = ":".join(str(part) for part in place or ["katafix"])
    text += ": %s [%s]" % (finding["message"], finding["code"])
    return text + (": " + finding["advice"] if finding["advice"] else "")


def of_severity(report, severity):
    return [in_words(finding) for finding in report["findings"]
            if finding["severity"] == severity]


def failure(report):
    """The errors of a report, in a few lines."""
    errors = of_severity(report, "error")
    if len(errors) > MOST_ERRORS:
        errors[MOST_ERRORS:] = ["and %d more: katafix check shows them" % (len(errors) - MOST_ERRORS)]
    return "\n".join(errors)


class Katafix(object):
    """The katafix that is installed. Fails the module where there is none that is new enough."""

    def __init__(self, module):
        self.module = module
        self.executable = self._find(module.params["executable"])
        self.version = self._version()

    def _find(self, name):
        found = self.module.get_bin_path(name)
        if not found:
            trouble = "is not executable" if os.path.exists(name) else "is not installed"
            self.module.fail_json(msg="%s %s on this host: install katafix there, or name it with "
                                      "executable" % (name, trouble))
        return found

    def _run(self, *words):
        try:
            return self.module.run_command([self.executable] + list(words),
                                           handle_exceptions=False)
        except (IOError, OSError) as error:
            return self.module.fail_json(msg="%s cannot be run on this host: %s"
                                             % (self.executable, error.strerror))

    def _version(self):
        rc, out, err = self._run("--version")
        found = re.match(r"katafix ((\d+)\.(\d+)\.(\d+)\S*)", out)
        if rc != 0 or not found:
            self.module.fail_json(msg="%s is not katafix: it does not print a version"
                                      % self.executable, rc=rc, stdout=out, stderr=err)
        if tuple(int(part) for part in found.groups()[1:]) < OLDEST:
            self.module.fail_json(msg="%s is katafix %s, which is too old: this collection needs "
                                      "%s or newer" % (self.executable, found.group(1),
                                                       ".".join(str(part) for part in OLDEST)))
        return found.group(1)

    def report(self, command, *words):
        """Runs a command: its exit status and its report. Warnings are passed on."""
        params = self.module.params
        if "-" in params["files"]:
            self.module.fail_json(msg="files: - would be standard input, which a task has not: "
                                      "name files of the host")
        if command == "restore":
            words, files = list(words) + options(params, OF_RESTORE), []
        else:
            words = list(words) + options(params, set(params) - set(NOT_OPTIONS))
            files = params["files"]
        rc, out, err = self._run(*([command, "--json", "--color=never"] + words + ["--"] + files))
        try:
            report = json.loads(out)
        except ValueError:
            self.module.fail_json(msg="katafix printed no report: %s" % err.strip(), rc=rc,
                                  stdout=out, stderr=err)
        if report.get("schema") != SCHEMA:
            self.module.fail_json(msg="katafix %s prints reports of schema %s, and this collection "
                                      "reads schema %s: update the collection"
                                      % (self.version, report.get("schema"), SCHEMA))
        for warning in of_severity(report, "warning"):
            self.module.warn(warning)
        return rc, report
