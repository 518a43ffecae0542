#!/usr/bin/env bash
# All compiles with clang without a warning, and the tests of units and of the command run under its sanitizers.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need_sanitizers

show cmake --preset asan
show cmake --build --preset asan
show ctest --preset asan --no-tests=error -L 'unit|cli'
