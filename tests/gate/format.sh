#!/usr/bin/env bash
# Every C++ file is as clang-format leaves it.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need clang-format

mapfile -t files < <(find include src tests -name '*.hpp' -o -name '*.cpp' | sort)
echo "+ clang-format --dry-run -Werror (${#files[@]} files)"
clang-format --dry-run -Werror "${files[@]}"
