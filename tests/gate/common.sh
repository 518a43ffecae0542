# shellcheck shell=bash
# What the gates share. They are run with the root of the source as working directory.
set -euo pipefail

# show COMMAND...: prints and runs it.
show() {
  echo "+ $*"
  "$@"
}

# need PROGRAM...: ends the gate as skipped when one is missing.
need() {
  local program
  for program in "$@"; do
    if ! command -v "$program" >/dev/null; then
      echo "skipped: $program is not installed"
      exit 77
    fi
  done
}
