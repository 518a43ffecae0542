#!/usr/bin/env bash
# The release is one static, stripped, hardened executable, and it runs.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need readelf

# Whoever builds it elsewhere may have another compiler, with other warnings.
show cmake --preset release -DKATAFIX_WERROR=ON
show cmake --build --preset release

katafix=build/release/katafix
show ls -l "$katafix"
# A program that needs the dynamic loader names it, and its libraries, in its headers.
if LC_ALL=C readelf --program-headers --dynamic --wide "$katafix" | grep -E 'INTERP|NEEDED'; then
  echo "$katafix is not static"
  exit 1
fi
if LC_ALL=C readelf --section-headers --wide "$katafix" | grep -E '[.](symtab|debug)'; then
  echo "$katafix is not stripped"
  exit 1
fi
# has PATTERN WHAT: is the pattern in what readelf says of the executable, or, as that has no names
# any more, of the functions that our objects call?
facts=$(
  export LC_ALL=C
  readelf --file-header --program-headers --dynamic --wide "$katafix"
  readelf --symbols --wide build/release/src/*.a
)
has() {
  echo "+ looking for $2"
  if ! grep -qE "$1" <<<"$facts"; then
    echo "$katafix has no $2"
    exit 1
  fi
}
has 'Type: +DYN' 'position-independent code'
has 'GNU_RELRO' 'read-only relocations'
has '\(FLAGS\).*BIND_NOW|FLAGS_1.*NOW' 'binding at the start'
has 'GNU_STACK.* RW +0x' 'stack without execution'
has ' __stack_chk_fail$' 'stack protector'
has ' __(memcpy|memmove|read|readlink|vsnprintf|fdelt|snprintf)_chk$' 'fortified calls'

version=$("$katafix" --version)
echo "+ $katafix --version: $version"
[[ $version =~ ^katafix\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
show "$katafix" apply - <fixtures/node/etc/containerd/config.toml >/dev/null
