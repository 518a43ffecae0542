# -*- coding: utf-8 -*-
# SPDX-License-Identifier: Apache-2.0

from __future__ import absolute_import, division, print_function
__metaclass__ = type


class ModuleDocFragment(object):
    """What to look at, and by which rules: the options of both modules."""

    DOCUMENTATION = r"""
options:
  files:
    description:
      - Files to look at, each by itself. Below I(root) where that is given.
      - Without any, all that the node's engines load, as they load it.
    type: list
    elements: path
    default: []
  root:
    description:
      - Work on the node below this directory, such as an image or a mounted disk.
    type: path
  engine:
    description:
      - Look at this engine alone.
    type: str
    choices: [containerd, crio]
  containerd_version:
    description:
      - What this release of containerd makes of the files, as C(2.1) or C(1.7.24). By default the
        one that is installed.
    type: str
  crio_version:
    description:
      - What this release of CRI-O makes of the files, as C(1.30). By default the one that is
        installed.
    type: str
  data_dir:
    description:
      - Where k3s or rke2 keeps its data.
    type: path
  handler:
    description:
      - Take handlers of these names (globs) for Kata.
    type: list
    elements: str
    default: []
  skip:
    description:
      - Leave handlers of these names (globs) alone.
    type: list
    elements: str
    default: []
  require_kata:
    description:
      - Fail when there is no Kata handler at all.
    type: bool
    default: false
  strict:
    description:
      - Take every warning for trouble.
    type: bool
    default: false
  policy:
    description:
      - Another policy than the node's C(/etc/katafix.toml), or C(none).
    type: path
  executable:
    description:
      - The katafix to run, by name (it is looked for in C(PATH)) or by path.
    type: path
    default: katafix
notes:
  - The node's policy, C(/etc/katafix.toml) (below I(root)), is heeded, as the command reads it by
    itself. What a task gives is added to it.
requirements:
  - katafix 0.1.0 or newer on the managed node
"""
