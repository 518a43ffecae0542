#!/usr/bin/env bash
# coverage.sh BUILD: runs the tests of a coverage build, prints line and branch coverage of src/, and
# fails when less than 95 % of the lines of fix or store were run.
source "$(dirname "${BASH_SOURCE[0]}")/gate/common.sh"
need gcovr

build=$1
wanted=95
find "$build" -name '*.gcda' -delete
# The enumerated crashes take long without optimisation, and run nothing that others do not.
if ! { "$build/tests/unit/katafix_unit_tests" '~[crash]~[mutant]' &&
  ctest --test-dir "$build" --parallel "$(nproc)" --output-on-failure -L 'fixture|tree|cli'; } \
  >"$build/coverage.log"; then
  tail -n 40 "$build/coverage.log"
  exit 1
fi
gcovr --root . --object-directory "$build" --filter 'src/' --exclude-throw-branches --json "$build/coverage.json"
gcovr --add-tracefile "$build/coverage.json" --branches --txt - --print-summary
for module in fix store; do
  echo "src/$module, of which $wanted % of the lines are wanted:"
  gcovr --add-tracefile "$build/coverage.json" --filter "src/$module/" --print-summary \
    --fail-under-line "$wanted" --txt "$build/coverage.txt"
done
