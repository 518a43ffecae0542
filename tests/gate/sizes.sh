#!/usr/bin/env bash
# No file of ours is longer than 400 lines: a longer one does more than one thing.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

limit=400
count=0
failed=0
while IFS= read -r file; do
  lines=$(wc -l <"$file")
  count=$((count + 1))
  if ((lines > limit)); then
    echo "$file: $lines lines"
    failed=1
  fi
done < <(find include src tests packaging -name '*.hpp' -o -name '*.cpp' -o -name '*.py' -o -name '*.sh')
echo "$count files held against $limit lines"
exit "$failed"
