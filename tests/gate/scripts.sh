#!/usr/bin/env bash
# The shell scripts: shellcheck where it is installed, otherwise their syntax alone.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts=()
while IFS= read -r file; do
  if [[ $file == *.@(sh|bash) ]] || head -n 1 "$file" | grep -qE '^#!.*\b(ba|da)?sh$'; then
    scripts+=("$file")
  fi
done < <(find tests packaging .ci -type f | sort)

if command -v shellcheck >/dev/null; then
  show shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
else
  echo "shellcheck is not installed: only the syntax is looked at"
  for script in "${scripts[@]}"; do
    show bash -n "$script"
  done
fi
