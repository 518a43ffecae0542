#!/usr/bin/env bash
# show.sh FILE COMMAND...: runs a test, and keeps its standard output in FILE for tests/run to show:
# ctest shows no output of tests that pass.
set -o pipefail

file=$1
shift
mkdir -p "$(dirname "$file")"
"$@" | tee "$file"
