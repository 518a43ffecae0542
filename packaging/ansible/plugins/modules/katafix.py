#!/usr/bin/python
# -*- coding: utf-8 -*-
# SPDX-License-Identifier: Apache-2.0

from __future__ import absolute_import, division, print_function
__metaclass__ = type

DOCUMENTATION = r"""
---
module: katafix
short_description: Set privileged_without_host_devices for Kata handlers
version_added: 1.0.0
description:
  - Finds the Kata Containers runtime handlers in the configs of containerd and CRI-O, and sets
    C(privileged_without_host_devices = true) there and nowhere else.
  - Runs C(katafix apply) on the managed node, where it must be installed; in check mode,
    C(katafix apply --dry-run).
  - All files are changed or none is. The originals are kept on the managed node, and
    C(state=restored) brings them back.
  - Restarts nothing unless I(restart) says so. C(restart) in what it returns names the units, for a
    handler.
author:
  - The katafix authors (@katafix)
extends_documentation_fragment:
  - katafix.katafix.katafix
options:
  state:
    description:
      - C(fixed) is the flag at all Kata handlers. C(restored) is what the node had before; it undoes
        every run that is not undone yet, the newest first, and takes I(root), I(backup_dir) and
        I(executable) alone. Check mode looks at the newest.
      - A file that was changed since is not overwritten. Then the task fails.
    type: str
    choices: [fixed, restored]
    default: fixed
  restart:
    description:
      - Restart the engines whose config was changed, by C(katafix apply --restart). The task fails
        when that does not end well. In check mode nothing is restarted.
    type: bool
    default: false
  in_place:
    description:
      - Overwrite files that cannot be replaced, such as single bind mounts and hard links.
    type: bool
    default: false
  backup_dir:
    description:
      - Where the originals are kept. The command's default is C(/var/lib/katafix) below the root.
    type: path
  keep:
    description:
      - How many runs can be undone. The command's default is 20.
    type: int
  validate:
    description:
      - A command to run on a copy of what the engine loads before anything is replaced, in check
        mode too. C(%s) is the main file there. Without a shell.
      - When it fails, nothing is written and the task fails.
    type: str
attributes:
  check_mode:
    description: Can run in check mode and say what would change.
    support: full
  diff_mode:
    description: Returns what is changed, or would be, as a unified diff of each file.
    support: full
  platform:
    description: Target systems.
    platforms: linux
    support: full
seealso:
  - module: katafix.katafix.katafix_info
"""

EXAMPLES = r"""
- name: Set the flag of the Kata handlers
  katafix.katafix.katafix:
  notify: Restart the engine

- name: Let containerd itself look at the new config before it is installed
  katafix.katafix.katafix:
    engine: containerd
    validate: containerd --config %s config dump

- name: Fix an image that is mounted below /mnt
  katafix.katafix.katafix:
    root: /mnt
    containerd_version: "2.1"
    require_kata: true

- name: Bring back what was there before
  katafix.katafix.katafix:
    state: restored

- name: Take a handler with a name of its own for Kata
  katafix.katafix.katafix:
    handler:
      - sandboxed-*
    skip:
      - sandboxed-old
"""

RETURN = r"""
run:
  description: The run, which C(katafix restore) takes; null when no file was touched.
  returned: always
  type: str
  sample: 20261124T090000.000000Z
backup_file:
  description: The original of the first file that was changed.
  returned: when a file was changed
  type: str
  sample: /var/lib/katafix/runs/20261124T090000.000000Z/0.orig
files:
  description: Every file that was looked at.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The file, below the root where there is one.
      type: str
    engine:
      description: The engine that loads it.
      type: str
    role:
      description: What it is on the node, such as C(main), C(import) or C(drop-in).
      type: str
    changed:
      description: Was it changed, or would it be?
      type: bool
    backup:
      description: The original; null when it was not changed.
      type: str
diff:
  description: What was changed, or would be.
  returned: in diff mode
  type: list
  elements: dict
  contains:
    before_header:
      description: The file.
      type: str
    after_header:
      description: The file.
      type: str
    prepared:
      description: The unified diff, which C(patch -p1 -d /) takes.
      type: str
restart:
  description: The systemd units to restart for the change to take effect. A reload is not enough.
  returned: always
  type: list
  elements: str
  sample: [containerd]
handlers:
  description:
    - One entry for each place that defines a handler, as in the report of C(katafix --json).
  returned: success
  type: list
  elements: dict
  sample:
    - engine: containerd
      name: kata
      file: /etc/containerd/config.toml
      line: 4
      kata: true
      evidence:
        rule: shim-type
        key: runtime_type
        value: io.containerd.kata.v2
        line: 5
      flag_before: absent
      action: insert
      reason: null
effective:
  description:
    - What each engine generation saw in the files as they were found, as in the report of
      C(katafix --json).
  returned: success
  type: list
  elements: dict
findings:
  description:
    - Warnings and notes. Warnings are shown as such.
    - With an error the task fails instead, and its message has the place, the cause and the advice
      of the first ones.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: A stable name to match on.
      type: str
    severity:
      description: C(error), C(warning) or C(info).
      type: str
    file:
      description: The file, or null.
      type: str
    line:
      description: The line, or null.
      type: int
    column:
      description: The column, or null.
      type: int
    message:
      description: The cause.
      type: str
    advice:
      description: What to do, or null.
      type: str
version:
  description: The katafix that was run.
  returned: always
  type: str
  sample: 0.1.0
rc:
  description: The exit status of katafix. 2 is trouble before, and 3 after a file was replaced.
  returned: on failure
  type: int
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.katafix.katafix.plugins.module_utils.katafix import (
    Katafix,
    argument_spec,
    failure,
)

# Exit statuses of katafix.
NOTHING_WRITTEN = 2
MAYBE_WRITTEN = 3


def outcome(rc, report, version):
    """What the module returns on failure, too."""
    backups = [file["backup"] for file in report["files"] if file["backup"]]
    result = dict(changed=report["changed"] and rc != NOTHING_WRITTEN, version=version,
                  run=report["run"], restart=report["restart"])
    if backups:
        result["backup_file"] = backups[0]
    return result


def details(report):
    result = dict((key, report[key]) for key in ("handlers", "effective", "findings"))
    result["files"] = [dict((key, file[key]) for key in file if key != "diff")
                       for file in report["files"]]
    return result


def diffs(report):
    return [dict(before_header=file["path"], after_header=file["path"], prepared=file["diff"])
            for file in report["files"] if file["diff"]]


def run(module, katafix):
    """Runs katafix once: its report. Fails the module in trouble."""
    restored = module.params["state"] == "restored"
    words = ["--dry-run" if module.check_mode else "--diff"]
    if module.check_mode:
        module.params["restart"] = False
    rc, report = katafix.report("restore" if restored else "apply", *words)
    if rc >= NOTHING_WRITTEN:
        state = "Files may have been changed: " if rc == MAYBE_WRITTEN else "Nothing was written: "
        module.fail_json(msg=state + failure(report), rc=rc, **outcome(rc, report, katafix.version))
    return report


def undo_the_rest(module, katafix, report):
    """Adds to the report of a restore what the runs before that one have to say."""
    earlier = report
    while earlier["changed"] and not module.check_mode:
        earlier = run(module, katafix)
        for key in ("files", "findings"):
            report[key] += earlier[key]
        report["restart"] += [unit for unit in earlier["restart"] if unit not in report["restart"]]


def main():
    module = AnsibleModule(
        argument_spec=argument_spec(
            state=dict(type="str", choices=["fixed", "restored"], default="fixed"),
            restart=dict(type="bool", default=False),
            in_place=dict(type="bool", default=False),
            backup_dir=dict(type="path"),
            keep=dict(type="int"),
            validate=dict(type="str"),
        ),
        supports_check_mode=True,
    )
    katafix = Katafix(module)
    report = run(module, katafix)
    if module.params["state"] == "restored":
        undo_the_rest(module, katafix, report)
    result = outcome(0, report, katafix.version)
    result.update(details(report))
    if module._diff:
        result["diff"] = diffs(report)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
