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

- name: Stop where it does
  ansible.builtin.assert:
    that: not kata.needs_fix
"""

RETURN = r"""
needs_fix:
  description: Would M(katafix.katafix.katafix) change a file?
  returned: always
  type: bool
restart:
  description: The systemd units to restart after a fix.
  returned: always
  type: list
  elements: str
  sample: [containerd]
handlers:
  description:
    - One entry for each place that defines a handler, as in the report of C(katafix --json).
  returned: always
  type: list
  elements: dict
effective:
  description:
    - What each engine generation sees in the files, as in the report of C(katafix --json).
  returned: always
  type: list
  elements: dict
findings:
  description:
    - Errors, warnings and notes, as in the report of C(katafix --json). Warnings are shown as such.
    - C(restart-needed) is an engine that runs since before its config last changed.
  returned: always
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
    of_severity,
)

# Exit statuses of katafix.
RIGHT = 0
NEEDS_FIX = 1


def main():
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    katafix = Katafix(module)
    rc, report, err = katafix.report("check")
    result = dict((key, report[key]) for key in ("restart", "handlers", "effective", "findings"))
    result.update(needs_fix=report["changed"], version=katafix.version)
    if rc not in (RIGHT, NEEDS_FIX):
        module.fail_json(msg="; ".join(of_severity(report, "error")), rc=rc, stderr=err, **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
