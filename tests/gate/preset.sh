#!/usr/bin/env bash
# preset.sh PRESET LABELS: builds with another preset, and runs the tests of these labels there.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need clang clang++

show cmake --preset "$1"
show cmake --build --preset "$1"
show ctest --preset "$1" --no-tests=error -L "$2"
