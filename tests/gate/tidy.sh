#!/usr/bin/env bash
# tidy.sh BUILD_DIRECTORY: clang-tidy has nothing to say about src, headers included.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need clang-tidy

jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
mapfile -t files < <(find src -name '*.cpp' | sort)
echo "+ clang-tidy --quiet -p $1 (${#files[@]} files, $jobs at a time)"
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$jobs" clang-tidy --quiet -p "$1"
