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

# Ends the gate as skipped where clang is missing, or what the asan preset links with.
need_sanitizers() {
  need clang clang++
  local probe
  probe=$(mktemp -d)
  echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' >"$probe/probe.cpp"
  if ! clang++ -fsanitize=fuzzer,address,undefined "$probe/probe.cpp" -o "$probe/probe" 2>"$probe/errors"; then
    echo "skipped: clang has no runtime for fuzzing (libclang-rt-dev): $(head -n 1 "$probe/errors")"
    rm -rf "$probe"
    exit 77
  fi
  rm -rf "$probe"
}
