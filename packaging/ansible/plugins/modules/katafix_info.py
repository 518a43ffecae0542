#!/usr/bin/python
# -*- coding: utf-8 -*-
# SPDX-License-Identifier: Apache-2.0

from __future__ import absolute_import, division, print_function
__metaclass__ = type

DOCUMENTATION = r"""
---
module: katafix_info
short_description: See whether Kata handlers need privileged_without_host_devices
version_added: 1.0.0
description:
  - Runs C(katafix check) on the managed node, where it must be installed. Never changes anything.
  - A handler that needs the flag is no failure. A config that cannot be read, is not valid or cannot
    be fixed is one, since nothing true can be said of its handlers then.
author:
  - The katafix authors (@katafix)
extends_documentation_fragment:
  - katafix.katafix.katafix
attributes:
  check_mode:
    description: Never changes anything.
    support: full
  diff_mode:
    description: Changes nothing that could be shown.
    support: N/A
  platform:
    description: Target systems.
    platforms: linux
    support: full
seealso:
  - module: katafix.katafix.katafix
"""

EXAMPLES = r"""
- name: See whether the node needs the flag
  katafix.katafix.katafix_info:
  register: kata

- name: Stop where it does, or runs with an older config
  ansible.builtin.assert:
    that: not kata.needs_fix and not kata.needs_restart
"""

RETURN = r"""
needs_fix:
  description: Would M(katafix.katafix.katafix) change a file?
  returned: success
  type: bool
needs_restart:
  description: Does an engine run since before its config was right, or last changed?
  returned: success
  type: bool
restart:
  description: The systemd units to restart, now or after a fix.
  returned: success
  type: list
  elements: str
  sample: [containerd]
handlers:
  description:
    - One entry for each place that defines a handler, as in the report of C(katafix --json).
  returned: success
  type: list
  elements: dict
effective:
  description:
    - What each engine generation sees in the files, as in the report of C(katafix --json).
  returned: success
  type: list
  elements: dict
running:
  description:
    - What the running engines say of their handlers, as in the report of C(katafix --json).
  returned: success
  type: list
  elements: dict
findings:
  description:
    - Errors, warnings and notes, as in the report of C(katafix --json). Warnings are shown as such.
  returned: success
  type: list
  elements: dict
version:
  description: The katafix that was run.
  returned: always
  type: str
  sample: 0.1.0
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.katafix.katafix.plugins.module_utils.katafix import (
    Katafix,
    argument_spec,
    failure,
)

# Exit statuses of katafix.
RIGHT = 0
NEEDS_FIX = 1
# An engine that runs with something else than its files say.
STALE = ("restart-needed", "not-in-effect")


def main():
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    katafix = Katafix(module)
    rc, report = katafix.report("check")
    if rc not in (RIGHT, NEEDS_FIX):
        module.fail_json(msg=failure(report), rc=rc, version=katafix.version)
    told = ("restart", "handlers", "effective", "running", "findings")
    result = dict((key, report[key]) for key in told)
    stale = any(finding["code"] in STALE for finding in report["findings"])
    result.update(needs_fix=report["changed"], needs_restart=stale, version=katafix.version)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
